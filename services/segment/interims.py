"""What recognisers believe right now and have not settled: shown behind the last turn, never part of one. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from captionflow.messages import Line

MAX_INTERIMS = 4
MAX_INTERIM_CHARS = 500
MAX_NAME_CHARS = 200
"""How much of a sender's name and of an utterance's id is compared to tell interims apart."""
LIFETIME = timedelta(seconds=30)
"""An interim that was not renewed for so long came from a source that is gone: recognisers renew theirs at once."""


class Interim(msgspec.Struct, frozen=True, array_like=True):
    """What a recogniser believes right now of one utterance."""

    sender: str
    segment: str | None
    first_seq: int
    text: str
    last_seq: int = 0
    """Of the line that renewed it last; 0 in states of version 1 and 2."""
    received_at: datetime | None = None
    """When that came; None in states of version 1 and 2."""


def renewed(interims: Sequence[Interim], line: Line) -> tuple[Interim, ...]:
    """The interims after one more line that is not final.

    Each keeps its place. When there are too many, the one that was renewed longest ago gives way.
    """
    sender, segment = _utterance(line)
    text = " ".join(line.text.split())[-MAX_INTERIM_CHARS:]
    found = {(one.sender, one.segment): one for one in interims if not _is_stale(one, line)}
    same = found.get((sender, segment))
    first = same.first_seq if same else line.seq
    found[sender, segment] = Interim(sender, segment, first, text, line.seq, line.received_at)
    if len(found) > MAX_INTERIMS:
        oldest = min(found.values(), key=lambda one: one.last_seq)
        del found[oldest.sender, oldest.segment]
    return tuple(found.values())


def without(interims: tuple[Interim, ...], lines: Sequence[Line]) -> tuple[Interim, ...]:
    """The interims after final lines: those of their utterances are settled, and no interim outlives the session."""
    if not interims:
        return ()
    if any(line.ends for line in lines):
        return ()
    said = {_utterance(line) for line in lines}
    return tuple(
        one
        for one in interims
        if (one.sender, one.segment) not in said and not any(_is_stale(one, line) for line in lines)
    )


def settles(line: Line, interims: Sequence[Interim]) -> bool:
    """Whether a line revises an interim: it is the final text of an utterance, and not of a line."""
    return any(one.first_seq <= (line.revises or 0) <= one.last_seq for one in interims)


def _utterance(line: Line) -> tuple[str, str | None]:
    return line.sender[:MAX_NAME_CHARS], None if line.segment is None else line.segment[:MAX_NAME_CHARS]


def _is_stale(interim: Interim, line: Line) -> bool:
    return interim.received_at is not None and line.received_at - interim.received_at > LIFETIME
