"""Cuts a transcript into cues that fit a screen, and finds their times. Pure."""

import math
import textwrap
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from captionflow.messages import Part
from captionflow.ports import Turns
from services.api.transcripts.formats.passages import shown, with_notes

LINE_CHARS = 42
LINES = 2
"""What the BBC and DCMP guidelines ask of a cue."""

MAX_SECONDS = 7.0
MIN_SECONDS = 0.5
SECONDS_PER_CHAR = 60 / (160 * 6)
"""160 words a minute, of six characters with the space: the pace of a talk, where nobody noted the time."""


class Cue(NamedTuple):
    """What is shown for a while."""

    start: float
    """Seconds from the first time that is known, or from the beginning."""
    end: float
    speaker: str | None
    opens: bool
    """It is the first of its speaker's turn."""
    lines: tuple[str, ...]


class Cues(NamedTuple):
    """All cues, and whether their times were guessed."""

    cues: tuple[Cue, ...]
    estimated: bool


class _Piece(NamedTuple):
    place: int
    speaker: str | None
    opens: bool
    lines: tuple[str, ...]


def cues(turns: Turns) -> Cues:
    """The cues of a transcript: at most two lines of 42 characters, at most seven seconds, one after the other."""
    pieces: list[_Piece] = []
    anchors: list[tuple[int, float]] = []
    place = 0
    for part in shown(turns):
        text, places = with_notes(part)
        for stamp in part.stamps:
            before, after = places[bisect_right(places, (stamp.offset, len(text))) - 1]
            anchors.append((place + after + stamp.offset - before, stamp.at.timestamp()))
        pieces.extend(_cut(part, text, place))
        place += len(text) + 1
    starts = _starts([piece.place for piece in pieces], _rising(anchors))
    ends = [*starts, math.inf][1:]
    timed = (
        Cue(start, min(end, start + _reading_seconds(piece)), piece.speaker, piece.opens, piece.lines)
        for piece, start, end in zip(pieces, starts, ends, strict=True)
    )
    return Cues(tuple(timed), estimated=not anchors)


def _cut(part: Part, text: str, place: int) -> Iterator[_Piece]:
    """Each paragraph begins a cue; offsets of the cues are found again by their first word."""
    opens = part.number == 0
    at = 0
    for paragraph in text.split("\n"):
        lines = textwrap.wrap(paragraph, LINE_CHARS, break_on_hyphens=False)
        for first in range(0, len(lines), LINES):
            shown_lines = tuple(lines[first : first + LINES])
            at = max(text.find(lines[first].split(maxsplit=1)[0], at), at)
            yield _Piece(place + at, part.speaker, opens, shown_lines)
            opens = False
            at += sum(map(len, shown_lines))


def _rising(anchors: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Anchors from zero on, in order of place, and never back in time (a correction may be stamped later)."""
    rising: list[tuple[int, float]] = []
    for place, seconds in sorted(anchors):
        if not rising or (place > rising[-1][0] and seconds >= rising[-1][1]):
            rising.append((place, seconds))
    return [(place, seconds - rising[0][1]) for place, seconds in rising]


def _starts(places: list[int], anchors: list[tuple[int, float]]) -> list[float]:
    """When each place is reached: between two anchors in proportion, but never slower than a talk."""
    anchors = anchors or [(0, 0.0)]
    keys = [place for place, _ in anchors]
    starts: list[float] = []
    for place in places:
        index = max(bisect_right(keys, place) - 1, 0)
        from_place, from_time = anchors[index]
        seconds = max(place - from_place, 0) * SECONDS_PER_CHAR
        if index + 1 < len(anchors):
            to_place, to_time = anchors[index + 1]
            share = max(place - from_place, 0) / (to_place - from_place)
            seconds = min(seconds, share * (to_time - from_time))
        start = from_time + seconds
        starts.append(max(start, starts[-1] + MIN_SECONDS) if starts else start)
    return starts


def _reading_seconds(piece: _Piece) -> float:
    return min(MAX_SECONDS, max(2.0, 2 * SECONDS_PER_CHAR * sum(map(len, piece.lines))))


def clock(seconds: float, decimal: str) -> str:
    """``01:02:03.456``, with the decimal mark of the format."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{decimal}{rest % 1000:03}"
