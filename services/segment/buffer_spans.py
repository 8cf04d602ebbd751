"""Where the text in a buffer came from: which line each stretch is of, and when it was said. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime

TIME_EVERY = 8
"""Least distance of two times, in characters."""


class LineSpans:
    """The line of each character."""

    __slots__ = ("_offsets", "_seqs")

    def __init__(self, packed: Sequence[int]) -> None:
        """``packed`` is what ``pack`` gave."""
        self._offsets: list[int] = []
        self._seqs: list[int] = []
        offset = seq = 0
        for index in range(0, len(packed), 2):
            offset += packed[index]
            seq += packed[index + 1]
            self._offsets.append(offset)
            self._seqs.append(seq)

    def pack(self) -> tuple[int, ...]:
        """(characters, lines) from the beginning of each stretch to that of the next, one after the other."""
        packed: list[int] = []
        offset = seq = 0
        for next_offset, next_seq in zip(self._offsets, self._seqs, strict=True):
            packed += (next_offset - offset, next_seq - seq)
            offset, seq = next_offset, next_seq
        return tuple(packed)

    def add(self, offsets: Iterable[int], seqs: Iterable[int]) -> None:
        """A stretch begins at each of the offsets, of the line in the same place of ``seqs``."""
        self._offsets += offsets
        self._seqs += seqs

    def seq_at(self, offset: int) -> int:
        """The line of a character."""
        return self._seqs[bisect_right(self._offsets, offset) - 1]

    def drop(self, count: int) -> None:
        """The first characters of the buffer go; others stay."""
        index = max(bisect_right(self._offsets, count) - 1, 0)
        self._offsets = [max(offset - count, 0) for offset in self._offsets[index:]]
        self._seqs = self._seqs[index:]

    def clear(self) -> None:
        """The buffer is empty."""
        self._offsets, self._seqs = [], []


class TimeSpans:
    """When the text was said, as far as lines told."""

    __slots__ = ("_times",)

    def __init__(self, packed: Iterable[tuple[int, datetime]]) -> None:
        """``packed`` is what ``pack`` gave."""
        self._times = list(packed)

    def pack(self) -> tuple[tuple[int, datetime], ...]:
        """(offset in the buffer, time from there on), in order; the first may lie before the buffer."""
        return tuple(self._times)

    def add(self, offset: int, at: datetime) -> None:
        """From an offset on it was another time. One that is the same, or too near to the last, is not kept."""
        if not self._times or (at != self._times[-1][1] and offset - self._times[-1][0] >= TIME_EVERY):
            self._times.append((offset, at))

    def at(self, offset: int) -> datetime | None:
        """When a character was said; None if no line told before it."""
        if not self._times:
            return None
        index = self._index(offset)
        return self._times[index - 1][1] if index else None

    def within(self, begin: int, end: int) -> list[tuple[int, datetime]]:
        """The times behind the first character of a stretch, by their offsets in it."""
        if not self._times:
            return []
        return [(offset - begin, at) for offset, at in self._times[self._index(begin) :] if offset < end]

    def drop(self, count: int) -> None:
        """The first characters of the buffer go; what time it was stays known."""
        if self._times:
            index = max(self._index(count) - 1, 0)
            self._times = [(max(offset - count, -TIME_EVERY), at) for offset, at in self._times[index:]]

    def _index(self, offset: int) -> int:
        """Of the first time behind an offset."""
        return bisect_right(self._times, offset, key=_offset)


def _offset(time: tuple[int, datetime]) -> int:
    return time[0]
