"""What is said off the record in one stream, as its viewers read it: in memory, bounded, gone when the passage is over.

Does no I/O. It comes from a feed of its own and may overtake the steps, which say when a passage begins and ends; words
that came for nothing are forgotten with the next step.
"""

from collections import OrderedDict
from datetime import datetime
from typing import Final

import msgspec

from captionflow.common_prefix import common_prefix
from captionflow.messages import OffRecordWords
from services.api.live.sse import Event, event

MAX_CHARS: Final = 4_000
"""Of more, only the last ``KEPT_CHARS`` stay."""
KEPT_CHARS: Final = 2_000

Key = tuple[int] | tuple[str, str | None]
"""A line by its ``seq``, or an utterance that is not final by its sender and name."""

_encode = msgspec.json.Encoder().encode


class OffRecordChange(msgspec.Struct, frozen=True):
    """How it is now: the first ``keep`` code points of what a viewer has, and ``text`` behind them."""

    since: datetime | None
    """None: on the record, and there is no text."""
    keep: int
    text: str


class OffRecordText:
    """See the module."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        self._said: OrderedDict[Key, tuple[int, str]] = OrderedDict()
        """The last ``seq`` that said it, and the text."""
        self._told: tuple[datetime | None, str] = (None, "")

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(text for _, text in self._said.values())

    def take(self, words: OffRecordWords) -> None:
        """More was said, or something else."""
        utterance = words.sender, words.segment
        if not words.final:
            self._said[utterance] = words.seq, words.text
        elif words.revises is not None:
            self._said[words.revises,] = words.seq, words.text
        else:
            self._said.pop(utterance, None)
            self._said[words.seq,] = words.seq, words.text
        if sum(len(text) for _, text in self._said.values()) > MAX_CHARS:
            self._shorten()

    def _shorten(self) -> None:
        length = sum(len(text) for _, text in self._said.values())
        while length > KEPT_CHARS and len(self._said) > 1:
            length -= len(self._said.popitem(last=False)[1][1])

    def step(self, last_seq: int, since: datetime | None) -> None:
        """The steps have got there, and it is off the record since then, or not."""
        self.since = since
        if since is None:
            for key in [key for key, (seq, _) in self._said.items() if seq <= last_seq]:
                del self._said[key]

    def whole(self) -> Event | None:
        """What a viewer who comes now is told; None on the record."""
        if self.since is None:
            return None
        return _event(OffRecordChange(self.since, 0, self.text))

    def change(self) -> Event | None:
        """What the viewers have not been told yet; None if there is nothing."""
        now = self.since, "" if self.since is None else self.text
        before, self._told = self._told, now
        if now == before:
            return None
        keep = common_prefix(before[1], now[1])
        return _event(OffRecordChange(now[0], keep, now[1][keep:]))


def _event(change: OffRecordChange) -> Event:
    return event("off_record", _encode(change))
