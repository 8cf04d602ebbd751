"""``serve segment``: what the worker on Faust is told of Kafka."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from captionflow.adapters.kafka.acceptance import Acceptance
from captionflow.adapters.kafka.cluster import wait_for_topics
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.group_lag import GroupLag
from captionflow.adapters.kafka.line_ranges import LineRanges
from captionflow.settings import Settings
from captionflow.wiring.shared import SEGMENT_GROUP, Watch, close


@dataclass(frozen=True, slots=True)
class SegmentPorts:
    """What ``segment`` needs."""

    brokers: str
    security: Mapping[str, Any]
    topics: str
    partitions: int
    group: str
    read_log: Callable[[int, int, int], Awaitable[list[tuple[int, bytes | None, bytes | None]]]]
    accepted_until: Callable[[int], Awaitable[int]]
    """By partition, before which offset bad records are accepted, however many they are."""
    ready: Callable[[], Awaitable[None]]
    """Returns when the topics are there; raises ``Misconfigured`` if they aren't as they must be."""
    lag: Callable[[], int | None]
    standstill: Callable[[], float | None]
    """Seconds in which one partition or another has got no further."""
    waiting: Callable[[], str]
    """Why Kafka can't be used now; empty otherwise."""
    watch: Watch


@asynccontextmanager
async def open_segment(settings: Settings) -> AsyncIterator[SegmentPorts]:
    """Open what ``segment`` needs, whether or not Kafka is there yet.

    Raises:
        Misconfigured: a setting is missing.
    """
    kafka = kafka_from(settings)
    async with AsyncExitStack() as opened:
        ranges = LineRanges(kafka)
        acceptance = Acceptance(kafka)
        opened.push_async_callback(close, ranges, acceptance)
        lag = GroupLag(kafka, SEGMENT_GROUP, kafka.lines)
        yield SegmentPorts(
            brokers=kafka.servers,
            security=kafka.security,
            topics=kafka.prefix,
            partitions=kafka.partitions,
            group=f"{kafka.prefix}-{SEGMENT_GROUP}",
            read_log=ranges.read,
            accepted_until=acceptance.until,
            ready=partial(wait_for_topics, kafka, (kafka.lines, kafka.turns, kafka.dead_letters)),
            lag=lambda: lag.records,
            standstill=lambda: lag.standstill_seconds,
            waiting=lambda: lag.waiting,
            watch=lag.run,
        )
