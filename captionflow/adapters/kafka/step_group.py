"""The turns topic shared by the processes of one group: each step goes to one of them, which says when it is done.

On aiokafka: members of a group on kafka-python 3.0 were seen to wait for an answer to a heartbeat for ever after their
broker was restarted, while the group went on without them, and commits to fail for 20 s after a member had joined.
"""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError

from captionflow.adapters.kafka.cluster import Kafka, wait_for_topics
from captionflow.errors import BadMessage, Unavailable
from captionflow.messages import StepRecord, Stream
from captionflow.ports import DeadLetters
from captionflow.recent import Recent
from captionflow.records import read_step
from captionflow.retrying import Backoff
from captionflow.transcript import weight

log = structlog.get_logger(__name__)

MAX_WEIGHT: Final = 2_000
"""What steps weigh that are handed out in one go while a backlog stands, but for those that were read last."""
_READ_RECORDS: Final = 50
"""Records that are read at once: those of an import have hundreds of parts."""
REREAD_RECORDS: Final = 100
"""Records of each partition that a new owner reads again, to know how far their sessions are."""
_POLL_MS: Final = 1_000
"""How often what counts for nothing is said to be done, when nothing else comes."""
_FETCH_BYTES: Final = 1024 * 1024
"""The broker answers as soon as there is so much, and else when it has waited as long as it may."""
_SESSION_MS: Final = 10_000
_HEARTBEAT_MS: Final = 3_000
_LONGEST_BATCH_MS: Final = 30 * 60 * 1000
"""How long one batch may take, an outage of the store included, before others get the partitions."""
_ANSWER_SECONDS: Final = 5.0
_LEAVE_SECONDS: Final = 1.0
_FIRST_WAIT_SECONDS: Final = 0.2
_LONGEST_WAIT_SECONDS: Final = 5.0


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
        on_missed: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``on_missed`` is awaited when records expired that nobody had done, before what follows is handed out."""
        self.skipped: Counter[str] = Counter()
        """Records that count for nothing: ``void`` do not advance, ``foreign`` are none of ours."""
        self._kafka = kafka
        self._name = name
        self._linger_ms = linger_ms
        self._dead_letters = dead_letters
        self._on_missed = on_missed
        self._steps: list[StepRecord] = []
        """Gathered, and not handed out yet."""
        self._bad: list[tuple[ConsumerRecord, str]] = []
        self._consumer: AIOKafkaConsumer | None = None
        self._listener = _Listener()
        self._reached: Recent[Stream, int] = Recent()
        self._committed: dict[TopicPartition, int] = {}
        self._taken: dict[TopicPartition, int] = {}
        self._next: dict[TopicPartition, int] = {}

    async def take(self) -> Sequence[StepRecord]:
        """See ``StepQueue.take``. It waits out brokers that don't answer.

        Raises:
            Misconfigured: the topic can't be used.
        """
        backoff = Backoff(first_seconds=_FIRST_WAIT_SECONDS, longest_seconds=_LONGEST_WAIT_SECONDS)
        while True:
            try:
                steps = await self._gather()
            except (KafkaError, TimeoutError) as error:
                await self._leave()  # the next try joins anew
                seconds = backoff.failed()
                log.warning("topic_waited_for", group=self._name, reason=_told(error), seconds=round(seconds, 2))
                await asyncio.sleep(seconds)
                continue
            backoff.succeeded()
            if steps:
                return steps
            if self._taken:
                await self.done()  # nothing but records that count for nothing, or a commit that failed

    async def done(self) -> None:
        """See ``StepQueue.done``. If the partitions went to another process meanwhile, that one does it again."""
        try:
            await self._set_aside()
            await self._commit()
        except (Unavailable, KafkaError, TimeoutError) as error:
            # It is made up for with the next ones, or when nothing comes.
            log.warning("commit_failed", group=self._name, reason=_told(error))

    async def close(self) -> None:
        """Leave the group. Repeating it does nothing."""
        await self._leave()

    async def _set_aside(self) -> None:
        while self._bad:
            record, reason = self._bad[0]
            origin = f"{record.topic}/{record.partition}/{record.offset}"
            log.error("dead_letter", origin=origin, reason=reason)
            if self._dead_letters is not None:
                await self._dead_letters.put(record.value or b"", key=record.key, origin=origin, reason=reason)
            del self._bad[0]

    async def _gather(self) -> list[StepRecord]:
        """The steps that are there; while more than one fetch can have waits, as many as one batch may have."""
        consumer = await self._joined()
        before = -1
        while before < len(self._steps) and weight(self._steps) < MAX_WEIGHT:
            before = len(self._steps)
            await self._poll(consumer, 0 if self._steps else _POLL_MS)
        steps, self._steps = self._steps, []
        return steps

    async def _joined(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            await wait_for_topics(self._kafka, [self._kafka.turns])
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._kafka.servers,
                group_id=f"{self._kafka.prefix}-{self._name}",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_poll_interval_ms=_LONGEST_BATCH_MS,
                session_timeout_ms=_SESSION_MS,
                heartbeat_interval_ms=_HEARTBEAT_MS,
                max_partition_fetch_bytes=4 * 1024 * 1024,
                fetch_min_bytes=_FETCH_BYTES,
                fetch_max_wait_ms=self._linger_ms,
                **_security(self._kafka),
            )
            self._consumer = consumer
            await consumer.start()
            consumer.subscribe([self._kafka.turns], listener=self._listener)
        return self._consumer

    async def _poll(self, consumer: AIOKafkaConsumer, milliseconds: int) -> None:
        batch = await consumer.getmany(timeout_ms=milliseconds, max_records=_READ_RECORDS)
        new, self._listener.assigned = self._listener.assigned & consumer.assignment(), set()
        if new:
            await self._begin(consumer, new)
        for tp, records in batch.items():
            if tp in new:
                continue  # they come again, from where it begins
            committed = self._committed.get(tp, 0)
            if records[0].offset > self._next[tp]:
                await self._missed({tp: (self._next[tp], records[0].offset)})
            self._next[tp] = records[-1].offset + 1
            for record in records:
                before = record.offset < committed
                step = self._step(record, quiet=before)
                if step is not None and not before:
                    self._steps.append(step)
                self._taken[tp] = record.offset + 1

    def _step(self, record: ConsumerRecord, *, quiet: bool) -> StepRecord | None:
        try:
            step = read_step(record.key, record.value)
        except BadMessage as error:
            if not quiet:
                self.skipped["foreign"] += 1
                self._bad.append((record, str(error)))
            return None
        stream = step.stream
        if step.last_seq <= self._reached.get(stream, 0):
            self.skipped["void"] += not quiet
            return None
        self._reached[stream] = step.last_seq
        return step

    async def _commit(self) -> None:
        if self._consumer is None:
            return
        owned = self._consumer.assignment()
        offsets = {
            tp: offset for tp, offset in self._taken.items() if tp in owned and offset > self._committed.get(tp, 0)
        }
        if offsets:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await self._consumer.commit(offsets)
            except CommitFailedError as error:
                log.info("partitions_went_elsewhere", group=self._name, reason=_told(error))
            else:
                self._committed |= offsets
        self._taken.clear()

    async def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(_LEAVE_SECONDS):
                    await consumer.stop()

    async def _begin(self, consumer: AIOKafkaConsumer, tps: Collection[TopicPartition]) -> None:
        """These partitions are ours now: read a little of what was done, which tells how far the sessions are."""
        first = await consumer.beginning_offsets(tps)
        done = {tp: await consumer.committed(tp) or 0 for tp in tps}
        await self._missed({tp: (done[tp], first[tp]) for tp in tps if done[tp] < first[tp]})
        for tp in tps:
            self._taken.pop(tp, None)
            self._committed[tp] = committed = max(done[tp], first[tp])
            self._next[tp] = max(first[tp], committed - REREAD_RECORDS)
            consumer.seek(tp, self._next[tp])
        log.info("partitions_taken", group=self._name, partitions=sorted(tp.partition for tp in tps))

    async def _missed(self, spans: Mapping[TopicPartition, tuple[int, int]]) -> None:
        """Records of these offsets are gone. They count as done only when what comes after them is."""
        for tp, (first, end) in spans.items():
            log.error("steps_expired", group=self._name, partition=tp.partition, first=first, last=end - 1)
        if spans and self._on_missed is not None:
            await self._on_missed()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Must not wait."""

    def __init__(self) -> None:
        self.assigned: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """The next owner does again what is under way."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note it for the next poll."""
        self.assigned |= set(assigned)


def _security(kafka: Kafka) -> dict[str, Any]:
    """As aiokafka names it."""
    named = {name: value for name, value in kafka.security.items() if name != "ssl_cafile"}
    if "SSL" in named.get("security_protocol", ""):
        named["ssl_context"] = ssl.create_default_context(cafile=kafka.security.get("ssl_cafile"))
    return named


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
