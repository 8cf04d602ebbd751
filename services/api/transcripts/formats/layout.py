"""The lines of one cue: as few as possible, cut where they read well, and balanced. Pure."""

from collections.abc import Sequence
from typing import Final

from captionflow.characters import NO_SPACE
from services.api.transcripts.formats.breaks import Piece
from services.api.transcripts.limits import Limits

_RAGGED: Final = 160.0
"""Of a line that is empty; the square of what is left of it counts."""


def lines(pieces: Sequence[Piece], limits: Limits) -> tuple[str, ...]:
    """The pieces of a cue in lines; they fit into ``limits``, as ``cutting.cut`` has seen to."""
    ends = _ends(pieces, limits.columns)
    return tuple(_line(pieces[first:end]) for first, end in zip([0, *ends], ends, strict=False))


def _ends(pieces: Sequence[Piece], columns: int) -> list[int]:
    """Where each line ends: of all ways with the fewest lines, the one that costs least."""
    count = len(pieces)
    best: list[tuple[int, float]] = [(0, 0.0), *[(count + 1, 0.0)] * count]
    came_from = [0] * (count + 1)
    for first in range(count):
        before_lines, before_cost = best[first]
        line = 0
        for last in range(first, count):
            piece = pieces[last]
            line += piece.width
            if last > first and line + piece.glued > columns:
                break
            cost = before_cost + _RAGGED * ((columns - line) / columns) ** 2
            if last < count - 1:
                cost += piece.cost / 3
            if (before_lines + 1, cost) < best[last + 1]:
                best[last + 1] = before_lines + 1, cost
                came_from[last + 1] = first
            line += piece.spaced
    ends = [count]
    while came_from[ends[-1]]:
        ends.append(came_from[ends[-1]])
    return ends[::-1]


def _line(pieces: Sequence[Piece]) -> str:
    text = "".join(f"{piece.text} " if piece.spaced else piece.text for piece in pieces).rstrip(" ")
    return f"{text}{NO_SPACE}" if pieces[-1].glued else text
