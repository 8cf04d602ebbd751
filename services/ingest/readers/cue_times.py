"""The times of one cue. Pure.

Read as loosely as players do: fields may be shorter than the formats ask for, the hours and the fraction may be left
out, the signs may be wide ones, the arrow may be damaged, and whatever follows the times is passed over. WebVTT and SBV
have a fraction of a second behind the point (W3C, 4.1); SRT has a number of milliseconds, so that ``,5`` are five of
them, as ffmpeg reads it. A fourth field behind a colon counts frames, taken as thirtieths of a second.
"""

import re
from datetime import timedelta
from typing import Literal, NamedTuple

Form = Literal["vtt", "srt", "sbv"]

_TIME = r"[-\u2212\uff0d]?\d{1,4}[:\uff1a]\d{1,2}[:;.,\uff1a\uff0e\uff0c\d]*"
_ARROW = r"(?:--+>|->|[-\u2013\u2014]+>?|\u2192)"
_EXACT = r"\d{1,3}(?::\d\d){2}\.\d{1,3}"
SBV = re.compile(rf"\s*{_EXACT},{_EXACT}\s*$")
"""A line of times as SBV has it, with a comma between them."""
TIMES = re.compile(rf"\s*{_TIME}\s*{_ARROW}\s*{_TIME}|{SBV.pattern}")
"""A line that was meant as the times of a cue, even with a damaged arrow."""

WIDE = str.maketrans("\uff1a\uff0e\uff0c\uff0d\u2212", ":.,--")
"""The wide signs that times are typed with, and the usual ones."""
_FIELDS = r"(-?)(?:(\d+):)?(\d+):(\d+)(?:([.,:;])(\d+))?"
_SPAN = re.compile(rf"\s*{_FIELDS}\s*(?:{_ARROW}|,)\s*{_FIELDS}")
_LONGEST = timedelta(hours=10_000)
"""Beyond it the figures are broken, and no date could be made of them."""
_DIGITS = 10
"""A number of more digits is beyond it, whatever it counts."""
_SIXTY = 60
_FRAMES = 30
_MILLI = 3


class Span(NamedTuple):
    """When a cue is shown, from the start of the file's clock; before it if the file was shifted."""

    start: timedelta
    end: timedelta


def read_times(line: str, form: Form) -> Span | None:
    """The start and end that a line like ``00:00:01.000 --> 00:00:02.000 align:start`` gives, or None."""
    match = _SPAN.match(line.translate(WIDE))
    if match is None:
        return None
    fields = [field or "" for field in match.groups()]
    if any(len(field.lstrip("0")) > _DIGITS for field in fields):
        return None
    if form == "vtt" and any(int(field) >= _SIXTY for field in (*fields[2:4], *fields[8:10])):
        return None
    span = Span(_time(*fields[:6], form=form), _time(*fields[6:], form=form))
    return span if max(map(abs, span)) <= _LONGEST else None


def _time(  # noqa: PLR0913, PLR0917 - what _FIELDS finds
    sign: str, hours: str, minutes: str, seconds: str, mark: str, fraction: str, *, form: Form
) -> timedelta:
    whole = timedelta(hours=int(hours or 0), minutes=int(minutes), seconds=int(seconds))
    if mark in {":", ";"}:
        whole += timedelta(seconds=int(fraction) / _FRAMES)
    elif form == "srt" and len(fraction) <= _MILLI:
        whole += timedelta(milliseconds=int(fraction or 0))
    else:
        whole += timedelta(microseconds=int(fraction[:6].ljust(6, "0") or 0))
    return -whole if sign else whole
