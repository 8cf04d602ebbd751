"""The dead letters on Kafka: the raw bytes of a record, with where it was and what is wrong with it as headers."""

from captionflow.adapters.distributed.kafka_cluster import Kafka
from captionflow.adapters.distributed.kafka_producer import Producer

MAX_REASON_CHARS = 500


class KafkaDeadLetters:
    """``DeadLetters``."""

    def __init__(self, kafka: Kafka) -> None:
        self.written = 0
        self._kafka = kafka
        self._producer = Producer(kafka)

    async def put(self, value: bytes, *, key: bytes | None, origin: str, reason: str) -> None:
        """See ``DeadLetters.put``."""
        headers = [("origin", origin.encode()), ("reason", reason[:MAX_REASON_CHARS].encode())]
        await self._producer.send(self._kafka.place(self._kafka.dead_letters, key or b""), key, value, headers)
        self.written += 1

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._producer.close()
