"""Where cues end: the cheapest way to cut a run of pieces (dynamic programming). Pure.

A cut costs what it costs to part the two pieces (``breaks``), and more where the cue would be short or would begin a
sentence with its last words. The time is the number of pieces times those that fit into one cue.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from services.api.transcripts.formats.breaks import SENTENCE, Piece
from services.api.transcripts.limits import Limits

_CUE: Final = 7.0
"""Of every cue, so that short sentences share one."""
_SHORT: Final = 40.0
"""Of a cue without words; falls to nothing where a third of the space is used."""
_BEGUN: Final = 500.0
"""Of a sentence that begins with the last words of a cue."""
_BEGUN_WORDS: Final = 2


def cut(pieces: Sequence[Piece], limits: Limits, kept: int = 0) -> Iterator[tuple[int, int]]:
    """(first, end) of each cue; the first ``kept`` pieces, a name, share a cue with what follows where possible."""
    count = len(pieces)
    widths = [piece.width for piece in pieces]
    gaps = [int(piece.spaced) for piece in pieces]
    marks = [int(piece.glued) for piece in pieces]
    costs = [_BEGUN if place < kept else piece.cost for place, piece in enumerate(pieces)]
    begun = list(_begun(costs, count))
    full = limits.columns * limits.lines / 3
    costs_of_short = [_SHORT * ((full - used) / full) ** 2 if used < full else 0.0 for used in range(int(full) + 2)]
    best = [0.0, *[float("inf")] * count]
    came_from = [0] * (count + 1)
    for first in range(count):
        line = total = 0
        lines = 1
        before = best[first] + _CUE
        gap = 0
        for last in range(first, count):
            wide = widths[last]
            if line and line + gap + wide + marks[last] > limits.columns:
                lines += 1
                if lines > limits.lines:
                    break
                line = wide
            else:
                line += gap + wide if line else wide
            total += gap + wide
            gap = gaps[last]
            cost = before + costs[last]
            if total < full:
                cost += costs_of_short[total]
            if begun[last] >= first:
                cost += _BEGUN
            if cost < best[last + 1]:
                best[last + 1] = cost
                came_from[last + 1] = first
    yield from reversed(list(_back(came_from, count)))


def _back(came_from: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
    while end:
        yield came_from[end], end
        end = came_from[end]


def _begun(costs: Sequence[float], count: int) -> Iterator[int]:
    """For each piece the last one of a sentence that ended one or two pieces before it, or -1."""
    for place in range(count):
        found = -1
        if costs[place] != SENTENCE and place < count - 1:
            for back in range(1, _BEGUN_WORDS + 1):
                if place - back >= 0 and costs[place - back] == SENTENCE:
                    found = place - back
                    break
        yield found
