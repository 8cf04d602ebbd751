"""The turns topic shared by the processes of one group: each step goes to one of them, which says when it is done."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import CommitFailedError, KafkaError
from kafka.structs import OffsetAndMetadata

from captionflow.adapters.distributed.kafka_cluster import Kafka
from captionflow.adapters.distributed.kafka_failures import translated
from captionflow.adapters.distributed.kafka_feed import read_step
from captionflow.errors import BadMessage, Unavailable
from captionflow.messages import StepRecord
from captionflow.ports import DeadLetters

log = structlog.get_logger(__name__)

MAX_STEPS: Final = 2_000
"""Steps handed out in one go while a backlog stands."""
LOOK_BACK: Final = 100
"""Records of each partition that a new owner reads again, to know how far their sessions are."""
_POLL_MS: Final = 250
"""How long a stop may have to wait."""
_JOIN_MS: Final = 2_000
"""Likewise while it joins: one that gives up in the middle leaves a member behind for whom the others wait."""
_FETCH_BYTES: Final = 1024 * 1024
"""The broker answers as soon as there is so much, and else when it has waited as long as it may."""
_SESSION_MS: Final = 10_000
_HEARTBEAT_MS: Final = 3_000
"""While one is under way for longer than this, a poll takes a whole processor: 1 s is too little for a busy broker."""
_LOST_SECONDS: Final = 20.0
"""After a heartbeat has been under way for so long, the member is none: kafka-python 3.0 was seen to wait for an answer
for ever, after its broker was restarted, and to go on reading what others had by then, with a whole processor."""
_PATIENCE_MS: Final = 30 * 60 * 1000
"""How long one batch may take, an outage of the store included, before others get the partitions."""
_MAX_WAIT_SECONDS: Final = 5.0

_T = TypeVar("_T")


class StepGroup:
    """``StepQueue`` on a consumer group. Records that are no steps go to the dead letters, if there are any.

    While little comes it is gathered for ``linger_ms``.
    """

    def __init__(
        self,
        kafka: Kafka,
        name: str,
        *,
        linger_ms: int,
        dead_letters: DeadLetters | None = None,
    ) -> None:
        self.skipped: Counter[str] = Counter()
        """Records that count for nothing: ``void`` do not advance, ``foreign`` are none of ours."""
        self._kafka = kafka
        self._name = name
        self._linger_ms = linger_ms
        self._dead_letters = dead_letters
        self._steps: list[StepRecord] = []
        """Gathered, and not handed out yet."""
        self._bad: list[tuple[ConsumerRecord, str]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"{name}-group")
        self._consumer: KafkaConsumer | None = None
        self._listener = _Listener()
        self._reached: dict[tuple[str, str], int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._taken: dict[TopicPartition, int] = {}

    async def take(self) -> Sequence[StepRecord]:
        """See ``StepQueue.take``. It waits out brokers that don't answer.

        Raises:
            Misconfigured: the topic can't be used.
        """
        tries = 0
        while True:
            try:
                steps = await self._run(self._gather)
            except Unavailable as error:
                tries += 1
                seconds = min(_MAX_WAIT_SECONDS, 0.1 * 2 ** min(tries, 6)) * random.uniform(0.5, 1.0)  # noqa: S311  spreads load
                log.warning("topic_waited_for", group=self._name, reason=str(error), seconds=round(seconds, 2))
                await asyncio.sleep(seconds)
                continue
            tries = 0
            if steps:
                return steps
            if self._taken:
                await self.done()  # nothing but records that count for nothing

    async def done(self) -> None:
        """See ``StepQueue.done``. If the partitions went to another process meanwhile, that one does it again."""
        try:
            await self._set_aside()
            await self._run(self._commit)
        except (
            Unavailable
        ) as error:  # with the next ones, or when nothing comes; else they come again, and change nothing
            log.warning("commit_failed", group=self._name, reason=str(error))

    async def _set_aside(self) -> None:
        while self._bad:
            record, reason = self._bad[0]
            origin = f"{record.topic}/{record.partition}/{record.offset}"
            log.error("dead_letter", origin=origin, reason=reason)
            if self._dead_letters is not None:
                await self._dead_letters.put(record.value or b"", key=record.key, origin=origin, reason=reason)
            del self._bad[0]

    async def close(self) -> None:
        """Leave the group. Repeating it does nothing."""
        with contextlib.suppress(RuntimeError):
            await asyncio.get_running_loop().run_in_executor(self._thread, self._leave)
        await asyncio.to_thread(self._thread.shutdown)

    async def _run(self, work: Callable[[], _T]) -> _T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except KafkaError as error:
            raise translated(error, self._kafka.servers, self._kafka.turns) from error

    # --- in the thread ----------------------------------------------------------------------------------------------

    def _gather(self) -> list[StepRecord]:
        """The steps that are there; while more than one fetch can have waits, as many as one batch may have."""
        try:
            consumer = self._joined()
            before = -1
            while before < len(self._steps) < MAX_STEPS:
                before = len(self._steps)
                self._poll(consumer, 0 if self._steps else _POLL_MS if consumer.assignment() else _JOIN_MS)
            self._stay(consumer)
        except KafkaError as error:
            if not error.retriable:
                self._leave()  # the next call joins anew
            raise
        steps, self._steps = self._steps, []
        return steps

    def _joined(self) -> KafkaConsumer:
        if self._consumer is None:
            consumer = self._kafka.consumer(
                group_id=f"{self._kafka.prefix}-{self._name}",
                auto_offset_reset="earliest",
                max_poll_interval_ms=_PATIENCE_MS,
                session_timeout_ms=_SESSION_MS,
                heartbeat_interval_ms=_HEARTBEAT_MS,
                max_partition_fetch_bytes=4 * 1024 * 1024,
                fetch_min_bytes=_FETCH_BYTES,
                fetch_max_wait_ms=self._linger_ms,
            )
            try:
                self._kafka.check(consumer, self._kafka.turns)
            except BaseException:
                consumer.close(autocommit=False, timeout_ms=0)
                raise
            consumer.subscribe([self._kafka.turns], listener=self._listener)
            self._consumer = consumer
        return self._consumer

    def _poll(self, consumer: KafkaConsumer, milliseconds: int) -> None:
        batch = consumer.poll(milliseconds, max_records=MAX_STEPS - len(self._steps))
        new, self._listener.assigned = self._listener.assigned & consumer.assignment(), set()
        if new:
            self._begin(consumer, new)
        for place, records in batch.items():
            if place in new:
                continue  # they come again, from where it begins
            committed = self._committed.get(place, 0)
            for record in records:
                before = record.offset < committed
                step = self._step(record, quiet=before)
                if step is not None and not before:
                    self._steps.append(step)
                self._taken[place] = record.offset + 1

    def _step(self, record: ConsumerRecord, *, quiet: bool) -> StepRecord | None:
        try:
            step = read_step(record.key, record.value)
        except BadMessage as error:
            if not quiet:
                self.skipped["foreign"] += 1
                self._bad.append((record, str(error)))
            return None
        stream = step.session, step.language
        if step.last_seq <= self._reached.get(stream, 0):
            self.skipped["void"] += not quiet
            return None
        self._reached[stream] = step.last_seq
        return step

    def _commit(self) -> None:
        if self._consumer is None:
            return
        owned = self._consumer.assignment()
        offsets = {
            place: OffsetAndMetadata(offset, "", -1)
            for place, offset in self._taken.items()
            if place in owned and offset > self._committed.get(place, 0)
        }
        if offsets:
            try:
                self._consumer.commit(offsets, timeout_ms=5_000)
            except CommitFailedError as error:
                log.info("partitions_went_elsewhere", group=self._name, reason=str(error))
            else:
                self._committed |= {place: kept.offset for place, kept in offsets.items()}
        self._taken.clear()

    def _stay(self, consumer: KafkaConsumer) -> None:
        """Leave if the group has forgotten us: the next call joins anew."""
        heartbeat = consumer._coordinator.heartbeat  # noqa: SLF001  kafka-python shows it nowhere else
        if time.monotonic() - max(heartbeat.last_send, heartbeat.last_reset) > _LOST_SECONDS:
            log.warning("membership_lost", group=self._name)
            self._leave()

    def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError):
                consumer.close(autocommit=False, timeout_ms=1_000)

    def _begin(self, consumer: KafkaConsumer, places: Collection[TopicPartition]) -> None:
        """These partitions are ours now: read a little of what was done, which tells how far the sessions are."""
        first = consumer.beginning_offsets(places)
        for place in places:
            self._taken.pop(place, None)
            self._committed[place] = committed = max(int(consumer.committed(place) or 0), int(first[place]))
            consumer.seek(place, max(int(first[place]), committed - LOOK_BACK))
        log.info("partitions_taken", group=self._name, partitions=sorted(place.partition for place in places))


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Runs in the consumer's own thread, and must not wait there."""

    def __init__(self) -> None:
        self.assigned: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """What is under way is done again by whoever gets them."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note it for the next poll."""
        self.assigned |= set(assigned)
