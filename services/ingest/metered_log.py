"""The line log with metrics: how long senders wait for it, and how often it fails."""

import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from captionflow.errors import Unavailable
from captionflow.messages import Draft, Line, LineRecord, Receipt, Stream
from captionflow.metrics import Metrics
from captionflow.ports import THE_BEGINNING, LineLog, Position


class MeteredLineLog:
    """``LineLog``."""

    def __init__(self, log: LineLog, metrics: Metrics) -> None:
        self._log = log
        self._accepted = metrics.counter("lines_accepted", "Lines that were acknowledged, retries included.")
        self._seconds = metrics.histogram("append_seconds", "From a sender's lines to the log's answer.")
        self._failed = metrics.counter("appends_failed", "Requests that the log could not take.")

    async def append(
        self,
        session: str,
        language: str,
        drafts: Sequence[Draft],
        *,
        said_at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> tuple[Receipt, ...]:
        """See ``LineLog.append``."""
        began = time.monotonic()
        try:
            receipts = await self._log.append(session, language, drafts, said_at=said_at, arrived=arrived)
        except Unavailable:
            self._failed.inc()
            raise
        self._seconds.observe(time.monotonic() - began)
        self._accepted.inc(len(receipts))
        return receipts

    async def last_number(self, session: str, language: str, sender: str, *, before: int | None = None) -> int | None:
        """See ``LineLog.last_number``."""
        return await self._log.last_number(session, language, sender, before=before)

    async def last_lines(
        self, session: str, language: str, sender: str, *, limit: int, after: int = -1
    ) -> tuple[Line, ...]:
        """See ``LineLog.last_lines``."""
        return await self._log.last_lines(session, language, sender, limit=limit, after=after)

    async def last_seq(self, session: str, language: str) -> int:
        """See ``LineLog.last_seq``."""
        return await self._log.last_seq(session, language)

    def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        """See ``LineLog.read``."""
        return self._log.read(session, language, after)

    async def streams(self) -> Sequence[Stream]:
        """See ``LineLog.streams``."""
        return await self._log.streams()

    def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
        """See ``LineLog.follow``."""
        return self._log.follow(after)
