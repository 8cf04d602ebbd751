"""What a clock in the text says of when the words behind it were said. Pure.

A clock has no date: it gives seconds from the zero of a recording, or from midnight. One that can't be told, or that
goes back, is left open.
"""

import re
from typing import NamedTuple

_ONE = (
    r"(\d{1,2})(?:([.:h])(\d\d)(?:\2(\d\d))?(?:([.,:;])(\d{1,3}))?)?"
    r"\s*([ap]\.?\s?m\.?|hours|hrs|h|uhr|utc|gmt|noon|midnight)?"
)
_FROM_TO = re.compile(r"\s*(?:-{1,2}>|[-–])\s*")  # noqa: RUF001 - en dash
_CLOCK = re.compile(_ONE, re.IGNORECASE)
_WORDS = {"noon": "12 noon", "midnight": "12 midnight"}
_BRACKETS = "[](){}<>（） "  # noqa: RUF001 - brackets of Chinese
_FRAMES = 30
"""Of a second, where it is not known: with 24 or 25 a time is off by a fifth of a second at most."""
_FIRST_HOUR = 7
"""A recording seldom begins with so many minutes or hours on its clock, and a day at work seldom before that hour."""
_NOON = 12


class Clock(NamedTuple):
    """The latest clock of a stream."""

    ticks: int
    """Milliseconds from the zero of the recording, or from midnight."""
    extent: int
    """Until when, as ``stamps.extent`` has it; 0 if it does not say."""
    of_day: bool
    """The clocks of the stream tell the time of day, and not that of a recording."""
    due: bool
    """No words have been said behind it yet."""


class _Read(NamedTuple):
    """One clock as written: what it may mean, in milliseconds."""

    meanings: tuple[int, ...]
    """As minutes and seconds first, where it has two fields."""
    first: int
    of_day: bool
    """It says so itself."""


def next_clock(text: str, last: Clock | None) -> Clock | None:
    """The latest clock behind a mark: that of ``text``, if the whole mark is one and it goes on from ``last``."""
    begin, *end = _FROM_TO.split(text.strip(_BRACKETS), maxsplit=1)
    read = _read(begin)
    if read is None:
        return last
    of_day = last.of_day if last else read.of_day or read.first >= _FIRST_HOUR
    found = read.meanings[-1 if of_day else 0]
    if last and (found < last.ticks or (read.of_day and not of_day)):
        return last
    until = _read(end[0]) if end else None
    extent = until.meanings[-1 if of_day else 0] - found + 1 if until else 0
    return Clock(found, max(extent, 0), of_day, due=True)


def _read(text: str) -> _Read | None:
    written = _CLOCK.fullmatch(_WORDS.get(text.lower(), text))
    if written is None:
        return None
    first, point, second, third, sign, rest, suffix = written.groups()
    hour = int(first)
    if suffix:
        half = suffix.casefold()[0]
        afternoon = half == "p" or suffix.casefold() == "noon"
        if (half in "ap" or suffix.casefold() in _WORDS) and 0 < hour <= _NOON:
            hour = hour % _NOON + _NOON * afternoon
        return _Read((((hour * 60 + int(second or 0)) * 60 + int(third or 0)) * 1_000,), hour, of_day=True)
    if second is None:
        return None
    part = 0
    if rest:
        part = int(rest.ljust(3, "0")) if sign in ".," else min(int(rest) * 1_000 // _FRAMES, 999)
    if third is not None:
        return _Read((((hour * 60 + int(second)) * 60 + int(third)) * 1_000 + part,), hour, of_day=False)
    minutes, hours = (hour * 60 + int(second)) * 1_000 + part, (hour * 60 + int(second)) * 60_000
    of_day = point in ".hH"
    return _Read((hours,) if of_day else (minutes,) if rest else (minutes, hours), hour, of_day)
