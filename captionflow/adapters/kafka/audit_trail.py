"""The audit trail on Kafka: topic ``audit``, one partition; every web process keeps the last entries in memory."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.record_fetcher import Reader
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.audit import MAX_ENTRIES, AuditEntry, AuditPage
from captionflow.records import reader

_encode = msgspec.json.Encoder().encode
_read = reader(AuditEntry, what="entry of the audit trail", key=lambda entry: entry.subject.encode())


class KafkaAuditTrail(JournalAdapter):
    """``AuditTrail``. A place is an offset. What is older than what is in memory is read from the topic."""

    def __init__(self, kafka: Kafka, *, in_memory: int = MAX_ENTRIES) -> None:
        self.skipped = Skipped()
        self._entries: deque[tuple[int, AuditEntry]] = deque()
        self._in_memory = in_memory
        self._forgot = False
        (self._tp,) = kafka.topic_partitions(kafka.audit)
        self._reader = Reader(kafka, kafka.audit)
        self._journal = Journal(kafka, kafka.audit, self._take, start="kept")

    async def add(self, entry: AuditEntry) -> None:
        """See ``AuditTrail.add``."""
        self._journal.check()
        await self._journal.append(entry.subject.encode(), _encode(entry))

    async def page(self, limit: int, before: int | None = None) -> AuditPage:
        """See ``AuditTrail.page``."""
        self._journal.check()
        limit = min(limit, MAX_ENTRIES)
        if before is not None and self._forgot and before <= self._entries[0][0]:
            return await self._older(limit, before)
        newest = (one for one in reversed(self._entries) if before is None or one[0] < before)
        found = list(islice(newest, limit))
        more = bool(found) and (self._forgot or found[-1] is not self._entries[0])
        return AuditPage(found, found[-1][0] if more else None)

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._reader.close()
        await super().close()

    async def _older(self, limit: int, before: int) -> AuditPage:
        first = await self._reader.begin(self._tp)
        begin = max(first, before - limit)
        records = [] if begin >= before else await self._reader.scan(self._tp, begin, before, _gathered)
        entries = [(record.offset, entry) for record, entry in Skipped().readable(records, _read)]
        return AuditPage(entries[::-1], begin if begin > first else None)

    async def _take(self, records: Sequence[Record]) -> None:
        self._entries.extend((record.offset, entry) for record, entry in self.skipped.readable(records, _read))
        while len(self._entries) > self._in_memory:
            self._entries.popleft()
            self._forgot = True


def _gathered(records: Iterator[Any]) -> list[Record]:
    return [Record(one.topic, one.partition, one.offset, one.key, one.value) for one in records]
