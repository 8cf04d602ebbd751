"""Reads a range of one partition of the lines topic, which a worker needs to heal a gap."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.failures import translated
from captionflow.adapters.kafka.record_fetcher import records_between
from captionflow.retrying import Backoff, Retry

_LONGEST_WAIT_SECONDS: Final = 1.0
"""Live captions of the partition stand still meanwhile."""

Raw = tuple[int, bytes | None, bytes | None]
"""Offset, key and value."""


class LineRanges:
    """One consumer with a thread of its own, made when the first range is asked for."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="line-ranges")
        self._consumer: KafkaConsumer | None = None

    async def read(self, partition: int, begin: int, end: int) -> list[Raw]:
        """The records of the lines topic from one offset to before another one; waits until they can be read.

        Raises:
            Misconfigured: the topic has lost them.
        """
        tp = TopicPartition(self._kafka.lines, partition)
        retry = Retry("stretch_waited_for", Backoff(longest_seconds=_LONGEST_WAIT_SECONDS))
        return await retry.call(lambda: self._attempt(tp, begin, end))

    async def close(self) -> None:
        """Stop; what is being read now is waited for."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        if self._consumer is not None:
            self._consumer.close(timeout_ms=0)

    async def _attempt(self, tp: TopicPartition, begin: int, end: int) -> list[Raw]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, tp, begin, end)
        except KafkaError as error:
            raise translated(error, self._kafka.servers, self._kafka.lines) from error

    def _read(self, tp: TopicPartition, begin: int, end: int) -> list[Raw]:
        if self._consumer is None:
            self._consumer = self._kafka.consumer(fetch_max_wait_ms=5)
        records = records_between(self._consumer, tp, begin, end)
        return [(record.offset, record.key, record.value) for record in records]
