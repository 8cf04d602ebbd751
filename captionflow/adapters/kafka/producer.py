"""Writes records and returns their offsets: kafka-python's producer for asyncio."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import structlog
from kafka import KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from captionflow.adapters.kafka.cluster import MAX_REQUEST_BYTES, Kafka
from captionflow.adapters.kafka.failures import translated

log = structlog.get_logger(__name__)

_DELIVERY_MS: Final = 30_000
"""A record that no broker took for so long is given up, and can't arrive any more."""
_REQUEST_MS: Final = 10_000
_STUCK_SECONDS: Final = 35.0
"""A producer that said nothing about a record for so long is stuck."""
_CLOSE_SECONDS: Final = 1.0


class Producer:
    """One idempotent producer, made at the first record, and replaced when it can't go on."""

    def __init__(self, kafka: Kafka, *, max_bytes: int = MAX_REQUEST_BYTES) -> None:
        self._kafka = kafka
        self._max_bytes = max_bytes
        self._making = asyncio.Lock()
        self._producer: KafkaProducer | None = None

    async def send(
        self, tp: TopicPartition, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> int:
        """Returns the offset of the record when all brokers that must have it have it.

        Raises:
            Misconfigured: no retry helps.
            Unavailable: it could not be written in 30 seconds. It may have been, all the same.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[int] = loop.create_future()
        producer: KafkaProducer | None = None
        try:
            producer = await self._ready(tp.topic)
            sent = producer.send(tp.topic, value, key=key, partition=tp.partition, headers=list(headers))
            # Called in the producer's thread. Nobody waits in a loop that is closed.
            sent.add_callback(lambda metadata: _tell(loop, partial(_succeed, result, metadata.offset)))
            sent.add_errback(lambda error: _tell(loop, partial(_fail, result, error)))
            stuck = loop.call_later(_STUCK_SECONDS, _fail, result, KafkaTimeoutError("The producer is stuck."))
            try:
                return await result
            finally:
                stuck.cancel()
        except KafkaError as error:
            # When a record that it tried to write has timed out, kafka-python's idempotent producer may never write
            # again: it asks for a new id, forgets the records that it had just taken up, and waits for ever.
            if not error.retriable or isinstance(error, KafkaTimeoutError):
                await self._give_up(producer, error)
            raise translated(error, self._kafka.servers, tp.topic) from error

    async def close(self) -> None:
        """Write what is in flight, if that is possible soon, and stop."""
        async with self._making:
            producer, self._producer = self._producer, None
        if producer is not None:
            await asyncio.to_thread(_close, producer)

    async def _ready(self, topic: str) -> KafkaProducer:
        if self._producer is None:
            async with self._making:
                if self._producer is None:
                    self._producer = await asyncio.to_thread(self._make, topic)
        return self._producer

    def _make(self, topic: str) -> KafkaProducer:
        producer = self._kafka.producer(
            max_request_size=self._max_bytes,
            linger_ms=0,
            request_timeout_ms=_REQUEST_MS,
            delivery_timeout_ms=_DELIVERY_MS,
            max_block_ms=_REQUEST_MS,
        )
        try:
            producer.partitions_for(topic)  # so that ``send`` never waits for it in the event loop
        except BaseException:
            _close(producer)
            raise
        return producer

    async def _give_up(self, producer: KafkaProducer | None, error: KafkaError) -> None:
        """A producer may refuse everything after such an error; the next record gets a new one."""
        if producer is not None and producer is self._producer:
            log.warning("producer_given_up", reason=str(error) or type(error).__name__)
            await self.close()


def _tell(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)


def _succeed(result: asyncio.Future[int], offset: int) -> None:
    if not result.done():
        result.set_result(offset)


def _fail(result: asyncio.Future[int], error: Exception) -> None:
    if not result.done():
        result.set_exception(error)


def _close(producer: KafkaProducer) -> None:
    try:
        producer.close(timeout=_CLOSE_SECONDS)
    except KafkaError as error:  # no broker took it in time; its writer got no answer, and will try again
        log.warning("producer_not_flushed", reason=str(error) or type(error).__name__)
        producer._sender.force_close()  # noqa: SLF001 - close() raises before it comes to this
