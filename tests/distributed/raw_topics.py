"""The topics of an installation as anybody with a Kafka client sees them."""

import time
from collections.abc import Sequence
from typing import Any

from captionflow.adapters.kafka.cluster import Kafka
from tests.distributed.installation import PARTITIONS, Installation

_SECONDS = 30


def topics(installation: Installation) -> Kafka:
    return Kafka(servers=str(installation.settings["KAFKA"]), prefix=installation.name, partitions=PARTITIONS)


def write(
    kafka: Kafka, topic: str, key: bytes | None, value: bytes | None, *, partition: int | None = None
) -> tuple[int, int]:
    """A record as anybody could write it; its partition and offset."""
    place = kafka.topic_partition(topic, key or b"").partition if partition is None else partition
    producer = kafka.producer(max_request_size=2 * 1024 * 1024)
    try:
        return place, producer.send(topic, value, key=key, partition=place).get(_SECONDS).offset
    finally:
        producer.close()


def records(kafka: Kafka, topic: str) -> list[Any]:
    """All records that a topic has now, partition by partition."""
    consumer = kafka.consumer(fetch_max_wait_ms=50)
    found: list[Any] = []
    try:
        places = list(kafka.topic_partitions(topic))
        consumer.assign(places)
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, begins[place])
        give_up = time.monotonic() + _SECONDS
        while any(consumer.position(place) < ends[place] for place in places):
            assert time.monotonic() < give_up, f"{topic} can't be read"
            for batch in consumer.poll(500).values():
                found += batch
    finally:
        consumer.close(timeout_ms=0)
    return sorted(found, key=lambda record: (record.partition, record.offset))


def write_many(kafka: Kafka, topic: str, key: bytes, values: Sequence[bytes]) -> set[str]:
    """Records of one key; where they are, as ``topic/partition/offset``."""
    place = kafka.topic_partition(topic, key).partition
    producer = kafka.producer()
    try:
        sent = [producer.send(topic, value, key=key, partition=place) for value in values]
        return {f"{topic}/{place}/{one.get(_SECONDS).offset}" for one in sent}
    finally:
        producer.close()
