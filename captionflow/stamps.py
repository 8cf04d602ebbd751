"""When words were said: times with and without a date, and stamps as compact numbers. Pure.

A talk has a stamp for every cue, often one in fifteen characters. As objects they would weigh more than the words, so
parts and states have them as numbers: ten bytes a stamp.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from captionflow.messages import Moment, Part, Stamp

MAX_SECONDS: Final = 36_000_000.0
"""Ten thousand hours: no source's own clock goes beyond."""
_DATED: Final = 2**40
"""Ticks above it have a date; no clock without one gets there, and no year from 35 on is below."""
_YEAR_1: Final = datetime(1, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(milliseconds=1)
_OLD_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OLD_DAY: Final = timedelta(days=1)


def dateless(at: Moment) -> Moment:
    """The time; without its date if that is the first of January 1970.

    Until 2026-11 the times of files without a date were kept as times of that day, and so has a machine whose clock was
    never set.
    """
    if isinstance(at, datetime):
        since = at - _OLD_ZERO
        return since.total_seconds() if timedelta() <= since < _OLD_DAY else at
    return at


def ticks(at: Moment) -> int:
    """Milliseconds from the source's zero, or from the beginning of the year 1 if there is a date."""
    at = dateless(at)
    return (at - _YEAR_1) // _TICK if isinstance(at, datetime) else round(at * 1_000)


def moment(ticks: int) -> Moment:
    """The time that ``ticks`` gives."""
    return _YEAR_1 + ticks * _TICK if ticks >= _DATED else ticks / 1_000


def extent(begin: int, until: Moment | None) -> int:
    """How long it takes from ``begin`` (ticks) on, in milliseconds and one more; 0 if that is not known."""
    if until is None:
        return 0
    end = ticks(until)
    return end - begin + 1 if begin <= end and is_dated(begin) == is_dated(end) else 0


def is_dated(ticks: int) -> bool:
    """Whether the time has a date."""
    return ticks >= _DATED


def pack(stamps: Iterable[Stamp]) -> tuple[int, ...]:
    """Stamps in order as numbers: see ``Part.times``."""
    packed: list[int] = []
    offset = last = 0
    for stamp in stamps:
        now = ticks(stamp.at)
        packed += (stamp.offset - offset, now - last, extent(now, stamp.until))
        offset, last = stamp.offset, now
    return tuple(packed)


def unpack(packed: Sequence[int]) -> Iterator[Stamp]:
    """The stamps that ``pack`` was given, to the millisecond."""
    offset = now = 0
    for index in range(0, len(packed) - 2, 3):
        offset += packed[index]
        now += packed[index + 1]
        length = packed[index + 2]
        yield Stamp(offset, moment(now), moment(now + length - 1) if length else None)


def stamps_of(part: Part) -> tuple[Stamp, ...]:
    """When the words of a part were said, by whatever version it was written."""
    if part.times:
        return tuple(unpack(part.times))
    return tuple(Stamp(one.offset, dateless(one.at)) for one in part.stamps)
