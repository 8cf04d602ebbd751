"""The reports of sources on Kafka: topic ``sources``, one partition, kept for an hour."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.adapters.memory.source_reports import MemorySourceReports
from captionflow.messages import SourceReport
from captionflow.records import reader

_GATHER_MS: Final = 500
"""A person looks at them."""

_encode = msgspec.json.Encoder().encode
_read = reader(SourceReport, what="source report", key=lambda report: report.session.encode())


class KafkaSourceReports(JournalAdapter):
    """``SourceReports``. Who only publishes need not ``start`` it."""

    def __init__(self, kafka: Kafka) -> None:
        self.skipped = Skipped()
        self._kafka = kafka
        self._producer = Producer(kafka)
        self._known = MemorySourceReports()
        self._journal = Journal(kafka, kafka.sources, self._take, start="kept", gather_ms=_GATHER_MS)

    async def publish(self, reports: Sequence[SourceReport]) -> None:
        """See ``SourceReports.publish``. They are on their way together, so they share a request."""
        await asyncio.gather(*map(self._send, reports))

    async def latest(self) -> Sequence[SourceReport]:
        """See ``SourceReports.latest``.

        Raises:
            Unavailable: the topic is not read yet.
            Misconfigured: it can't be; captions go on without it.
        """
        self._journal.check()
        return await self._known.latest()

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._producer.close()
        await super().close()

    async def _send(self, report: SourceReport) -> None:
        key = report.session.encode()
        await self._producer.send(self._kafka.topic_partition(self._kafka.sources, key), key, _encode(report))

    async def _take(self, records: Sequence[Record]) -> None:
        await self._known.publish([message for _, message in self.skipped.readable(records, _read)])
