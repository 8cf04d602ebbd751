"""The stretches of a transcript that a live viewer gets: its end, and what was before that as far as they like."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from captionflow.messages import Part, Stream
from captionflow.stamps import stamps_of
from captionflow.transcript import ordered
from captionflow.turns import THE_END, THE_START, Place, TurnStore, Window, place_of, spelled

FIRST_PARTS: Final = 10
"""So many of a transcript's parts are looked at for the time when it began."""


class Stretch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Parts in order. What was said before them is asked for with ``earlier``, if anything was."""

    seq: int
    """Position in the line log that this reflects."""
    parts: tuple[Part, ...] = ()
    earlier: str | None = None
    """`before` of the next question; left out: there is nothing before these."""
    begin: datetime | None = None
    """When the first words of the session were said, where these are not the first and it is known."""


async def stretch(store: TurnStore, stream: Stream, before: Place = THE_END, last: int | None = None) -> Stretch:
    """What ends before a place: a window of it or, with ``last``, only so many turns of that, without the head."""
    found = await store.window(*stream, before=before)
    parts = ordered(found.parts, last=last)
    if not parts or not (found.more or _spoken(found.parts) > _spoken(parts)):
        return Stretch(found.last_seq, parts)
    first: Window = await store.window(*stream, after=THE_START, limit=FIRST_PARTS)
    times = (stamp.at for part in first.parts if part.ordinal for stamp in stamps_of(part))
    begin = next((at for at in times if isinstance(at, datetime)), None)
    return Stretch(found.last_seq, parts, spelled(place_of(parts[0])), begin)


def _spoken(parts: Iterable[Part]) -> int:
    return sum(1 for part in parts if part.ordinal)
