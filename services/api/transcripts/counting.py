"""What sessions amount to, counted once and kept up to date for those who ask next."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from captionflow.figures import Tally
from captionflow.recent import Recent
from captionflow.turns import THE_START, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from captionflow.figures import Figures
    from captionflow.messages import Part, Session, Stream
    from captionflow.turns import LiveTurns, Place
    from services.http.off_loop import OffLoop

MAX_KEPT: Final = 256
"""Streams whose count is kept: more than are live at once. Each has some kilobytes."""


class _Count:
    """Of a stream: what is settled up to a place, and all of it as of ``seq``."""

    def __init__(self) -> None:
        self.place: Place = THE_START
        self.seq = 0
        self.settled = Tally()
        self.whole = Tally()

    def holds(self, changed: Sequence[Part]) -> bool:
        """Whether nothing that is settled is another by these changes."""
        return all(place_of(part) > self.place for part in changed)

    def begin(self, seq: int) -> None:
        """What is read next is as of ``seq``, or later."""
        self.seq = seq
        self.whole = self.settled.copy()

    def take(self, parts: Sequence[Part], *, settling: bool) -> bool:
        """The next parts; whether those that follow may be settled, too.

        Only what had not changed after ``seq`` is: whether it changes then is told by the changes after it.
        """
        still = 0
        if settling:
            while still < len(parts) and parts[still].closed and parts[still].version <= self.seq:
                still += 1
            self.settled.add(parts[:still])
            if still:
                self.place = place_of(parts[still - 1])
        self.whole.add(parts)
        return settling and still == len(parts)


class Counting:
    """See the module. A session of any length is read once, in windows; after that, what follows the settled part."""

    def __init__(self, turns: LiveTurns, off_loop: OffLoop) -> None:
        self._turns = turns
        self._off_loop = off_loop
        self._counts: Recent[Stream, _Count] = Recent(MAX_KEPT)
        self._busy: WeakValueDictionary[Stream, asyncio.Lock] = WeakValueDictionary()

    async def figures(self, session: Session, stream: Stream) -> Figures:
        """What it amounts to now.

        Raises:
            Unavailable: the transcript can't be read now, or too many ask.
        """
        lock = self._busy.setdefault(stream, asyncio.Lock())
        async with lock:
            seq = await self._turns.last_seq(*stream)
            count = self._counts.get(stream)
            if count is None or count.seq != seq:
                count = await self._counted(stream, count, seq)
            return count.whole.figures(*stream, count.seq, session.speakers)

    async def _counted(self, stream: Stream, known: _Count | None, seq: int) -> _Count:
        if known is not None:
            del self._counts[stream]  # if this fails, it has half of it
            changes = await self._turns.changes(*stream, known.seq)
            seq = changes.last_seq
            if changes.more or not known.holds(changes.parts):
                known = None
        count = _Count() if known is None else known
        await self._read(stream, count, seq)
        self._counts[stream] = count
        return count

    async def _read(self, stream: Stream, count: _Count, seq: int) -> None:
        count.begin(seq)
        place, settling, more = count.place, True, True
        while more:
            window = await self._turns.window(*stream, after=place)
            more = window.more
            if window.parts:
                place = place_of(window.parts[-1])
                settling = await self._off_loop.run(partial(count.take, window.parts, settling=settling))
