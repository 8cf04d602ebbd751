"""The dead letters on Kafka: the raw bytes of a record; headers say where it was and what is wrong with it."""

from typing import Final, NamedTuple

from captionflow.adapters.kafka.cluster import MAX_DEAD_LETTER_BYTES, Kafka
from captionflow.adapters.kafka.producer import Producer

MAX_REASON_CHARS: Final = 500


class Place(NamedTuple):
    """Where a record is."""

    topic: str
    partition: int
    offset: int


def read_place(written: str) -> Place | None:
    """``captions.lines/3/1200``, as an origin is written; None if it is none."""
    topic, *numbers = written.rsplit("/", 2)
    if len(numbers) < 2 or not all(one.isascii() and one.isdecimal() for one in numbers):  # noqa: PLR2004 - two numbers
        return None
    return Place(topic, int(numbers[0]), int(numbers[1]))


class KafkaDeadLetters:
    """``DeadLetters``."""

    def __init__(self, kafka: Kafka) -> None:
        self.written = 0
        self._kafka = kafka
        self._producer = Producer(kafka, max_bytes=MAX_DEAD_LETTER_BYTES)

    async def put(self, value: bytes, *, key: bytes | None, origin: str, reason: str) -> None:
        """See ``DeadLetters.put``."""
        headers = [("origin", origin.encode()), ("reason", reason[:MAX_REASON_CHARS].encode())]
        await self._producer.send(
            self._kafka.topic_partition(self._kafka.dead_letters, key or b""), key, value, headers
        )
        self.written += 1

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._producer.close()
