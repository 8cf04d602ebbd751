"""The times of one cue. Pure.

Read as loosely as players do: fields may be shorter than the formats ask for, and whatever follows the times is passed
over. WebVTT may leave out the hours, has a point and then a fraction of a second (W3C, 4.1). SRT has hours, a comma or
a point and then a number of milliseconds, so that ``,5`` are five of them, as ffmpeg reads it.
"""

import re
from datetime import timedelta
from typing import Literal, NamedTuple

Form = Literal["vtt", "srt"]

_LONGEST = timedelta(hours=10_000)
"""Beyond it the figures are broken, and no date could be made of them."""
_DIGITS = 10
"""A number of more digits is beyond it, whatever it counts."""
_SIXTY = 60


def _times(time: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{time}\s*-->\s*{time}")


_TIMES: dict[Form, re.Pattern[str]] = {
    "vtt": _times(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})\.(\d{1,3})"),
    "srt": _times(r"(\d+):(\d{1,2}):(\d{1,2})[,.](\d+)"),
}


class Span(NamedTuple):
    """When a cue is shown, from the start of the file's clock."""

    start: timedelta
    end: timedelta


def read_times(line: str, form: Form) -> Span | None:
    """The start and end that a line like ``00:00:01.000 --> 00:00:02.000 align:start`` gives, or None."""
    match = _TIMES[form].match(line)
    if match is None:
        return None
    fields = [field or "0" for field in match.groups()]
    if any(len(field.lstrip("0")) > _DIGITS for field in fields):
        return None
    if form == "vtt":
        if any(int(field) >= _SIXTY for field in (*fields[1:3], *fields[5:7])):
            return None
        fields[3], fields[7] = fields[3].ljust(3, "0"), fields[7].ljust(3, "0")
    span = Span(_time(*map(int, fields[:4])), _time(*map(int, fields[4:])))
    return span if max(span) <= _LONGEST else None


def _time(hours: int, minutes: int, seconds: int, milliseconds: int) -> timedelta:
    return timedelta(milliseconds=((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds)
