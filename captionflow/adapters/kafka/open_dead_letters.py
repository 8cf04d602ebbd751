"""How many dead letters nobody has put back yet."""

import asyncio
from contextlib import closing
from typing import Any, Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.inquirer import EVERY_SECONDS, Inquirer
from captionflow.adapters.sqlite.open_letters import OpenLetters
from captionflow.errors import CaptionflowError

log = structlog.get_logger(__name__)

_POLL_MS: Final = 500
_MAX_DIGITS: Final = 19
"""An offset has fewer; anybody may write into a topic."""


class OpenDeadLetters:
    """``count`` follows the topic while ``run`` runs; None until a broker has answered."""

    def __init__(self, kafka: Kafka) -> None:
        self.count: int | None = None
        self._kafka = kafka
        (self._tp,) = kafka.topic_partitions(kafka.dead_letters)
        self._open = OpenLetters()

    async def run(self) -> None:
        """Read what comes until cancelled; once. Whatever is wrong with Kafka or the topic, it is tried again."""
        topic = self._tp.topic
        asking = Inquirer(self._kafka, topic, "dead-letters", prepare=self._from_the_beginning)
        with closing(self._open):
            async with asking as broker:
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
        self.count = self._open.count
        return bool(records)

    def _take(self, record: Any) -> None:
        noted = dict(record.headers).get("put-back", b"").decode("ascii", "replace")
        if noted.isdecimal() and len(noted) < _MAX_DIGITS:
            self._open.put_back(int(noted))
        elif not noted:
            self._open.add(record.offset)
