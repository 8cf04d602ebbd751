"""Clocks in plain text: ``0:03``, ``[00:00:03]``, ``10:05:03 AM``, ``0 minutes 3 seconds``, ``[0:03 --> 0:05]``. Pure.

What two fields mean (minutes and seconds, or hours and minutes) a file shows only as a whole: see ``times``.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

_TIME = r"\d{1,3}:[0-5]\d(?::[0-5]\d)?(?:[.,:;]\d{1,3})?(?:\s?[AaPp]\.?[Mm]\b\.?)?"
_ARROW = r"\s{0,4}(?:-+>|\u2192|[-\u2013\u2014]|\bto\b)\s{0,4}"
_MINUTES = r"\d{1,2}\s?(?:m|mins?|minut\w{0,3})"
_UNITS = (
    rf"(?:(?:\d{{1,3}}\s?(?:h|hrs?|hours?|heures?|horas?|ore|ora|stunden?)\s+)?{_MINUTES}\s+\d{{1,2}}\s?(?:s|secs?)|"
    rf"(?:\d{{1,3}}\s(?:hours?|heures?|horas?|ore|ora|stunden?)\s+)?(?:{_MINUTES}\s+)?\d{{1,2}}\s?s[e\u00e9][ckg]\w{{1,6}})"
    rf"(?:\s?{_TIME})?"
)
_DATE = r"(?:\d{4}-\d\d-\d\d[T ,]\s?|\d{1,2}[./]\d{1,2}[./]\d{2,4},?\s)?"
_SPAN = rf"{_DATE}{_TIME}(?:{_ARROW}{_TIME})?(?!\w)"
CLOCK = rf"(?:\[\s*{_SPAN}\s*\]|\(\s*{_SPAN}\s*\)|{_SPAN}|(?i:{_UNITS})(?!\w))"
"""A pattern for a clock, perhaps with its day, or for two with an arrow between; in brackets or not."""
BRACKETED = rf"(?:\[\s*{_SPAN}\s*\]|\(\s*{_SPAN}\s*\))"
"""A pattern for one in brackets."""

_DATED = re.compile(r"[\[(\s]*(?:\d{4}-|\d{1,2}[./])\d")
_PLAIN = re.compile(_TIME)
_FIELDS = re.compile(r"(\d{1,3}):(\d\d)(?::(\d\d))?(?:([.,:;])(\d{1,3}))?(?:\s?([AaPp])\.?[Mm])?")
_COUNTED = re.compile(r"(\d+)\s?([^\W\d_]+)")
_NOON = 12
_FRAMES = 25
"""Frames a second, where the fourth field counts them: what is made of them is off by less than a hundredth."""
_LATE_HOUR = 6
"""A recording seldom begins with this many minutes on its clock, and a day at work seldom before that hour."""
_LAST_HOUR = 23
_HALF_A_DAY = timedelta(hours=12)
_DAY = timedelta(hours=24)
_ROUND = 5
_THREE = 3


class Time(NamedTuple):
    """The fields of one clock as written."""

    fields: tuple[int, ...]
    """Two or three."""
    fraction: timedelta = timedelta()
    half: str = ""
    """``a`` or ``p``: before or after noon."""


class Clock(NamedTuple):
    """A clock of a file."""

    text: str
    """As written."""
    begin: Time
    end: Time | None = None

    @property
    def mark(self) -> str:
        """The time as a mark that stands apart from the words: in brackets. Empty where there are two, or words."""
        found = _PLAIN.search(self.text)
        if found is None or self.end is not None:
            return ""
        return self.text if self.text[0] in "[(" and not self.has_day else f"[{found[0]}]"

    @property
    def is_full(self) -> bool:
        """Whether it is one time of hours, minutes and seconds, which needs no brackets before a label."""
        return self.end is None and len(self.begin.fields) == _THREE and ":" in self.text and not self.has_day

    @property
    def has_day(self) -> bool:
        """Whether a day stands before the time."""
        return _DATED.match(self.text) is not None


def read_clock(text: str) -> Clock:
    """The clock that ``CLOCK`` matched."""
    found = _FIELDS.findall(text)
    if not found:
        return Clock(text, Time(_counted(text)))
    begin, *later = (_time(*fields) for fields in found)
    return Clock(text, begin, later[0] if later else None)


def _counted(text: str) -> tuple[int, ...]:
    """Hours, minutes and seconds of a clock in words; minutes, or both, may be missing."""
    hours = minutes = seconds = 0
    for number, unit in _COUNTED.findall(text.casefold()):
        if unit.startswith("m"):
            minutes = int(number)
        elif unit.startswith("s") and not unit.startswith("st"):
            seconds = int(number)
        else:
            hours = int(number)
    return hours, minutes, seconds


def _time(first: str, second: str, third: str, sign: str, fraction: str, half: str) -> Time:  # noqa: PLR0913, PLR0917 - what _FIELDS finds
    fields = tuple(int(field) for field in (first, second, third) if field)
    part = int(fraction or 0) / (_FRAMES if sign in {":", ";"} else 10 ** len(fraction))
    return Time(fields, timedelta(seconds=min(part, 0.999)), half.casefold())


def is_programme(clocks: Sequence[Clock]) -> bool:
    """Whether clocks are those of an agenda or of numbered verses: all on the five minutes of a day, or one by one."""
    times = [clock.begin for clock in clocks]
    if any(len(time.fields) == _THREE or time.fraction for time in times):
        return False
    steps = {later.fields[1] - time.fields[1] for time, later in pairwise(times)}
    return steps == {1} or all(time.fields[0] and time.fields[1] % _ROUND == 0 for time in times)


def is_timetable(clocks: Sequence[Clock]) -> bool:
    """Whether clocks have the hours and minutes of a day, so that the words beside them may be places or items."""
    return _tells_hours([clock.begin for clock in clocks])


def times(clocks: Sequence[Clock], *, of_day: bool = False) -> list[tuple[timedelta | None, timedelta | None]]:
    """When each begins and ends, counted from 0 of the file's clock; None where it goes back.

    Two fields are minutes and seconds where a clock of the file has three, as recordings count, or where the first
    begins low; else hours and minutes. ``of_day``: they tell the time of day.
    """
    hours = of_day or _tells_hours([clock.begin for clock in clocks])
    found: list[tuple[timedelta | None, timedelta | None]] = []
    last, day = timedelta(), timedelta()
    for clock in clocks:
        begin = _since(clock.begin, hours=hours) + day
        if begin + _HALF_A_DAY < last:
            day += _DAY
            begin += _DAY
        if begin < last:
            found.append((None, None))
            continue
        last = begin
        end = None if clock.end is None else _since(clock.end, hours=hours) + day
        found.append((begin, end if end is not None and end >= begin else None))
    return found


def _tells_hours(begins: Sequence[Time]) -> bool:
    if any(time.half for time in begins):
        return True
    firsts = [time.fields[0] for time in begins]
    short = all(len(time.fields) < _THREE for time in begins)
    return bool(firsts) and short and firsts[0] >= _LATE_HOUR and max(firsts) <= _LAST_HOUR


def _since(time: Time, *, hours: bool) -> timedelta:
    fields = (*time.fields, 0) if hours and len(time.fields) < _THREE else (0, *time.fields)[-_THREE:]
    hour, minute, second = fields
    if time.half:
        hour = hour % _NOON + (_NOON if time.half == "p" else 0)
    return timedelta(hours=hour, minutes=minute, seconds=second) + time.fraction
