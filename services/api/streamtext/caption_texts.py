"""The texts of the streams that are being read, kept between the questions of those who read them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from captionflow.recent import Recent
from captionflow.transcript import named, ordered
from captionflow.turns import Place, place_of
from services.api.streamtext.lines import ordinal_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from captionflow.messages import Part, Stream
    from captionflow.turns import TurnStore, Window

MAX_STREAMS: Final = 64
"""Streams whose texts are kept."""
_RECENT_TURNS: Final = 8
"""So many turns are read again when something was said: a revision does not reach farther back."""
_KEPT_TURNS: Final = 64
"""So many of a stream's last turns are kept. Who is farther behind reads a piece of the transcript."""
_NAMED_TURNS: Final = 4_096
"""Of so many turns it is remembered under which names they were read."""
_SETTLED_SECONDS: Final = 2.0
"""A word that has not grown for so long is complete."""


class _Piece(NamedTuple):
    """The texts of all turns from one ordinal on to before another one."""

    begin: int = 0
    end: int = 0
    texts: Mapping[int, str] = MappingProxyType({})

    def leads_on(self, ordinal: int, first: int) -> bool:
        """Whether it has what follows in the turn with this ordinal; ``first``: of the last turns, after the piece."""
        return self.begin <= ordinal < (self.end if self.end == first else max(self.texts, default=0))


class _Text:
    """What is known of one stream."""

    def __init__(self) -> None:
        self.reading = asyncio.Lock()
        self.going_back = asyncio.Lock()
        self.seq = 0
        self.turns: dict[int, str] = {}
        """The last ones, without a gap."""
        self.whole = False
        """They are all that there are."""
        self.piece = _Piece()
        """Some older ones, which whoever is far behind read last. Nothing changes them any more."""
        self._names: Recent[int, Mapping[str, str]] = Recent(_NAMED_TURNS)
        self.changed_at = 0.0

    def texts_of(self, parts: Iterable[Part], names: Mapping[str, str]) -> dict[int, str]:
        """See ``lines.texts_of``; each turn with the names that held when it was read first."""
        return texts_of(one for part in parts for one in named([part], self._names_of(part, names)))

    def _names_of(self, part: Part, names: Mapping[str, str]) -> Mapping[str, str]:
        known = self._names.get(part.ordinal)
        if known is None:
            self._names[part.ordinal] = known = names
        return known


class CaptionTexts:
    """See the module. However many ask, the store is asked for a stream's end once at a time, and only when it grew.

    What is kept and what is done for a question are bounded, however long the transcript is and however far behind who
    asks.
    """

    def __init__(self, turns: TurnStore, *, clock: Callable[[], float] | None = None) -> None:
        self._turns = turns
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._texts: OrderedDict[Stream, _Text] = OrderedDict()

    async def read(self, stream: Stream, names: Mapping[str, str], position: int) -> tuple[Mapping[int, str], bool]:
        """The texts of the turns by ordinal that have the next line after a position; whether the last word is settled.

        A position below 0 is the end.
        ``names``: of a recogniser's speakers. A turn that was read keeps the name that it had: positions count it.
        """
        text = self._texts.setdefault(stream, _Text())
        self._texts.move_to_end(stream)
        if len(self._texts) > MAX_STREAMS:
            self._texts.popitem(last=False)
        async with text.reading:
            if await self._turns.last_seq(*stream) > text.seq:
                await self._renew(stream, text, names)
        texts, settled = text.turns, self._clock() - text.changed_at >= _SETTLED_SECONDS
        ordinal, first = ordinal_of(position), min(texts, default=0)
        if position < 0 or text.whole or ordinal >= first:
            return texts, settled
        async with text.going_back:
            piece = text.piece
            if not piece.leads_on(ordinal, first):
                piece = text.piece = await self._older(stream, text, names, ordinal, first)
        return ({**piece.texts, **texts}, settled) if piece.end == first else (piece.texts, True)

    async def _renew(self, stream: Stream, text: _Text, names: Mapping[str, str]) -> None:
        recent: Window = await self._turns.window(*stream)
        parts = ordered(recent.parts, last=_RECENT_TURNS)
        found = text.texts_of(parts, names)
        first = min(found, default=0)
        known = {ordinal: one for ordinal, one in text.turns.items() if ordinal < first}
        if known and max(text.turns) < first:  # more was said meanwhile than is read again
            known = {}
        if not known:
            found = text.texts_of(recent.parts, names)
        turns = known | found
        kept = {ordinal: turns[ordinal] for ordinal in sorted(turns)[-_KEPT_TURNS:]}
        if kept != text.turns:
            text.changed_at = self._clock()
        whole = text.whole if known else not recent.more
        text.seq, text.turns, text.whole = recent.last_seq, kept, whole and len(kept) == len(turns)

    async def _older(self, stream: Stream, text: _Text, names: Mapping[str, str], ordinal: int, first: int) -> _Piece:
        """The turn with this ordinal and those that follow it, one at least, to before the first of the last turns."""
        parts: list[Part] = []
        after = Place(ordinal, -1)
        while True:
            window: Window = await self._turns.window(*stream, after=after)
            parts += [part for part in window.parts if part.ordinal < first]
            found = text.texts_of(parts, names)
            if not window.more or window.parts[-1].ordinal >= first:
                return _Piece(ordinal, first, found)
            if max(found, default=0) > ordinal:
                return _Piece(ordinal, max(found) + 1, found)
            after = place_of(window.parts[-1])
