"""The texts of the streams that are being read, kept between the questions of those who read them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from captionflow.transcript import named, ordered
from services.api.streamtext.lines import texts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from captionflow.messages import Part, Stream
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
        self._names: dict[int, Mapping[str, str]] = {}
        self.changed_at = 0.0

    def texts_of(self, parts: Iterable[Part], names: Mapping[str, str]) -> dict[int, str]:
        """See ``lines.texts_of``; each turn with the names that held when it was read first."""
        return texts_of(one for part in parts for one in named([part], self._names.setdefault(part.ordinal, names)))


class CaptionTexts:
    """See the module. However many ask, the store is asked for a stream's end once at a time, and only when it grew."""

    def __init__(self, turns: TurnStore, *, clock: Callable[[], float] | None = None) -> None:
        self._turns = turns
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._texts: OrderedDict[Stream, _Text] = OrderedDict()

    async def read(self, stream: Stream, names: Mapping[str, str]) -> tuple[Mapping[int, str], bool]:
        """The texts of the stream's turns by ordinal, and whether the last word is settled.

        ``names``: of a recogniser's speakers. A turn that was read keeps the name that it had: positions count it.
        """
        text = self._texts.setdefault(stream, _Text())
        self._texts.move_to_end(stream)
        if len(self._texts) > MAX_STREAMS:
            self._texts.popitem(last=False)
        async with text.reading:
            if await self._turns.last_seq(*stream) > text.seq:
                await self._renew(stream, text, names)
        return text.turns, self._clock() - text.changed_at >= _SETTLED_SECONDS

    async def _renew(self, stream: Stream, text: _Text, names: Mapping[str, str]) -> None:
        recent: Turns = await self._turns.window(*stream)
        found = text.texts_of(ordered(recent.parts, last=_RECENT_TURNS), names)
        first = min(found, default=0)
        if first > 1 and (not text.turns or max(text.turns) < first):  # more was said meanwhile than is read again
            recent = await self._turns.turns(*stream)
            found, first = text.texts_of(recent.parts, names), 0
        turns = {ordinal: one for ordinal, one in text.turns.items() if ordinal < first} | found
        if turns != text.turns:
            text.changed_at = self._clock()
        text.seq, text.turns = recent.last_seq, turns
