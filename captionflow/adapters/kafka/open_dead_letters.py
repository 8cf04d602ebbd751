"""How many dead letters nobody has put back yet."""

import asyncio
from typing import Any, Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.inquirer import EVERY_SECONDS, Inquirer
from captionflow.errors import CaptionflowError

log = structlog.get_logger(__name__)

MOST: Final = 1_000
"""So many are counted; more of them need no other answer."""
_POLL_MS: Final = 500


class OpenDeadLetters:
    """``count`` follows the topic while ``run`` runs; None until a broker has answered."""

    def __init__(self, kafka: Kafka) -> None:
        self.count: int | None = None
        self._kafka = kafka
        (self._tp,) = kafka.topic_partitions(kafka.dead_letters)
        self._open: set[int] = set()

    async def run(self) -> None:
        """Read what comes until cancelled. Whatever is wrong with Kafka or the topic, it is tried again."""
        topic = self._tp.topic
        async with Inquirer(self._kafka, topic, "dead-letters", prepare=self._from_the_beginning) as broker:
            while True:
                try:
                    more = await broker.ask(self._read)
                except (KafkaError, CaptionflowError) as error:
                    log.debug("dead_letters_unknown", reason=str(error) or type(error).__name__)
                    more = False
                if not more:
                    await asyncio.sleep(EVERY_SECONDS)

    def _from_the_beginning(self, consumer: KafkaConsumer) -> None:
        consumer.assign([self._tp])
        consumer.seek_to_beginning(self._tp)
        self._open.clear()

    def _read(self, consumer: KafkaConsumer) -> bool:
        """Take some; whether there may be more."""
        records = consumer.poll(_POLL_MS).get(self._tp, [])
        for record in records:
            self._take(record)
        self.count = len(self._open)
        return bool(records)

    def _take(self, record: Any) -> None:
        noted = dict(record.headers).get("put-back", b"").decode("ascii", "replace")
        if noted.isdecimal():
            self._open.discard(int(noted))
        elif not noted and len(self._open) < MOST:
            self._open.add(record.offset)
