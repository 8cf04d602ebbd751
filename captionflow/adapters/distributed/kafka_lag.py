"""How many records of a topic a consumer group has not done yet."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.distributed.kafka_cluster import Kafka

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 2.0


class GroupLag:
    """``records`` is up to date within some seconds while ``run`` runs; None as long as no broker has told."""

    def __init__(self, kafka: Kafka, name: str, topic: str) -> None:
        self.records: int | None = None
        self._kafka = kafka
        self._group = f"{kafka.prefix}-{name}"
        self._topic = topic

    async def run(self) -> None:
        """Ask again and again until cancelled; a broker that does not answer leaves the figure as it was."""
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"{self._group}-lag")
        loop = asyncio.get_running_loop()
        consumer: KafkaConsumer | None = None
        try:
            while True:
                try:
                    if consumer is None:
                        consumer = await loop.run_in_executor(thread, self._consumer)
                    self.records = await loop.run_in_executor(thread, self._ask, consumer)
                except KafkaError as error:
                    log.debug("lag_unknown", group=self._group, reason=str(error) or type(error).__name__)
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            thread.shutdown(wait=False, cancel_futures=True)
            if consumer is not None:
                with contextlib.suppress(KafkaError):
                    consumer.close(autocommit=False, timeout_ms=0)

    def _consumer(self) -> KafkaConsumer:
        return self._kafka.consumer(group_id=self._group)

    def _ask(self, consumer: KafkaConsumer) -> int:
        places = list(self._kafka.places(self._topic))
        first, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return sum(
            max(0, int(ends[place]) - max(int(consumer.committed(place) or 0), int(first[place]))) for place in places
        )
