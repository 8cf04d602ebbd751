"""Fresh topics on a broker of tests/stack."""

import asyncio
import uuid

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.topics import create_topics


async def fresh_topics(servers: str, *, partitions: int = 3) -> Kafka:
    """Topics of our own, so that tests share a broker and nothing else."""
    kafka = Kafka(servers=servers, prefix=f"test-{uuid.uuid4().hex}", partitions=partitions)
    await create_topics(kafka)
    return kafka


async def drop_topics(kafka: Kafka) -> None:
    """Take them away, so that a long run does not fill the broker."""
    await asyncio.to_thread(_drop, kafka)


def _drop(kafka: Kafka) -> None:
    admin = kafka.admin()
    admin.delete_topics([kafka.lines, kafka.turns, kafka.sessions, kafka.dead_letters])
    admin.close()
