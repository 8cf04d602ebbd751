"""Which brokers lead the partitions of a topic, as a consumer has heard last."""

from collections.abc import Sequence

from kafka import KafkaConsumer, TopicPartition

Leaders = list[tuple[int | None, int | None]]
"""Of each partition: the broker that leads, below 0 if none does, and since which election; ``None``: not known."""


def leaders_of(consumer: KafkaConsumer, tps: Sequence[TopicPartition]) -> Leaders:
    """Who leads these partitions."""
    known = consumer._cluster  # noqa: SLF001  kafka-python shows it nowhere else
    return [(known.leader_for_partition(tp), known.leader_epoch_for_partition(tp)) for tp in tps]


def others_lead(now: Leaders, before: Leaders) -> bool:
    """Not while a partition has no leader: a new consumer could not begin, and the other partitions would wait too."""
    return now != before and all(leader is not None and leader >= 0 for leader, _ in now)
