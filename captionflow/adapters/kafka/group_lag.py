"""How many records of a topic a consumer group has not committed yet."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.errors import Unavailable

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 2.0
_ASK_MS: Final = 3_000


class GroupLag:
    """``records`` is a few seconds old at most while ``run`` runs; None until a broker has answered.

    ``waiting`` says why no broker answers now; it is empty otherwise.
    """

    def __init__(self, kafka: Kafka, name: str, topic: str) -> None:
        self.records: int | None = None
        self.waiting = ""
        self._kafka = kafka
        self._group = f"{kafka.prefix}-{name}"
        self._topic = topic

    async def run(self) -> None:
        """Ask again and again until cancelled; a broker that does not answer leaves the figure as it was.

        Raises:
            Misconfigured: the topic is missing or has another number of partitions than it must have.
        """
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"{self._group}-lag")
        loop = asyncio.get_running_loop()
        consumer: KafkaConsumer | None = None
        try:
            while True:
                try:
                    if consumer is None:
                        consumer = await loop.run_in_executor(thread, self._consumer)
                    self.records = await loop.run_in_executor(thread, self._ask, consumer)
                except (KafkaError, Unavailable) as error:
                    self.waiting = f"Kafka does not answer ({str(error) or type(error).__name__})."
                    log.debug("lag_unknown", group=self._group, reason=self.waiting)
                else:
                    self.waiting = ""
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            if consumer is not None:
                thread.submit(_close, consumer)  # behind what it is asked just now
            thread.shutdown(wait=False)

    def _consumer(self) -> KafkaConsumer:
        consumer = self._kafka.consumer(group_id=self._group)
        try:
            self._kafka.check(consumer, self._topic)
        except BaseException:
            _close(consumer)
            raise
        return consumer

    def _ask(self, consumer: KafkaConsumer) -> int:
        tps = list(self._kafka.topic_partitions(self._topic))
        first, ends = consumer.beginning_offsets(tps, _ASK_MS), consumer.end_offsets(tps, _ASK_MS)
        return sum(
            max(0, int(ends[tp]) - max(int(consumer.committed(tp, timeout_ms=_ASK_MS) or 0), int(first[tp])))
            for tp in tps
        )


def _close(consumer: KafkaConsumer) -> None:
    with contextlib.suppress(KafkaError):
        consumer.close(autocommit=False, timeout_ms=0)
