"""The texts of the streams that are being read, kept between the questions of those who read them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from captionflow.transcript import ordered
from services.api.streamtext.lines import texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from captionflow.messages import Stream
    from captionflow.turns import Turns, TurnStore

MAX_STREAMS: Final = 64
"""Streams whose texts are kept."""
_RECENT_TURNS: Final = 8
"""So many turns are read again when something was said: a revision does not reach farther back."""
_SETTLED_SECONDS: Final = 2.0
"""A word that has not grown for so long is complete."""


class _Text:
    """What is known of one stream."""

    def __init__(self) -> None:
        self.reading = asyncio.Lock()
        self.seq = 0
        self.turns: dict[int, str] = {}
        self.changed_at = 0.0


class CaptionTexts:
    """See the module. However many ask, the store is asked for a stream's end once at a time, and only when it grew."""

    def __init__(self, turns: TurnStore, *, clock: Callable[[], float] | None = None) -> None:
        self._turns = turns
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._texts: OrderedDict[Stream, _Text] = OrderedDict()

    async def read(self, stream: Stream) -> tuple[Mapping[int, str], bool]:
        """The texts of the stream's turns by ordinal, and whether the last word is settled."""
        text = self._texts.setdefault(stream, _Text())
        self._texts.move_to_end(stream)
        if len(self._texts) > MAX_STREAMS:
            self._texts.popitem(last=False)
        async with text.reading:
            if await self._turns.last_seq(*stream) > text.seq:
                await self._renew(stream, text)
        return text.turns, self._clock() - text.changed_at >= _SETTLED_SECONDS

    async def _renew(self, stream: Stream, text: _Text) -> None:
        recent: Turns = await self._turns.window(*stream)
        found = texts_of(ordered(recent.parts, last=_RECENT_TURNS))
        first = min(found, default=0)
        if first > 1 and (not text.turns or max(text.turns) < first):  # more was said meanwhile than is read again
            recent = await self._turns.turns(*stream)
            found, first = texts_of(recent.parts), 0
        turns = {ordinal: one for ordinal, one in text.turns.items() if ordinal < first} | found
        if turns != text.turns:
            text.changed_at = self._clock()
        text.seq, text.turns = recent.last_seq, turns
