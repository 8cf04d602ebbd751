"""What a reading page shows of a transcript: all of it, or the piece that its address asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from captionflow.transcript import named
from captionflow.turns import THE_START, Place, TurnStore, parsed, place_of, spelled
from services.api.pages.turn_views import NOTHING_BEFORE, Before, TurnView, heard, turn_views

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from captionflow.messages import Part, Stream

END_PARTS = 60
END_CHARS = 4_000
"""What a follow page has when it is opened: more than a portrait screen shows; the rest comes with the stream."""
CONTEXT_PARTS = 10
"""Parts before a turn that was asked for, on a piece that is made for it."""
QUOTED_PARTS = 3
"""Parts of a turn that are quoted at most."""
_ANCHOR = re.compile(r"t([0-9]{1,15}(?:\.[0-9]{1,9})?)(?:-p([0-9]{1,9}))?")


class Wanted(NamedTuple):
    """What an address asks for; nothing: the beginning."""

    turn: str = ""
    """The anchor of a turn, or of a part of it."""
    after: Place | None = None
    before: Place | None = None


class Piece(NamedTuple):
    """Parts in order, and what has to be known of those before them."""

    parts: tuple[Part, ...]
    known: Before = NOTHING_BEFORE
    has_earlier: bool = False
    has_later: bool = False
    seq: int = 0
    """Position in the line log that the end of a transcript reflects."""

    @property
    def views(self) -> tuple[TurnView, ...]:
        """Its turns."""
        return turn_views(self.parts, self.known)

    def named(self, names: Mapping[str, str]) -> Piece:
        """With the names of a recogniser's speakers."""
        return self._replace(parts=named(self.parts, names))

    @property
    def earlier(self) -> str | None:
        """What comes before it ends before this place; None: nothing does."""
        return spelled(place_of(self.parts[0])) if self.has_earlier else None

    @property
    def later(self) -> str | None:
        """What comes behind it begins after this place; None: nothing does."""
        return spelled(place_of(self.parts[-1])) if self.has_later else None


def wanted(query: Mapping[str, str]) -> Wanted:
    """What the parameters of an address say; those that say nothing are as if they were not there."""
    return Wanted(query.get("turn", ""), parsed(query.get("after")), parsed(query.get("before")))


async def piece(store: TurnStore, stream: Stream, wanted: Wanted) -> Piece:
    """The piece that is wanted: in whole turns, where one fits. What is short is never cut."""
    first = await store.window(*stream, after=THE_START)
    if not first.more:
        return Piece(first.parts)
    end = place_of(first.parts[-1])
    at = await _turn(store, stream, wanted.turn) if wanted.turn else None
    after = wanted.after
    if at is not None and at > end:
        context = await store.window(*stream, before=at, limit=CONTEXT_PARTS)
        start = place_of(context.parts[0])
        after = Place(start.ordinal, start.number - 1)
        end = min(end, after)
    if after is not None and after >= end:
        found = await store.window(*stream, after=after)
        if found.parts:
            known = await _known(store, stream, first.parts, found.parts)
            return Piece(found.parts, known, has_earlier=True, has_later=found.more)
    elif wanted.before is not None and wanted.before > end:
        found = await store.window(*stream, before=wanted.before)
        if found.more:
            known = await _known(store, stream, first.parts, found.parts)
            return Piece(found.parts, known, has_earlier=True, has_later=True)
    return Piece(first.parts, has_later=True)


async def end(store: TurnStore, stream: Stream) -> Piece:
    """The last piece, as short as may be: it is what somebody on a slow network waits for."""
    found = await store.window(*stream, limit=END_PARTS)
    parts = found.parts[_first_of_end(found.parts) :]
    if not found.more and len(parts) == len(found.parts):
        return Piece(parts, seq=found.last_seq)
    first = await store.window(*stream, after=THE_START, limit=CONTEXT_PARTS)
    known = await _known(store, stream, first.parts, parts)
    return Piece(parts, known, has_earlier=True, seq=found.last_seq)


def _first_of_end(parts: tuple[Part, ...]) -> int:
    """Where the turn begins from which on there is enough to fill a screen, or the part if the turn is a long one."""
    size = 0
    for at in range(len(parts) - 1, 0, -1):
        size += sum(map(len, parts[at].paragraphs))
        if size >= END_CHARS and (parts[at].number == 0 or size >= 2 * END_CHARS):
            return at
    return 0


async def quoted(store: TurnStore, stream: Stream, anchor: str) -> Piece | None:
    """The turn that an anchor names, or the rest of it from a part on, as far as it is quoted; None: there is none."""
    at = await _turn(store, stream, anchor)
    if at is None:
        return None
    found = await store.window(*stream, after=Place(at.ordinal, at.number - 1), limit=QUOTED_PARTS)
    return Piece(tuple(part for part in found.parts if part.ordinal == at.ordinal))


def is_anchor(text: str) -> bool:
    """Whether it is an anchor of a turn, or of a part of it."""
    return _ANCHOR.fullmatch(text) is not None


async def pieces(store: TurnStore, stream: Stream, names: Mapping[str, str]) -> AsyncGenerator[Piece]:
    """All of it, one piece after the other, each as it is when it is asked for, with the names of speakers."""
    after, known = THE_START, NOTHING_BEFORE
    while True:
        found = await store.window(*stream, after=after)
        yield Piece(found.parts, known).named(names)
        if not found.more:
            return
        after, known = place_of(found.parts[-1]), heard(found.parts, known)


async def _turn(store: TurnStore, stream: Stream, anchor: str) -> Place | None:
    found = _ANCHOR.fullmatch(anchor)
    if found is None:
        return None
    return await store.place(*stream, f"{stream.session}.{stream.language}.{found[1]}", int(found[2] or 0))


async def _known(store: TurnStore, stream: Stream, first: tuple[Part, ...], here: tuple[Part, ...]) -> Before:
    last = await store.window(*stream, before=place_of(here[0]), limit=1)
    return Before(heard(first).begin, heard(last.parts).said)
