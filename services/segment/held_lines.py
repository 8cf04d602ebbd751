"""The last lines before now, which a revision can still replace. Pure."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from captionflow.messages import Line, Moment

REVISABLE_LINES = 32
"""How many lines back a revision reaches. The text of one that comes later is kept apart from the turns."""
REVISABLE_CHARS = 2_000
"""How many characters back it reaches."""
MAX_HELD_CHARS = 3_000
"""Most characters of the held lines, including those that no revision reaches any more."""


class Held(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """A line that a revision can still reach."""

    seq: int
    text: str
    at: Moment | None = None
    speaker: str | None = None
    ends: bool = False
    until: Moment | None = None


def hold(line: Line) -> Held:
    """As much of a final line as must be kept to apply it again."""
    return Held(line.seq, line.text, line.at, line.speaker, line.ends, line.until)


def release(held: Held) -> Line:
    """A line that the tokenizer takes as it took the one that was held."""
    return Line(
        sender="",
        number=0,
        text=held.text,
        at=held.at,
        speaker=held.speaker,
        ends=held.ends,
        until=held.until,
        seq=held.seq,
        received_at=datetime.min,  # noqa: DTZ901 - the rules never read it
    )


def size(held: Sequence[Held]) -> int:
    """Characters of all their texts."""
    return sum(len(one.text) for one in held)


def reach(held: Sequence[Held]) -> int:
    """Index of the first held line that a revision reaches."""
    count, index = 0, len(held)
    while index and len(held) - index < REVISABLE_LINES and count + len(held[index - 1].text) <= REVISABLE_CHARS:
        index -= 1
        count += len(held[index].text)
    return index
