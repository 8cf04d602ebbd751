"""Where the text in a buffer came from: which line each stretch is of, and when it was said. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from captionflow.messages import Line
from captionflow.stamps import extent, ticks

TYPED_MILLISECONDS = 500
"""A typed line within this time of another is not told apart from it."""
MAX_TIMES = 800
"""More times of the undecided rest are thinned out, so that a state stays within its bound."""
SPARSE = 8
"""Least distance of times that were thinned out, in characters."""


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

    def cut(self, size: int) -> None:
        """The buffer has only so many characters from now on."""
        index = bisect_left(self._offsets, size)
        del self._offsets[index:], self._seqs[index:]

    def clear(self) -> None:
        """The buffer is empty."""
        self._offsets, self._seqs = [], []


class Time(NamedTuple):
    """When words were said, as ``captionflow.stamps`` counts."""

    ticks: int
    extent: int = 0
    """How long, if the source knows its end."""


def time_of(line: Line) -> Time | None:
    """When a line was said, if it tells."""
    if line.at is None:
        return None
    begin = ticks(line.at)
    return Time(begin, extent(begin, line.until))


def is_new(time: Time, last: Time) -> bool:
    """Whether a time says something that the last one does not.

    Of a line that is typed a word each, a time every half second is enough; cues have each their own.
    """
    typed = time.extent == last.extent == 0
    return time != last and not (typed and 0 <= time.ticks - last.ticks < TYPED_MILLISECONDS)


class TimeSpans:
    """When the text was said, as far as lines told."""

    __slots__ = ("_times",)

    def __init__(self, packed: Sequence[int | tuple[int, datetime]]) -> None:
        """``packed`` is what ``pack`` gave; states of version 1 have pairs of an offset and a time."""
        self._times: list[tuple[int, Time]] = []
        numbers = [one for one in packed if isinstance(one, int)]
        offset = now = 0
        for index in range(0, len(numbers), 3):
            offset += numbers[index]
            now += numbers[index + 1]
            self._times.append((offset, Time(now, numbers[index + 2])))
        self._times += [(one[0], Time(ticks(one[1]))) for one in packed if not isinstance(one, int)]

    def pack(self) -> tuple[int, ...]:
        """Three numbers a time, in order; the first may lie before the buffer.

        (characters since the one before, milliseconds since then, extent): at most ``MAX_TIMES`` of them, or one in
        ``SPARSE`` characters.
        """
        packed: list[int] = []
        offset = now = 0
        crowded = len(self._times) > MAX_TIMES
        for next_offset, time in self._times:
            if crowded and packed and next_offset - offset < SPARSE:
                continue
            packed += (next_offset - offset, time.ticks - now, time.extent)
            offset, now = next_offset, time.ticks
        return tuple(packed)

    def add(self, offset: int, time: Time) -> None:
        """From an offset on it was another time. That of a line without text gives way to the next one there."""
        if self._times and not is_new(time, self._times[-1][1]):
            return
        if self._times and self._times[-1][0] == offset:
            self._times.pop()
        self._times.append((offset, time))

    @property
    def last(self) -> Time | None:
        """The latest one, wherever it stands."""
        return self._times[-1][1] if self._times else None

    def at(self, offset: int) -> Time | None:
        """When a character was said; None if no line told before it."""
        if not self._times:
            return None
        index = self._index(offset)
        return self._times[index - 1][1] if index else None

    def within(self, begin: int, end: int) -> list[tuple[int, Time]]:
        """The times behind the first character of a stretch, by their offsets in it."""
        if not self._times:
            return []
        found: list[tuple[int, Time]] = []
        for index in range(self._index(begin), len(self._times)):
            offset, time = self._times[index]
            if offset >= end:
                break
            found.append((offset - begin, time))
        return found

    def drop(self, count: int) -> None:
        """The first characters of the buffer go; what time it was stays known."""
        if self._times:
            index = max(self._index(count) - 1, 0)
            self._times = [(max(offset - count, -1), time) for offset, time in self._times[index:]]

    def cut(self, size: int) -> None:
        """The buffer has only so many characters from now on."""
        del self._times[self._index(size) :]

    def _index(self, offset: int) -> int:
        """Of the first time behind an offset."""
        return bisect_right(self._times, offset, key=_offset)


def _offset(time: tuple[int, Time]) -> int:
    return time[0]
