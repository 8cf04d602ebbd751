"""A consumer in a thread of its own, which is asked again and again."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Self, TypeVar

from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka

EVERY_SECONDS: Final = 2.0
"""How often what a person looks at is asked for."""

T = TypeVar("T")


class Inquirer:
    """Use it as an asynchronous context, whose end does not wait for a broker that does not answer."""

    def __init__(
        self,
        kafka: Kafka,
        topic: str,
        name: str,
        *,
        group: str | None = None,
        prepare: Callable[[KafkaConsumer], object] = lambda _consumer: None,
    ) -> None:
        """``name`` is the thread's, in which ``prepare`` is called when a new consumer's topic is checked."""
        self._kafka = kafka
        self._topic = topic
        self._group = group
        self._prepare = prepare
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._consumer: KafkaConsumer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._consumer is not None:
            self._thread.submit(_close, self._consumer)  # behind what it is asked just now
        self._thread.shutdown(wait=False)

    async def ask(self, question: Callable[[KafkaConsumer], T]) -> T:
        """What the question gives of the consumer, which is made if there is none yet.

        Raises:
            KafkaError, Unavailable: no broker answers; ask again.
            Misconfigured: the topic is missing or has another number of partitions than it must have.
        """
        loop = asyncio.get_running_loop()
        if self._consumer is None:
            self._consumer = await loop.run_in_executor(self._thread, self._made)
        return await loop.run_in_executor(self._thread, question, self._consumer)

    def _made(self) -> KafkaConsumer:
        consumer = self._kafka.consumer(**({} if self._group is None else {"group_id": self._group}))
        try:
            self._kafka.check(consumer, self._topic)
            self._prepare(consumer)
        except BaseException:
            _close(consumer)
            raise
        return consumer


def _close(consumer: KafkaConsumer) -> None:
    with contextlib.suppress(KafkaError):
        consumer.close(autocommit=False, timeout_ms=0)
