"""A transcript as cues that fit a screen. Pure.

Each paragraph begins a cue; where the others end and how their lines are cut is decided in ``cutting`` and ``layout``,
when they are shown in ``timeline``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from captionflow.marked_text import ALONE, ALONE_END, with_lines
from captionflow.ports import Turns
from captionflow.transcript import Turn
from captionflow.transcript import turns as joined
from services.api.transcripts.formats.breaks import pieces
from services.api.transcripts.formats.cutting import cut
from services.api.transcripts.formats.layout import lines
from services.api.transcripts.formats.names import opening
from services.api.transcripts.formats.timeline import Anchor, Shown, spans
from services.api.transcripts.limits import Limits

_STRETCH = re.compile(f"{ALONE}[^{ALONE_END}]*{ALONE_END}|[^{ALONE}]+|^$")


class Cue(NamedTuple):
    """What is shown for a while."""

    start: float
    """Seconds from the first time that is known, or from the beginning."""
    end: float
    speaker: str | None
    number: tuple[int, int, int]
    """Which turn, which paragraph of it, which cue of that, from 1."""
    lines: tuple[str, ...]
    alone: bool = False
    """It is a note that stands on a line of its own."""


class Cues(NamedTuple):
    """All cues, and whether their times were guessed."""

    cues: tuple[Cue, ...]
    estimated: bool


class _Cut(NamedTuple):
    """A cue without its times."""

    shown: Shown
    speaker: str | None
    number: tuple[int, int, int]
    lines: tuple[str, ...]
    alone: bool


def cues(turns: Turns, language: str, limits: Limits, *, names: bool) -> Cues:
    """The cues of a transcript, one after the other, within ``limits``; ``names``: turns begin with the speaker's."""
    made: list[_Cut] = []
    anchors: list[Anchor] = []
    place = 0
    before: str | None = None
    for turn in joined(turns.parts):
        text, places = with_lines(turn, apart=False)
        if not turn.ordinal:
            continue
        for stamp in turn.stamps:
            behind, after = places[bisect_right(places, (stamp.offset, len(text))) - 1]
            anchors.append(Anchor(place + after + stamp.offset - behind, stamp.at.timestamp()))
        name = opening(turn.speaker, before, first=not made) if names else ""
        made.extend(_cut(turn, text, name, place, language, limits))
        before = turn.speaker
        place += len(text) + 1
    times = spans([one.shown for one in made], anchors, limits)
    return Cues(
        tuple(
            Cue(start, end, one.speaker, one.number, one.lines, one.alone)
            for one, (start, end) in zip(made, times, strict=True)
        ),
        estimated=not anchors,
    )


def _cut(turn: Turn, text: str, name: str, place: int, language: str, limits: Limits) -> Iterator[_Cut]:  # noqa: PLR0913, PLR0917 - what a cue is made of
    label = pieces(name, language, limits.columns)
    if label:
        label[-1] = label[-1]._replace(spaced=True)
    begin = place
    for paragraph_number, paragraph in enumerate(text.split("\n"), 1):
        number = 0
        for stretch in _STRETCH.finditer(paragraph):
            words = [*label, *pieces(stretch[0].strip(ALONE + ALONE_END), language, limits.columns)]
            for first, end in cut(words, limits, kept=len(label)):
                number += 1
                own = words[first:end]
                offset = stretch.start() + (0 if first < len(label) else own[0].offset)
                shown = Shown(begin + offset, sum(piece.width + piece.spaced for piece in own))
                numbers = turn.ordinal, paragraph_number, number
                yield _Cut(shown, turn.speaker, numbers, lines(own, limits), stretch[0].startswith(ALONE))
            label = []
        begin += len(paragraph) + 1


def clock(seconds: float, decimal: str) -> str:
    """``01:02:03.456``, with the decimal mark of the format."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{decimal}{rest % 1000:03}"
