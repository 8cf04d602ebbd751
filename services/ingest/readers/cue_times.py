"""The times of one cue, by webvtt-py."""

from datetime import timedelta
from io import StringIO
from typing import Literal, NamedTuple

from webvtt import WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError

_LONGEST = timedelta(hours=10_000)  # beyond it the figures are broken, and no date could be made of them


class Span(NamedTuple):
    """When a cue is shown, from the start of the file's clock."""

    start: timedelta
    end: timedelta


def read_times(line: str, form: Literal["vtt", "srt"]) -> Span | None:
    """The start and end that a line like ``00:00:01.000 --> 00:00:02.000 align:start`` gives, or None."""
    cue = f"WEBVTT\n\n{line}\nx" if form == "vtt" else f"1\n{line}\nx"
    try:
        captions = WebVTT.from_buffer(StringIO(cue), format=form).captions
    except (MalformedCaptionError, MalformedFileError):
        return None
    if not captions:
        return None
    start, end = (time.in_milliseconds() for time in (captions[0].start_time, captions[0].end_time))
    span = Span(timedelta(milliseconds=start), timedelta(milliseconds=end))
    return span if max(span) <= _LONGEST else None
