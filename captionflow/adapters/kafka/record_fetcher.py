"""Reads single records by their offset, and tells where a partition ends now."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.failures import lost, translated
from captionflow.errors import Unavailable

_THREADS: Final = 2
_READ_SECONDS: Final = 10.0
_END_MS: Final = 3_000
_POLL_MS: Final = 500
_SKIP_RECORDS: Final = 2_000
"""A wanted record that is further away is fetched by a seek; records before a nearer one are read and dropped."""

_T = TypeVar("_T")


def records_between(consumer: KafkaConsumer, tp: TopicPartition, begin: int, end: int) -> Iterator[Any]:
    """The records from one offset to before another one; for the thread that has the consumer. Bounded in memory.

    Raises:
        Unavailable: nothing came for a while.
        KafkaError: likewise, or they aren't there any more.
    """
    consumer.assign([tp])
    consumer.seek(tp, begin)
    give_up = time.monotonic() + _READ_SECONDS
    while (consumer.position(tp) or begin) < end:
        records: list[Any] = consumer.poll(_POLL_MS).get(tp, [])
        yield from (record for record in records if record.offset < end)
        if records:
            give_up = time.monotonic() + _READ_SECONDS
        elif time.monotonic() > give_up:
            raise Unavailable(f"Records of {tp.topic} can't be read now: see that its brokers run, then retry.")


def records_until_now(consumer: KafkaConsumer, tp: TopicPartition) -> Iterator[Any]:
    """The records of a partition up to its end of now; see ``records_between``."""
    begin, end = (int(offsets[tp]) for offsets in (consumer.beginning_offsets([tp]), consumer.end_offsets([tp])))
    yield from records_between(consumer, tp, begin, end)


class Reader:
    """A few consumers of one topic, each with a thread of its own, made when they are needed."""

    def __init__(self, kafka: Kafka, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=f"{topic}-reader")
        self._local = threading.local()
        self._made: list[KafkaConsumer] = []

    async def fetch(self, tp: TopicPartition, offsets: Sequence[int]) -> list[bytes]:
        """The values at these rising offsets.

        Raises:
            Unavailable: they could not be read now.
            Misconfigured: they aren't there any more.
        """
        return await self._run(lambda consumer: list(_fetched(consumer, tp, offsets)))

    async def scan(self, tp: TopicPartition, begin: int, end: int, work: Callable[[Iterator[Any]], _T]) -> _T:
        """What ``work`` makes, in a thread, of the records from one offset to before another one.

        Raises:
            Unavailable: they could not be read now.
            Misconfigured: they aren't there any more.
        """
        return await self._run(lambda consumer: work(records_between(consumer, tp, begin, end)))

    async def begin(self, tp: TopicPartition) -> int:
        """The offset of the first record that the partition still has.

        Raises:
            Unavailable: no broker says so now.
        """
        return await self._run(lambda consumer: int(consumer.beginning_offsets([tp])[tp]))

    async def end(self, tp: TopicPartition) -> int:
        """The offset that the next record of the partition will have.

        Raises:
            Unavailable: no broker says so now.
        """
        return await self._run(lambda consumer: int(consumer.end_offsets([tp], _END_MS)[tp]))

    async def close(self) -> None:
        """Stop; what is being read now is waited for."""
        await asyncio.to_thread(self._threads.shutdown)
        for consumer in self._made:
            consumer.close(timeout_ms=0)
        self._made.clear()

    async def _run(self, work: Callable[[KafkaConsumer], _T]) -> _T:
        def call() -> _T:
            try:
                return work(self._consumer())
            except KafkaError as error:
                raise translated(error, self._kafka.servers, self._topic) from error

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except RuntimeError as error:  # the threads were shut down
            raise Unavailable(f"The reader of {self._topic} is closed.") from error

    def _consumer(self) -> KafkaConsumer:
        consumer: KafkaConsumer | None = getattr(self._local, "consumer", None)
        if consumer is None:
            # A long poll at the end of a partition would hold up what is asked next on the same connection.
            consumer = self._kafka.consumer(fetch_max_wait_ms=5, request_timeout_ms=int(_READ_SECONDS * 1000))
            self._local.consumer = consumer
            self._made.append(consumer)
        return consumer


def _fetched(consumer: KafkaConsumer, tp: TopicPartition, offsets: Sequence[int]) -> Iterator[bytes]:
    """The values at the offsets, with a seek only where it pays."""
    give_up = time.monotonic() + _READ_SECONDS
    at = -_SKIP_RECORDS
    wanted = iter(offsets)
    offset: int | None = next(wanted, None)
    if consumer.assignment() != {tp}:
        consumer.assign([tp])
    while offset is not None:
        if not at <= offset < at + _SKIP_RECORDS:
            consumer.seek(tp, offset)
            at = offset
        records: list[Any] = consumer.poll(_POLL_MS).get(tp, [])
        for record in records:
            if offset is not None and record.offset > offset:
                raise lost(tp.topic)
            if record.offset == offset:
                yield record.value or b""
                offset = next(wanted, None)
        if records:
            at = records[-1].offset + 1
        elif time.monotonic() > give_up:
            raise Unavailable(f"Records of {tp.topic} can't be read now: see that its brokers run, then retry.")
