"""Where the text in a buffer came from: which line each stretch is of, and when it was said. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain
from operator import sub
from typing import NamedTuple, Self, cast

from captionflow.messages import Line
from captionflow.stamps import extent, ticks

TYPED_MILLISECONDS = 500
"""A typed line within this time of another is not told apart from it."""
MAX_TIMES = 800
"""More times of the undecided rest are thinned out, so that a state stays within its bound."""
SPARSE = 8
"""Least distance of times that were thinned out, in characters."""


@dataclass(slots=True)
class LineSpans:
    """The line of each character: where each stretch begins, and its line."""

    offsets: list[int]
    seqs: list[int]

    @classmethod
    def unpack(cls, packed: Sequence[int]) -> Self:
        """What ``pack`` was called on."""
        return cls(list(accumulate(packed[::2])), list(accumulate(packed[1::2])))

    def pack(self) -> tuple[int, ...]:
        """(characters, lines) from the beginning of each stretch to that of the next, one after the other."""
        return _woven(_steps(self.offsets), _steps(self.seqs))

    def copy(self) -> Self:
        """One that may be changed by itself."""
        return type(self)(self.offsets.copy(), self.seqs.copy())

    def add(self, offsets: Iterable[int], seqs: Iterable[int]) -> None:
        """A stretch begins at each of the offsets, of the line in the same place of ``seqs``."""
        self.offsets += offsets
        self.seqs += seqs

    def seq_at(self, offset: int) -> int:
        """The line of a character."""
        return self.seqs[bisect_right(self.offsets, offset) - 1]

    def drop(self, count: int) -> None:
        """The first characters of the buffer go; others stay."""
        index = max(bisect_right(self.offsets, count) - 1, 0)
        self.offsets = [max(offset - count, 0) for offset in self.offsets[index:]]
        del self.seqs[:index]

    def cut(self, size: int) -> None:
        """The buffer has only so many characters from now on."""
        index = bisect_left(self.offsets, size)
        del self.offsets[index:], self.seqs[index:]

    def clear(self) -> None:
        """The buffer is empty."""
        self.offsets, self.seqs = [], []


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


@dataclass(slots=True)
class TimeSpans:
    """When the text was said, as far as lines told: from which characters on, and the times as ``Time`` has them."""

    offsets: list[int]
    ticks: list[int]
    extents: list[int]

    @classmethod
    def unpack(cls, packed: Sequence[int | tuple[int, datetime]]) -> Self:
        """What ``pack`` was called on; states of version 1 have pairs of an offset and a time."""
        if packed and not isinstance(packed[0], int):
            pairs = cast("Sequence[tuple[int, datetime]]", packed)
            return cls([offset for offset, _ in pairs], [ticks(at) for _, at in pairs], [0] * len(pairs))
        numbers = cast("Sequence[int]", packed)
        return cls(list(accumulate(numbers[::3])), list(accumulate(numbers[1::3])), list(numbers[2::3]))

    def pack(self) -> tuple[int, ...]:
        """Three numbers a time that is kept, in order; the first may lie before the buffer.

        (characters since the one before, milliseconds since then, extent).
        """
        kept = self.kept()
        return _woven(_steps(kept.offsets), _steps(kept.ticks), kept.extents)

    def kept(self) -> Self:
        """One that may be changed by itself, with those times that a state keeps.

        At most ``MAX_TIMES`` of them, or one in ``SPARSE`` characters.
        """
        if len(self.offsets) <= MAX_TIMES:
            return type(self)(self.offsets.copy(), self.ticks.copy(), self.extents.copy())
        made = type(self)([], [], [])
        for index, offset in enumerate(self.offsets):
            if not index or offset - made.offsets[-1] >= SPARSE:
                made.append(offset, self._time(index))
        return made

    def add(self, offset: int, time: Time) -> None:
        """From an offset on it was another time. That of a line without text gives way to the next one there."""
        if self.offsets:
            if not is_new(time, self._time(-1)):
                return
            if self.offsets[-1] == offset:
                self._cut(-1)
        self.append(offset, time)

    def append(self, offset: int, time: Time) -> None:
        """From an offset behind all others on it was this time."""
        self.offsets.append(offset)
        self.ticks.append(time.ticks)
        self.extents.append(time.extent)

    @property
    def last(self) -> Time | None:
        """The latest one, wherever it stands."""
        return self._time(-1) if self.offsets else None

    def at(self, offset: int) -> Time | None:
        """When a character was said; None if no line told before it."""
        index = bisect_right(self.offsets, offset)
        return self._time(index - 1) if index else None

    def within(self, begin: int, end: int) -> list[tuple[int, Time]]:
        """The times behind the first character of a stretch, by their offsets in it."""
        first, last = bisect_right(self.offsets, begin), bisect_left(self.offsets, end)
        return [(self.offsets[index] - begin, self._time(index)) for index in range(first, last)]

    def drop(self, count: int) -> None:
        """The first characters of the buffer go; what time it was stays known."""
        index = max(bisect_right(self.offsets, count) - 1, 0)
        self.offsets = [max(offset - count, -1) for offset in self.offsets[index:]]
        del self.ticks[:index], self.extents[:index]

    def cut(self, size: int) -> None:
        """The buffer has only so many characters from now on."""
        self._cut(bisect_right(self.offsets, size))

    def _time(self, index: int) -> Time:
        return Time(self.ticks[index], self.extents[index])

    def _cut(self, index: int) -> None:
        del self.offsets[index:], self.ticks[index:], self.extents[index:]


def _steps(numbers: Sequence[int]) -> list[int]:
    """How far each is from the one before; the first from 0."""
    return list(map(sub, numbers, [0, *numbers]))


def _woven(*columns: Sequence[int]) -> tuple[int, ...]:
    """The first of each column, then the second of each."""
    return tuple(chain.from_iterable(zip(*columns, strict=True)))
