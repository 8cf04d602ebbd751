"""What is said off the record, on Kafka: topic ``off-record``, one partition, deleted minutes later.

See ``topics.settings`` for what sees to it that it is gone.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.adapters.memory.off_record_feed import MemoryOffRecordFeed
from captionflow.messages import OffRecordWords
from captionflow.records import reader

_encode = msgspec.json.Encoder().encode
_read = reader(OffRecordWords, what="words off the record", key=lambda words: words.session.encode())


class KafkaOffRecordFeed(JournalAdapter):
    """``OffRecordFeed``. Who only publishes need not ``start`` it."""

    def __init__(self, kafka: Kafka) -> None:
        self.skipped = Skipped()
        self._kafka = kafka
        self._producer = Producer(kafka)
        self._followers = MemoryOffRecordFeed()
        self._journal = Journal(kafka, kafka.off_record, self._take, start="now")

    async def publish(self, words: Sequence[OffRecordWords]) -> None:
        """See ``OffRecordFeed.publish``."""
        (tp,) = self._kafka.topic_partitions(self._kafka.off_record)
        await asyncio.gather(*(self._producer.send(tp, one.session.encode(), _encode(one)) for one in words))

    def follow(self) -> AsyncIterator[OffRecordWords]:
        """See ``OffRecordFeed.follow``."""
        return self._followers.follow()

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._producer.close()
        await super().close()

    async def _take(self, records: Sequence[Record]) -> None:
        await self._followers.publish([message for _, message in self.skipped.readable(records, _read)])
