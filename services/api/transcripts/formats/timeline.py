"""When the words of a transcript were said. Pure."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from services.api.transcripts.limits import Limits

SECONDS_PER_COLUMN = 60 / (160 * 6)
"""160 words a minute, of six characters with the space: the pace of a talk, where nobody noted the time."""
_LEAST_SECONDS = 2.0
"""Shown at least, where the next cue is far away."""


class Anchor(NamedTuple):
    """A time that is known."""

    place: int
    """Offset in the whole transcript."""
    seconds: float


class Shown(NamedTuple):
    """What is to be shown in one cue: where it begins in the whole transcript, and how many columns it has."""

    place: int
    columns: int


def spans(cues: Sequence[Shown], anchors: Iterable[Anchor], limits: Limits) -> list[tuple[float, float]]:
    """(start, end) of each cue in seconds from the first time that is known, or from the beginning."""
    known = _rising(anchors) or [Anchor(0, 0.0)]
    keys = [anchor.place for anchor in known]
    starts: list[float] = []
    for cue in cues:
        index = max(bisect_right(keys, cue.place) - 1, 0)
        start = _start(cue.place, known[index], known[index + 1] if index + 1 < len(known) else None)
        starts.append(max(start, starts[-1] + limits.min_seconds + limits.gap_seconds) if starts else start)
    return [
        (start, _end(cue, start, following, limits))
        for cue, (start, following) in zip(cues, pairwise([*starts, math.inf]), strict=True)
    ]


def _rising(anchors: Iterable[Anchor]) -> list[Anchor]:
    """Anchors from zero on, in order of place, and never back in time (a correction may be stamped later)."""
    rising: list[Anchor] = []
    for anchor in sorted(anchors):
        if not rising or (anchor.place > rising[-1].place and anchor.seconds >= rising[-1].seconds):
            rising.append(anchor)
    return [anchor._replace(seconds=anchor.seconds - rising[0].seconds) for anchor in rising]


def _start(place: int, before: Anchor, after: Anchor | None) -> float:
    """When a place is reached: between two anchors in proportion, but never slower than a talk."""
    distance = max(place - before.place, 0)
    seconds = distance * SECONDS_PER_COLUMN
    if after is not None:
        seconds = min(seconds, distance / (after.place - before.place) * (after.seconds - before.seconds))
    return before.seconds + seconds


def _end(cue: Shown, start: float, following: float, limits: Limits) -> float:
    reading = max(_LEAST_SECONDS, 2 * SECONDS_PER_COLUMN * cue.columns, cue.columns / limits.cps)
    return min(following - limits.gap_seconds, start + min(limits.max_seconds, reading))
