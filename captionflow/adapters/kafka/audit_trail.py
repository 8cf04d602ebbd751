"""The audit trail on Kafka: topic ``audit``, one partition; every web process keeps the last entries in memory."""

import itertools
from collections import deque
from collections.abc import Sequence

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, JournalAdapter, Record
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.audit import MAX_ENTRIES, AuditEntry
from captionflow.records import reader

_encode = msgspec.json.Encoder().encode
_read = reader(AuditEntry, what="entry of the audit trail", key=lambda entry: entry.subject.encode())


class KafkaAuditTrail(JournalAdapter):
    """``AuditTrail``."""

    def __init__(self, kafka: Kafka) -> None:
        self.skipped = Skipped()
        self._entries: deque[AuditEntry] = deque(maxlen=MAX_ENTRIES)
        self._journal = Journal(kafka, kafka.audit, self._take, start="kept")

    async def add(self, entry: AuditEntry) -> None:
        """See ``AuditTrail.add``."""
        self._journal.check()
        await self._journal.append(entry.subject.encode(), _encode(entry))

    async def latest(self, limit: int) -> Sequence[AuditEntry]:
        """See ``AuditTrail.latest``."""
        self._journal.check()
        return list(itertools.islice(reversed(self._entries), limit))

    async def _take(self, records: Sequence[Record]) -> None:
        self._entries.extend(entry for _, entry in self.skipped.readable(records, _read))
