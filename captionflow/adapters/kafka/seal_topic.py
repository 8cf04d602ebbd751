"""The seals on Kafka: the compacted topic ``seals``, one partition. They are derived: without them, the log is read."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

import structlog
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.failures import translated
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.record_fetcher import records_until_now
from captionflow.errors import CaptionflowError, Misconfigured, Unavailable
from captionflow.retrying import Backoff, Retry

log = structlog.get_logger(__name__)

_MAX_WAITING: Final = 10_000
"""Seals that wait to be written. What is dropped is sealed by the next process that reads the log."""


def read_seals(kafka: Kafka) -> dict[bytes, bytes] | None:
    """The newest record of each key; None if the topic is missing, or we may not read it. Blocks: for a thread.

    Raises:
        Unavailable: no broker answers.
        KafkaError: likewise.
    """
    (tp,) = kafka.topic_partitions(kafka.seals)
    consumer = kafka.consumer()
    found: dict[bytes, bytes] = {}
    try:
        kafka.check(consumer, kafka.seals)
        for record in records_until_now(consumer, tp):
            if record.value is None:
                found.pop(record.key, None)
            elif record.key is not None:
                found[record.key] = record.value
    except (KafkaError, Misconfigured) as error:
        problem = translated(error, kafka.servers, kafka.seals) if isinstance(error, KafkaError) else error
        if isinstance(problem, Unavailable):
            raise
        log.warning("seals_not_read", topic=kafka.seals, reason=str(problem))
        return None
    finally:
        consumer.close(timeout_ms=0)
    return found


class SealWriter:
    """Writes seals behind the back of who makes them, in order; an outage is waited out."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._producer = Producer(kafka)
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._given_up = False

    def put(self, seals: Iterable[tuple[bytes, bytes]]) -> None:
        """Take them; they are written soon."""
        if self._given_up:
            return
        self._waiting.extend(seals)
        if len(self._waiting) > _MAX_WAITING:
            self._give_up(f"more than {_MAX_WAITING} wait to be written")
        elif self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def remove(self, key: bytes) -> None:
        """Take one away.

        Raises:
            Misconfigured: we may not.
            Unavailable: it could not be written now.
        """
        (tp,) = self._kafka.topic_partitions(self._kafka.seals)
        await self._producer.send(tp, key, None)

    async def close(self) -> None:
        """Stop. What is not written is sealed by the next process that reads it. Repeating it does nothing."""
        self._given_up = True
        if self._writing is not None:
            self._writing.cancel()
        await self._producer.close()

    async def _write(self) -> None:
        (tp,) = self._kafka.topic_partitions(self._kafka.seals)
        retry = Retry("seals_wait", Backoff())
        try:
            while self._waiting:
                key, value = self._waiting[0]
                await retry.call(lambda key=key, value=value: self._producer.send(tp, key, value))  # type: ignore[misc]
                self._waiting.popleft()
        except CaptionflowError as error:
            self._give_up(str(error))

    def _give_up(self, reason: str) -> None:
        log.warning("seals_not_written", topic=self._kafka.seals, reason=reason)
        self._given_up = True
        self._waiting.clear()
