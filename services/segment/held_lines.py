"""The last lines before now, which a revision can still replace. Pure.

A captioner's tool may post every character as a line of its own, so lines are held as one text and columns of numbers:
a state has thousands of them within a few kB.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import NamedTuple, Self

import msgspec

from captionflow.messages import Line, Moment
from captionflow.stamps import moment
from services.segment.buffer_spans import Time, is_new, time_of

REVISABLE_CHARS = 2_000
"""How far back a revision reaches: to lines with at most so many characters behind them, however many lines that is."""
SLACK_CHARS = 1_000
"""So many characters beyond the reach are held before they are given up together."""
MAX_HELD_NUMBERS = 4_000
"""Most numbers of the columns: with more of them, revisions reach less far back."""

_ENDS, _ERASED, _LATE, _ENDS_UTTERANCE, _OFF_RECORD, _GOES_ON = 1, 2, 4, 8, 16, 32
_NEVER = datetime.min  # noqa: DTZ901 - the rules never read it

Column = tuple[int, ...]
"""A number of 0 or more a line; -n says that the one before comes n times more."""


class Held(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A line as states of version 1 and 2 hold it."""

    seq: int
    text: str
    at: Moment | None = None
    speaker: str | None = None
    ends: bool = False
    until: Moment | None = None


class Found(NamedTuple):
    """A held line that a revision reaches."""

    seq: int
    position: int
    """How many lines are held before it."""
    behind: int
    """Characters of its text and of all lines behind it."""


class HeldLines(msgspec.Struct, frozen=True, array_like=True):
    """The lines, in order. A late revision is one of them: it has its place, but its text is not in the stream."""

    text: str = ""
    """Of all of them."""
    last: int = 0
    """``seq`` of the last one."""
    settled: int = 0
    """So many at the beginning are out of reach, since more text was behind them once than is now."""
    lengths: Column = ()
    steps: Column = ()
    """How far each ``seq`` is from the one before; the first from 0."""
    times: Column = ()
    """0: none of its own. Else the ticks since the time before, in zigzag."""
    extents: Column = ()
    speakers: Column = ()
    """0: none named. Else one more than an index of ``names``."""
    flags: Column = ()
    names: tuple[str, ...] = ()
    ticks: int = 0
    """Of the last of ``times``."""

    def __bool__(self) -> bool:
        return bool(self.lengths)

    @property
    def numbers(self) -> int:
        """How many numbers the columns have."""
        return sum(map(len, (self.lengths, self.steps, self.times, self.extents, self.speakers, self.flags)))

    def add(self, lines: Sequence[Line], time: Time | None) -> Self:
        """These and then ``lines``, which come later; ``time`` is the last that the text before them told.

        Of typed lines only times that say something new are held: see ``buffer_spans.is_new``.
        """
        if not lines:
            return self
        seqs = [line.seq for line in lines]
        times, extents, ticks = _times(lines, time, self.ticks)
        named = [line.speaker for line in lines if line.speaker is not None]
        names = tuple(dict.fromkeys((*self.names, *named))) if named else self.names
        return type(self)(
            "".join((self.text, *(line.text for line in lines))),
            seqs[-1],
            self.settled,
            _grown(self.lengths, (len(line.text) for line in lines)),
            _grown(self.steps, (seq - before for before, seq in pairwise((self.last, *seqs)))),
            _grown(self.times, times),
            _grown(self.extents, extents),
            _grown(self.speakers, (0 if line.speaker is None else 1 + names.index(line.speaker) for line in lines)),
            _grown(self.flags, map(_flags, lines)),
            names,
            ticks,
        )

    def find(self, seq: int) -> Found | None:
        """The line with this ``seq``; None if a revision does not reach it."""
        seqs = list(accumulate(_all(self.steps)))
        index = bisect_left(seqs, seq)
        if index == len(seqs) or seqs[index] != seq or index < max(self.settled, self.reach()):
            return None
        if _all(self.flags)[index] & (_LATE | _OFF_RECORD):
            return None
        return Found(seq, index, len(self.text) - sum(_all(self.lengths)[:index]))

    @property
    def first_in_reach(self) -> int:
        """``seq`` of the first line that a revision reaches."""
        return sum(_all(self.steps)[: max(self.settled, self.reach()) + 1])

    def reach(self) -> int:
        """Index of the first line that is near enough for a revision."""
        ends = list(accumulate(_all(self.lengths)))
        return bisect_left(ends, len(self.text) - REVISABLE_CHARS)

    def revise(self, index: int, line: Line) -> Self:
        """The lines after a revision of one of them; what it does not tell stays. Without text, the line is erased."""
        lengths, flags = _all(self.lengths), _all(self.flags)
        begin = sum(lengths[:index])
        text = f"{self.text[:begin]}{line.text}{self.text[begin + lengths[index] :]}"
        lengths[index] = len(line.text)
        kept = flags[index] & ~_ERASED if line.text else flags[index] | _ERASED
        flags[index] = kept | (_flags(line) & ~_LATE)
        names, speakers = self.names, self.speakers
        if line.speaker is not None:
            names = names if line.speaker in names else (*names, line.speaker)
            named = _all(speakers)
            named[index] = names.index(line.speaker) + 1
            speakers = _grown((), named)
        return msgspec.structs.replace(
            self,
            text=text,
            settled=max(self.settled, self.reach()),
            lengths=_grown((), lengths),
            flags=_grown((), flags),
            speakers=speakers,
            names=names,
        )

    def lines(self, begin: int = 0, end: int | None = None) -> list[Line]:
        """Lines that the tokenizer takes as it took the ones that were held; a late revision ``revises`` still."""
        lengths, steps, times = _all(self.lengths), _all(self.steps), _all(self.times)
        seq, offset, ticks = sum(steps[:begin]), sum(lengths[:begin]), _ticks(times[:begin])
        wanted = slice(begin, end)
        rest = (_all(column)[wanted] for column in (self.extents, self.speakers, self.flags))
        made: list[Line] = []
        for length, step, time, extent, name, flags in zip(
            lengths[wanted], steps[wanted], times[wanted], *rest, strict=True
        ):
            text = self.text[offset : offset + length]
            seq, offset, ticks = seq + step, offset + length, ticks + _from_zigzag(time)
            said = not flags & _ERASED
            made.append(
                Line(
                    sender="",
                    number=0,
                    text=text,
                    at=moment(ticks) if time else None,
                    until=moment(ticks + extent - 1) if extent and said else None,
                    speaker=self.names[name - 1] if name and said else None,
                    revises=seq if flags & _LATE else None,
                    ends=bool(flags & _ENDS),
                    ends_utterance=bool(flags & _ENDS_UTTERANCE) and said,
                    off_record=bool(flags & _GOES_ON) if flags & _OFF_RECORD else None,
                    seq=seq,
                    received_at=_NEVER,
                )
            )
        return made

    def drop(self, count: int) -> Self:
        """Without so many at the beginning."""
        lengths, steps, times = _all(self.lengths), _all(self.steps), _all(self.times)
        if count >= len(lengths):
            return type(self)()
        speakers = _all(self.speakers)[count:]
        names = tuple(dict.fromkeys(self.names[one - 1] for one in speakers if one))
        places = {0: 0} | {1 + self.names.index(name): place for place, name in enumerate(names, 1)}
        passed, times = _ticks(times[:count]), times[count:]
        first = next((index for index, time in enumerate(times) if time), None)
        if first is not None:
            times[first] = _zigzag(passed + _from_zigzag(times[first]))
        return type(self)(
            self.text[sum(lengths[:count]) :],
            self.last,
            max(self.settled - count, 0),
            _grown((), lengths[count:]),
            _grown((), (sum(steps[: count + 1]), *steps[count + 1 :])),
            _grown((), times),
            _grown((), _all(self.extents)[count:]),
            _grown((), (places[one] for one in speakers)),
            _grown((), _all(self.flags)[count:]),
            names,
            0 if first is None else self.ticks,
        )

    def surplus(self) -> int:
        """How many lines at the beginning can be given up, when it is time to: 0 as long as there are few."""
        count = 0
        if len(self.text) > REVISABLE_CHARS + SLACK_CHARS:
            lengths, reached = _all(self.lengths), self.reach()
            count = reached if sum(lengths[:reached]) > SLACK_CHARS else 0
        if self.numbers > MAX_HELD_NUMBERS:
            count = max(count, self.half())
        return count

    def half(self) -> int:
        """Of the lines, rounded up."""
        return (len(_all(self.lengths)) + 1) // 2


def latest(lines: Sequence[Line]) -> int:
    """Index of the first of these lines that must be held when they are the last ones."""
    index, count = len(lines), 0
    while index and count <= REVISABLE_CHARS:
        index -= 1
        count += len(lines[index].text)
    return index


def upgraded(held: Iterable[Held]) -> HeldLines:
    """What states of version 1 and 2 hold, as it is held now."""
    lines = [
        Line(
            sender="",
            number=0,
            text=one.text,
            at=one.at,
            speaker=one.speaker,
            ends=one.ends,
            until=one.until,
            seq=one.seq,
            received_at=_NEVER,
        )
        for one in held
    ]
    return HeldLines().add(lines, None)


def _flags(line: Line) -> int:
    ends = (_ENDS if line.ends else 0) | (_ENDS_UTTERANCE if line.ends_utterance else 0)
    if line.off_record is not None:
        ends |= _OFF_RECORD | (_GOES_ON if line.off_record else 0)
    return ends | (_LATE if line.revises is not None else 0)


def _times(lines: Sequence[Line], last: Time | None, held: int) -> tuple[list[int], list[int], int]:
    """The columns of times and extents, and the ticks of the last time; ``held``: of the one before these."""
    times, extents = [0] * len(lines), [0] * len(lines)
    for index, line in enumerate(lines):
        time = time_of(line)
        if time is not None and (time.extent or last is None or is_new(time, last)):
            times[index], extents[index] = _zigzag(time.ticks - held), time.extent
            held, last = time.ticks, time
    return times, extents, held


def _zigzag(number: int) -> int:
    """0, -1, 1, -2 and so on as 1, 2, 3, 4 and so on."""
    return 2 * number + 1 if number >= 0 else -2 * number


def _from_zigzag(number: int) -> int:
    """What ``_zigzag`` was given; 0 for 0."""
    return number // 2 if number % 2 else -(number // 2)


def _ticks(times: Iterable[int]) -> int:
    return sum(map(_from_zigzag, filter(None, times)))


def _grown(column: Column, numbers: Iterable[int]) -> Column:
    grown = list(column)
    last = -1
    if grown:
        last = grown[-1] if grown[-1] >= 0 else grown[-2]
    for number in numbers:
        if number != last:
            grown.append(number)
            last = number
        elif grown[-1] < 0:
            grown[-1] -= 1
        else:
            grown.append(-1)
    return tuple(grown)


def _all(column: Column) -> list[int]:
    numbers: list[int] = []
    for number in column:
        if number < 0:
            numbers += numbers[-1:] * -number
        else:
            numbers.append(number)
    return numbers
