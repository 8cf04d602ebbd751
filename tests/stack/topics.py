"""Fresh topics on a broker of tests/stack."""

import asyncio
import uuid
from collections.abc import Sequence

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.topics import create_topics, settings


async def fresh_topics(servers: str, *, partitions: int = 3) -> Kafka:
    """Topics of our own, so that tests share a broker and nothing else."""
    kafka = Kafka(servers=servers, prefix=f"test-{uuid.uuid4().hex}", partitions=partitions)
    await create_topics(kafka)
    return kafka


async def drop_topics(*prefixes: Kafka) -> None:
    """Take the topics of each away, which are on one broker, so that a long run does not fill it."""
    await asyncio.to_thread(_drop, prefixes)


def _drop(prefixes: Sequence[Kafka]) -> None:
    admin = prefixes[0].admin()
    admin.delete_topics([topic for one in prefixes for topic in settings(one, replication=1, turns_hours=1)])
    admin.close()
