"""Where the topics are and how they are reached: what every Kafka adapter is given, and the clients that it makes."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import (
    KafkaConfigurationError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
)
from kafka.partitioner.default import murmur2

from captionflow.adapters.kafka.client_patches import apply_patches, errors_logged
from captionflow.adapters.kafka.failures import no_topic, not_allowed, translated
from captionflow.errors import Misconfigured
from captionflow.retrying import Backoff, Retry

MAX_REQUEST_BYTES: Final = 1024 * 1024
"""The largest batch of records that is sent, and that the topics take."""
MAX_DEAD_LETTER_BYTES: Final = 2 * MAX_REQUEST_BYTES
"""Likewise of dead letters: a record of any size that another topic takes, and what is known of it."""
_BOOTSTRAP_MS: Final = 3_000
_RETRY_MS: Final = 20
"""A consumer that begins asks several times for what it does not know yet."""
_UNMETERED: Final = {"metrics_enabled": False}
"""Its own measurements cost processor time with every request, and nobody reads them: docs/metrics.md has ours."""
_LONGEST_WAIT_SECONDS: Final = 1.0
"""A service that waits for its topics is to be there soon after them."""
_RECONNECT_MS: Final = 1_000
"""Longest pause between two tries to reach a broker: with the default of 30 s a client is back long after it."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """A Kafka cluster, as the settings say."""

    servers: str
    """``host:port``, several separated by commas."""
    prefix: str = "captions"
    """What the names of all topics begin with."""
    partitions: int = 12
    """Of ``lines`` and of ``turns``: they must be equal, since a worker reads one and writes the other."""
    security: Mapping[str, Any] = field(default_factory=dict)
    """``security_protocol``, ``sasl_…`` and ``ssl_…``, as kafka-python names them."""

    @property
    def lines(self) -> str:
        """The line log's topic."""
        return f"{self.prefix}.lines"

    @property
    def turns(self) -> str:
        """The step feed's topic."""
        return f"{self.prefix}.turns"

    @property
    def sessions(self) -> str:
        """The sessions' topic."""
        return f"{self.prefix}.sessions"

    @property
    def sources(self) -> str:
        """The topic of what is known of the sources."""
        return f"{self.prefix}.sources"

    @property
    def off_record(self) -> str:
        """The topic of what is said off the record, which is soon deleted."""
        return f"{self.prefix}.off-record"

    @property
    def keys(self) -> str:
        """The topic of the keys."""
        return f"{self.prefix}.keys"

    @property
    def audit(self) -> str:
        """The topic of the audit trail."""
        return f"{self.prefix}.audit"

    @property
    def seals(self) -> str:
        """The topic of what stays remembered of old records of lines."""
        return f"{self.prefix}.seals"

    @property
    def dead_letters(self) -> str:
        """The topic of what could not be read."""
        return f"{self.prefix}.dead-letter"

    def partitions_of(self, topic: str) -> int:
        """How many partitions the topic must have."""
        return self.partitions if topic in {self.lines, self.turns} else 1

    def topic_partition(self, topic: str, key: bytes) -> TopicPartition:
        """Where the records with this key are; every Kafka client that is set up rightly agrees."""
        return TopicPartition(topic, _partition(key, self.partitions_of(topic)))

    def topic_partitions(self, topic: str) -> tuple[TopicPartition, ...]:
        """All partitions of the topic."""
        return tuple(TopicPartition(topic, number) for number in range(self.partitions_of(topic)))

    def consumer(self, **options: Any) -> KafkaConsumer:
        """A consumer, without a group if the options name none. Blocks while it connects.

        Raises:
            KafkaError: no broker answers.
        """
        common: dict[str, Any] = {"group_id": None, "enable_auto_commit": False, "auto_offset_reset": "none"}
        common["retry_backoff_ms"] = _RETRY_MS
        return self._made(KafkaConsumer, _UNMETERED | common | options)

    def producer(self, **options: Any) -> KafkaProducer:
        """A producer that loses and repeats nothing by itself. Blocks while it connects.

        Raises:
            KafkaError: no broker answers.
        """
        common = {"acks": "all", "enable_idempotence": True, "max_request_size": MAX_REQUEST_BYTES}
        return self._made(KafkaProducer, _UNMETERED | common | options)

    def admin(self) -> KafkaAdminClient:
        """A client that makes and describes topics. Blocks while it connects.

        Raises:
            KafkaError: no broker answers.
        """
        return self._made(KafkaAdminClient, {})

    def check(self, consumer: KafkaConsumer, topic: str) -> None:
        """Make sure that the topic can be used.

        Raises:
            Misconfigured: it is missing or has another number of partitions than it must have.
            Unavailable: that can't be told now.
        """
        try:
            found = self.ask(lambda: consumer.partitions_for_topic(topic))
        except KafkaError as error:
            raise translated(error, self.servers, topic) from error
        if not found:
            raise no_topic(self.servers, topic)
        wanted = self.partitions_of(topic)
        if len(found) != wanted:
            raise Misconfigured(
                f"Topic {topic} has {len(found)} partitions, and {wanted} are set: set CAPTIONFLOW_PARTITIONS to "
                f"{len(found)}, or make the topic anew. The number can't change while there are records."
            )

    def ask(self, question: Callable[[], _T]) -> _T:
        """The answer to what any broker can answer: a client that is new may ask one that is away, again and again.

        Raises:
            KafkaError: none answers in 3 seconds.
        """
        give_up = time.monotonic() + _BOOTSTRAP_MS / 1000
        while True:
            try:
                return question()
            except (KafkaConnectionError, NodeNotReadyError):
                if time.monotonic() > give_up:
                    raise
            time.sleep(_RETRY_MS / 1000)

    def _made(self, client: Callable[..., Any], options: Mapping[str, Any]) -> Any:
        apply_patches()
        authority = self.security.get("ssl_cafile")
        if authority is not None and not Path(authority).is_file():  # kafka-python would try again for ever
            raise KafkaConfigurationError(f"there is no file {authority}")
        common = {"bootstrap_servers": self.servers.split(","), "bootstrap_timeout_ms": _BOOTSTRAP_MS}
        common["reconnect_backoff_max_ms"] = _RECONNECT_MS
        try:
            with errors_logged() as heard:
                return client(**common, **self.security, **options)
        except KafkaTimeoutError as error:
            raise next((one for one in heard if not_allowed(one)), error) from error
        except (ValueError, OSError, AssertionError) as error:  # an address, a file or a choice that can't be
            raise KafkaConfigurationError(str(error)) from error


async def wait_for_topics(kafka: Kafka, topics: Sequence[str]) -> None:
    """Return when a broker answers and has the topics as they must be.

    Raises:
        Misconfigured: one is missing or has another number of partitions, or we may not look.
    """
    retry = Retry("topics_waited_for", Backoff(longest_seconds=_LONGEST_WAIT_SECONDS))
    await retry.call(lambda: check_topics(kafka, topics))


async def check_topics(kafka: Kafka, topics: Sequence[str]) -> None:
    """Return if a broker answers and has the topics as they must be.

    Raises:
        Unavailable: no broker answers.
        Misconfigured: one is missing or has another number of partitions, or we may not look.
    """
    await asyncio.to_thread(_check_all, kafka, topics)


def _check_all(kafka: Kafka, topics: Sequence[str]) -> None:
    try:
        consumer = kafka.consumer()
    except KafkaError as error:
        raise translated(error, kafka.servers, topics[0]) from error
    try:
        for topic in topics:
            kafka.check(consumer, topic)
    finally:
        consumer.close(timeout_ms=0)


@lru_cache(maxsize=1_000)  # of what is live; for the rest it is worked out anew, in 14 µs
def _partition(key: bytes, partitions: int) -> int:
    return (int(murmur2(key)) & 0x7FFFFFFF) % partitions
