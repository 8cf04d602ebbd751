"""How many records of a topic a consumer group has not committed yet."""

import asyncio
from typing import Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.inquirer import EVERY_SECONDS, Inquirer
from captionflow.errors import Unavailable

log = structlog.get_logger(__name__)

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
        async with Inquirer(self._kafka, self._topic, f"{self._group}-lag", group=self._group) as broker:
            while True:
                try:
                    self.records = await broker.ask(self._ask)
                except (KafkaError, Unavailable) as error:
                    self.waiting = f"Kafka does not answer ({str(error) or type(error).__name__})."
                    log.debug("lag_unknown", group=self._group, reason=self.waiting)
                else:
                    self.waiting = ""
                await asyncio.sleep(EVERY_SECONDS)

    def _ask(self, consumer: KafkaConsumer) -> int:
        tps = list(self._kafka.topic_partitions(self._topic))
        first, ends = consumer.beginning_offsets(tps, _ASK_MS), consumer.end_offsets(tps, _ASK_MS)
        return sum(
            max(0, int(ends[tp]) - max(int(consumer.committed(tp, timeout_ms=_ASK_MS) or 0), int(first[tp])))
            for tp in tps
        )
