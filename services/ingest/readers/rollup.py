"""Roll-up captions in a file repeat each line while it moves up the screen; this keeps it once. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

_PAUSE = timedelta(seconds=1)  # after a longer gap the screen was empty, so the same words were said again
_EVIDENT = 2
_SHARE = 0.5


class Said(NamedTuple):
    """A line of a cue and who says it."""

    text: str
    speaker: str | None = None
    """Empty: somebody whom the file does not name."""
    goes_on: bool = False
    """It continues the line before it rather than beginning a new one."""


class Cue(NamedTuple):
    """What is on the screen from ``at`` to ``end``; None if the file's times can't be read."""

    at: timedelta | None
    end: timedelta | None
    lines: tuple[Said, ...]
    raw: tuple[str, ...] = ()
    """Its lines as they stand in the file."""
    timed: bool = True
    """The times are its own, and not those of the cue before it."""


class Unrolled(NamedTuple):
    """The cues without what they repeat, and how many words that was; 0 if the file does not roll."""

    cues: tuple[Cue, ...]
    repeated: int


def unroll(cues: Sequence[Cue]) -> Unrolled:
    """Leave out what a cue repeats of the cue before it, if the file is evidently of the rolling kind.

    Evident: in half of the cues and at least two, the words begin with the last lines of the cue before **and** the
    screen moves: lines went away above or words were added. So a crowd that shouts "Yes!" three times is not a file
    that rolls.
    """
    overlaps = [0, *(_overlap(before, cue) for before, cue in pairwise(cues))]
    moves = sum(
        bool(overlap) and (overlap < len(_words(cue.lines)) or overlap < len(_words(before.lines)))
        for overlap, (before, cue) in zip(overlaps[1:], pairwise(cues), strict=True)
    )
    repeating = sum(map(bool, overlaps))
    if moves < _EVIDENT or repeating < (len(cues) - 1) * _SHARE:
        return Unrolled(tuple(cues), 0)
    unrolled = (cue._replace(lines=_without(cue.lines, overlap)) for cue, overlap in zip(cues, overlaps, strict=True))
    return Unrolled(tuple(cue for cue in unrolled if cue.lines), sum(overlaps))


def _words(lines: Sequence[Said]) -> list[tuple[str, str | None]]:
    return [(word, said.speaker) for said in lines for word in said.text.split()]


def _overlap(before: Cue, cue: Cue) -> int:
    """How many words at the beginning of a cue are the last whole lines of the cue before it."""
    if cue.at is not None and before.end is not None and cue.at > before.end + _PAUSE:
        return 0
    words = _words(cue.lines)
    for first in range(len(before.lines)):
        tail = _words(before.lines[first:])
        if tail and words[: len(tail)] == tail:
            return len(tail)
    return 0


def _without(lines: Sequence[Said], count: int) -> tuple[Said, ...]:
    """The lines without their first ``count`` words; what is left of a line that was begun goes on with it."""
    left = list(lines)
    while count and left:
        words = left[0].text.split()
        if len(words) > count:
            rest = left[0].text.split(maxsplit=count)[count]
            left[0] = left[0]._replace(text=rest, goes_on=True)
            break
        count -= len(words)
        del left[0]
    return tuple(left)
