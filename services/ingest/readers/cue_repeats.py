"""Cues that a file has more than once: said once. Pure.

A cue may stand twice with the same times, and a file may show the same words again for each word that is highlighted.
What rolls up is another thing: ``rollup.py``.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from services.ingest.readers.cue_text import highlights
from services.ingest.readers.rollup import Cue

_GAP = timedelta(seconds=0.5)
"""A highlight goes from word to word without a longer pause."""


class Once(NamedTuple):
    """The cues, each said once, and how many were left out for which reason."""

    cues: tuple[Cue, ...]
    twice: int
    highlighted: int


def once(cues: Sequence[Cue]) -> Once:
    """Leave out what has the times and the words of an earlier cue, and join the cues of a highlight that moves.

    A highlight is evident where cues in a row have the same words, and tags set off different parts of them.
    """
    seen: set[tuple[object, ...]] = set()
    single: list[Cue] = []
    for cue in cues:
        key = (cue.at, cue.end, *((line.speaker, *line.text.split()) for line in cue.lines))
        if not cue.timed or key not in seen:
            single.append(cue)
            seen.add(key)
    runs: list[list[Cue]] = []
    for cue in single:
        if runs and _again(runs[-1][-1], cue):
            runs[-1].append(cue)
        else:
            runs.append([cue])
    moving = any(len({cue.raw for cue in run if highlights(cue.raw)}) > 1 for run in runs)
    joined = [one for run in runs for one in (_joined(run) if moving else run)]
    return Once(tuple(joined), len(cues) - len(single), len(single) - len(joined))


def _joined(run: list[Cue]) -> list[Cue]:
    """Cues of the same words as one, if their formatting differs."""
    lit = len({cue.raw for cue in run}) > 1
    return [run[0]._replace(end=run[-1].end)] if lit else run


def _again(before: Cue, cue: Cue) -> bool:
    """Whether a cue shows the words of the one before it at once again."""
    if before.end is None or cue.at is None or cue.end is None or cue.at > before.end + _GAP:
        return False
    return cue.end >= before.end and _words(before) == _words(cue)


def _words(cue: Cue) -> list[tuple[str, str | None]]:
    return [(word, line.speaker) for line in cue.lines for word in line.text.split()]
