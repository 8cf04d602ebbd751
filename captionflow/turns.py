"""The port of the transcripts, and the windows in which they are read. Pure.

A transcript may have a million words, of many turns or of a single one. Whoever answers a reader reads a *window* of
it, or all of it in pages; either is as large as it may be, however long the transcript is.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple, Protocol

from captionflow.messages import Message, Part, StepRecord
from captionflow.transcript import latest, ordered

WINDOW: Final = 400
"""Most parts of a window: some 200 kB of words in most sessions, 1.6 MB at most."""


class Place(NamedTuple):
    """The place of a part in its stream. It holds whatever is said later."""

    ordinal: int
    number: int


THE_START: Final = Place(-1, 0)
"""Before the head."""
THE_END: Final = Place(2**62, 0)
"""After all that will ever be said."""


class Turns(Message, frozen=True):
    """A stretch of a transcript: parts in order."""

    parts: tuple[Part, ...]
    last_seq: int
    """The parts reflect every line up to this one, and perhaps some after it."""


class Transcript(Protocol):
    """All of a transcript, in memory or not."""

    @property
    def parts(self) -> Iterable[Part]:
        """In order, from the first one on as often as they are asked for."""

    @property
    def last_seq(self) -> int:
        """As ``Turns`` has it."""


async def whole(pages: AsyncGenerator[Turns]) -> Turns:
    """All pages as one; they are closed then."""
    parts: list[Part] = []
    last_seq = 0
    async with aclosing(pages):
        async for page in pages:
            parts += page.parts
            last_seq = max(last_seq, page.last_seq)
    return Turns(ordered(parts), last_seq)


class Window(Turns, frozen=True):
    """Some of the parts before or after a place."""

    more: bool = False
    """There are parts beyond it, in the direction in which it was read."""


class TurnStore(Protocol):
    """The transcripts. Derived: they can be thrown away and rebuilt from the line log.

    What was written may take a moment until it can be read.
    """

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """Upsert all parts of all steps; ``last_seq`` advances once they are stored.

        An older version never wins, and a step that came before changes nothing. After ``Unavailable`` some of it may
        have been written: the same call again does the rest.

        Raises:
            Rejected: some parts can never be stored; all others are.
        """

    async def turns(self, session: str, language: str) -> Turns:
        """The transcript so far, head first, retracted parts left out. For tools: it may be any size.

        A stream without lines gives no parts and ``last_seq`` 0.
        """

    async def window(
        self, session: str, language: str, *, after: Place | None = None, before: Place = THE_END, limit: int = WINDOW
    ) -> Window:
        """The parts that follow ``after``; without it those that end before ``before``. At most ``limit``, in order.

        It has whole turns, as far as one fits into it. With ``more`` it may have fewer parts than the limit, at least
        one.
        """

    def pages(self, session: str, language: str) -> AsyncGenerator[Turns]:
        """All of the transcript at one moment, as ``turns`` has it, in pages of ``WINDOW`` parts at most.

        It holds what the store needs for this view: read it to its end without waiting for anybody, or close it.
        """

    async def place(self, session: str, language: str, turn_id: str, number: int = 0) -> Place | None:
        """Where a part stands; None if there is none, or it is retracted."""

    async def last_seq(self, session: str, language: str) -> int:
        """The last ``seq`` that the stored turns reflect; 0 before the first line."""


class LiveTurns(TurnStore, Protocol):
    """The transcripts as a process has them that serves live viewers: it knows what changed, too."""

    async def changes(self, session: str, language: str, after: int, *, limit: int = WINDOW) -> Window:
        """The parts whose version is above ``after``, retracted ones too; in any order.

        Whoever has the transcript as of ``after`` and takes them has it as of ``last_seq``. With ``more`` that is not
        so, and there are no parts: they would be more than ``limit``, or it is not known any more which they are.
        """


_SPELLED: Final = re.compile(r"([0-9]{1,15})\.([0-9]{1,9})")


def spelled(place: Place) -> str:
    """A place as an address has it: ``12.0``."""
    return f"{place.ordinal}.{place.number}"


def parsed(text: str | None) -> Place | None:
    """The place that ``spelled`` gave; None if the text is none."""
    found = _SPELLED.fullmatch(text or "")
    return Place(int(found[1]), int(found[2])) if found else None


def place_of(part: Part) -> Place:
    """Where it stands."""
    return Place(part.ordinal, part.number)


def window(parts: Iterable[Part], last_seq: int, limit: int, *, backwards: bool, more: bool = False) -> Window:
    """The window of these parts, which were read from its place on and may be more than fit into it.

    ``more``: it is known that others follow them.
    """
    found = ordered(parts)
    if len(found) <= limit and not more:
        return Window(found, last_seq)
    kept = found[-limit:] if backwards else found[:limit]
    return Window(_whole(kept, found, backwards=backwards, more=more), last_seq, more=True)


def _whole(kept: tuple[Part, ...], found: tuple[Part, ...], *, backwards: bool, more: bool) -> tuple[Part, ...]:
    """Without the turn that is cut at the far end, unless there is no other."""
    if not kept:
        return kept
    far = kept[0].ordinal if backwards else kept[-1].ordinal
    is_cut = more if len(kept) == len(found) else far == found[-len(kept) - 1 if backwards else len(kept)].ordinal
    return (tuple(part for part in kept if part.ordinal != far) or kept) if is_cut else kept


def merged(windows: Sequence[Window], limit: int, *, backwards: bool) -> Window:
    """One window of what several stores have of a stream, each read with its retracted parts from the same place.

    Nothing is said of what lies beyond the nearest end of those that have more.
    """
    ends = [place_of(one.parts[0 if backwards else -1]) for one in windows if one.more and one.parts]
    known = list(latest(part for one in windows for part in one.parts).values())
    if ends and backwards:
        known = [part for part in known if place_of(part) >= max(ends)]
    elif ends:
        known = [part for part in known if place_of(part) <= min(ends)]
    seq = max(one.last_seq for one in windows)
    return window(known, seq, limit, backwards=backwards, more=bool(ends))
