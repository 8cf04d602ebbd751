"""What the lines of a stream say of what was off the record: read from the log once, and then known."""

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from captionflow.errors import UNDECODABLE
from captionflow.messages import Line
from captionflow.off_record import SENDER, OffRecord, after
from captionflow.spanning_rows import SpanningRows

_MAX_STREAMS: Final = 200
"""So many streams with passages are known at a time."""


_decode = msgspec.json.Decoder(tuple[Line, ...]).decode


class SqliteOffRecord:
    """Used by the writer's thread alone.

    A transaction that fails takes lines back that are known here. The next one notices: the log ends elsewhere.
    """

    def __init__(self) -> None:
        self.rows = SpanningRows()
        self._known: OrderedDict[int, tuple[int, OffRecord]] = OrderedDict()

    def at(self, connection: sqlite3.Connection, stream: int, last_seq: int) -> OffRecord | None:
        """What the lines up to the last one say; None if no passage ever began."""
        (first,) = connection.execute(
            "SELECT min(first_seq) FROM runs WHERE stream = ? AND sender = ?", (stream, SENDER)
        ).fetchone()
        if first is None:
            return None
        known = self._known.get(stream)
        if known is not None and known[0] == last_seq:
            return known[1]
        if known is not None:  # what was told with the lines that were taken back is not known either
            self.rows.clear()
        state: OffRecord | None = None
        rows = connection.execute(
            "SELECT lines FROM records WHERE stream = ? AND last_seq >= ? ORDER BY last_seq", (stream, first)
        )
        for (encoded,) in rows:
            with suppress(*UNDECODABLE):  # a damaged record is told by those who read it
                for line in _decode(encoded):
                    state = after(state, line)
        return state

    def advance(self, stream: int, state: OffRecord | None, lines: Sequence[Line]) -> None:
        """These lines come next."""
        for line in lines:
            state = after(state, line)
        if state is not None and lines:
            self._known[stream] = lines[-1].seq, state
            self._known.move_to_end(stream)
            if len(self._known) > _MAX_STREAMS:
                self._known.popitem(last=False)
