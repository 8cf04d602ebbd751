"""The segmenter as a Faust worker. This file and its parts (``faust_*.py``) are the only ones that know Faust.

Correctness rests on nothing that Faust promises (docs/adr/0022 and 0024 have the figures):

- The turns topic is the table's changelog. One record is what a step says and the state that it left, so output and
  state can't disagree, and a line that is delivered again is recognised.
- What Faust leaves out when a rebalance meets a backlog is read from the log before going on.
- A record of a worker that slept is ignored, by this worker's recovery as by all readers.
- A record is written to the table's files when the broker has it, never before, and a line counts as done no sooner.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import faust
import structlog
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from faust.exceptions import ConsistencyError, ConsumerNotStarted
from faust.types import TP, EventT

from captionflow.errors import BadMessage, CaptionflowError
from services.segment.dead_letter_limit import LOOK_BACK, DeadLetterLimit, HeldPartitions
from services.segment.faust_app import faust_app
from services.segment.faust_recovery import SeekingRecovery
from services.segment.faust_table import ROCKSDB_OPTIONS, TurnsTable
from services.segment.in_flight import InFlight
from services.segment.record_processor import ReadLog, RecordProcessor
from services.segment.standstill import StandstillDetector
from services.segment.worker_events import WorkerEvents

log = structlog.get_logger(__name__)

AcceptedUntil = Callable[[int], Awaitable[int]]
"""Before which offset of a partition bad records are accepted, however many they are."""

MAX_IN_FLIGHT = 1_000
"""Records that wait for the broker's acknowledgement."""

STOP_SECONDS = 2.5
SHELVE_SECONDS = 600.0
STANDSTILL_SECONDS = 2.0
"""Between two looks for partitions that stand still; longer than Faust takes to commit."""


class AheadOfTopic(CaptionflowError):
    """The table's files know more than the topic, which was made anew, or lost its newest records. Remove the files."""

    code = "ahead-of-topic"


class Worker:
    """One of any number of workers that share the partitions. Nothing happens before ``start``."""

    def __init__(  # noqa: PLR0913 - what a worker has to know
        self,
        *,
        brokers: str,
        partitions: int,
        folder: Path,
        read_log: ReadLog,
        accepted_until: AcceptedUntil,
        kept: timedelta,
        topics: str = "captions",
        group: str = "captionflow-segment",
        session_timeout: float = 6.0,
        security: Mapping[str, Any] | None = None,
        client: dict[str, Any] | None = None,
        events: WorkerEvents | None = None,
    ) -> None:
        """``kept``: how long the topic of turns keeps a record. So long the table keeps states."""
        self._events = events or WorkerEvents()
        self._kept = kept
        self._lines_topic = f"{topics}.lines"
        self._read_log, self._accepted_until = read_log, accepted_until
        self._limits: dict[tuple[int, int], DeadLetterLimit] = {}
        """By partition and generation; of a partition that had a bad record."""
        self._held = HeldPartitions()
        self._in_flight = InFlight(self._fail)
        self._queue: asyncio.Queue[Any] | None = None
        self._failed = asyncio.get_running_loop().create_future()
        self.app = faust_app(
            group,
            brokers=brokers,
            partitions=partitions,
            folder=folder,
            session_timeout=session_timeout,
            security=security or {},
            client=client or {},
        )
        raw: Any = faust.Schema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        lines = self.app.topic(self._lines_topic, schema=raw, partitions=partitions)
        # No acknowledgements, as for any changelog of Faust's.
        turns = self.app.topic(f"{topics}.turns", schema=raw, partitions=partitions, acks=False)
        self._dead_letters = self.app.topic(f"{topics}.dead-letter", schema=raw)
        self._table = TurnsTable(
            self.app, name="sessions", schema=raw, partitions=partitions, changelog_topic=turns, options=ROCKSDB_OPTIONS
        )
        self.app.tables.add(self._table)
        tables: Any = self.app.tables
        self._processor = RecordProcessor(
            self._table, read_log, partition_of=partial(_partition, partitions), events=self._events
        )
        self._table_recovery = tables._recovery = SeekingRecovery(self.app, tables, beacon=tables.beacon)
        self.app.agent(lines, name="segment")(self._segment)

    @property
    def ready(self) -> bool:
        """It has its partitions, with their state."""
        return bool(self.app.tables.actives_ready) and not self.app.rebalancing

    @property
    def held(self) -> str:
        """Which partitions stand still because hardly a record of them can be used, and what to do; or nothing."""
        return self._held.told(self._lines_topic, self._generation)

    @property
    def _generation(self) -> int:
        return int(self.app.consumer_generation_id)

    async def run(self) -> None:
        """Work until cancelled; raises what ended it otherwise.

        Stopping takes STOP_SECONDS at most. A thread of Faust's can outlive it when it comes in the middle of a start:
        let ``os._exit`` end the process then. Nothing depends on an orderly end.
        """
        tending = [asyncio.create_task(self._ask_again()), asyncio.create_task(self._shelve())]
        for task in tending:
            task.add_done_callback(self._has_ended)
        try:
            await self.app.start()  # it ends with the first recovery
            ended = asyncio.ensure_future(self.app.wait_until_stopped())
            await asyncio.wait({ended, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            if self._failed.done():
                raise self._failed.exception() or RuntimeError("The worker failed.")
            if isinstance(self.app.crash_reason, ConsistencyError):
                raise AheadOfTopic("The worker's files are ahead of the topic of turns, which has lost records.")
            raise self.app.crash_reason or RuntimeError("The worker ended by itself.")
        finally:
            for task in tending:
                task.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self.app.stop()

    async def _ask_again(self) -> None:
        """Ask once more for what the broker has and what never came, and for what was held and is accepted now.

        A gap is noticed by the record that comes after it; this notices one that none comes after.
        """
        detector: StandstillDetector[TP] = StandstillDetector()
        while True:
            await asyncio.sleep(STANDSTILL_SECONDS)
            with contextlib.suppress(KafkaError, ConsumerNotStarted, TimeoutError):  # partitions are on their way
                for tp, offset in detector.look(self._awaited()).items():
                    log.warning("records_asked_for_again", topic=tp.topic, partition=tp.partition, first=offset)
                    await cast("Any", self.app.consumer).seek_wait({tp: offset})
                await self._go_on_with_accepted()

    async def _shelve(self) -> None:
        """Forget the states of sessions that have been silent for longer than the topic keeps them."""
        while True:
            await asyncio.sleep(SHELVE_SECONDS)
            if self.ready and (count := await self._table.shelve(datetime.now(UTC) - self._kept)):
                log.info("states_shelved", sessions=count)

    def _has_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _awaited(self) -> dict[TP, tuple[int, int]]:
        """What is still to come when there is nothing to do: by partition, from one offset to before the other."""
        recovery, consumer = self._table_recovery, cast("Any", self.app.consumer)
        if recovery.in_recovery:
            if not cast("Any", self.app.tables).changelog_queue.empty():
                return {}
            return {
                tp: (recovery.active_offsets[tp] + 1, recovery.active_highwaters[tp] + 1)
                for tp, remaining in recovery.active_remaining().items()
                if remaining > 0 and tp in consumer._get_active_partitions()
            }
        if not self.ready or self._in_flight or self._queue is None or not self._queue.empty():
            return {}
        held = self._held.offsets(self._generation)
        lines = (tp for tp in consumer.assignment() if tp.topic == self._lines_topic and tp.partition not in held)
        spans = {tp: (consumer._committed_offset[tp] or 0, consumer.highwater(tp) or 0) for tp in lines}
        return {tp: span for tp, span in spans.items() if span[0] < span[1]}

    async def _segment(self, stream: Any) -> None:
        self._queue = stream.channel.queue
        async for event in stream.noack().events():
            try:
                await self._process(event)
            except Exception as error:  # Faust would skip the message and go on
                log.exception("segment_failed", partition=event.message.partition, offset=event.message.offset)
                self._fail(error)
                await asyncio.Event().wait()  # nothing more is processed; the end of the worker cancels this

    async def _process(self, event: EventT[Any]) -> None:
        message = event.message
        if self._held.holds(message.partition, message.offset, self._generation):
            return
        gap = self._table.gap_before(message.partition, message.offset)
        sent = await self._processor.process_gap(message.partition, gap)
        try:
            record = self._processor.read(message.partition, message.key, message.value)
        except BadMessage as error:
            if not await self._dead_letter(event, str(error)):
                return
        else:
            if (limit := self._limits.get((message.partition, self._generation))) is not None:
                limit.good()
            sent += await self._processor.process(message.partition, message.offset, record)
        if sent:
            self._in_flight.add(sent, done=event.ack)
        else:
            event.ack()
        await self._in_flight.at_most(MAX_IN_FLIGHT)

    async def _dead_letter(self, event: EventT[Any], reason: str) -> bool:
        """Set it aside, or hold its partition: whether it is done with."""
        message = event.message
        limit = await self._limit(message.partition, message.offset)
        if limit.reached and message.offset >= await self._accepted_until(message.partition):
            self._hold(message.tp, message.offset, reason)
            return False
        limit.bad()
        origin = f"{message.topic}/{message.partition}/{message.offset}"
        headers = {"origin": origin.encode(), "reason": reason[:500].encode()}
        sent = await self._dead_letters.send(key=message.key, value=message.value or b"", headers=headers)
        await sent
        log.error("dead_letter", origin=origin, reason=reason[:500])
        self._events.dead_lettered()
        return True

    async def _limit(self, partition: int, offset: int) -> DeadLetterLimit:
        """What the records before it have left of the limit: the same, whoever had the partition then."""
        place = partition, self._generation
        if place not in self._limits:
            limit = DeadLetterLimit()
            for _, key, value in await self._read_log(partition, max(0, offset - LOOK_BACK), offset):
                try:
                    self._processor.read(partition, key, value)
                except BadMessage:
                    limit.bad()
                else:
                    limit.good()
            self._limits = {one: known for one, known in self._limits.items() if one[1] == self._generation}
            self._limits[place] = limit
        return self._limits[place]

    def _hold(self, tp: TP, offset: int, reason: str) -> None:
        cast("Any", self.app.consumer).pause_partitions({tp})
        self._held.hold(tp.partition, offset, self._generation, reason[:500])
        log.error("partition_held", partition=tp.partition, offset=offset, reason=reason[:500])

    async def _go_on_with_accepted(self) -> None:
        consumer = cast("Any", self.app.consumer)
        for partition, offset in self._held.offsets(self._generation).items():
            if await self._accepted_until(partition) > offset:
                tp = TP(self._lines_topic, partition)
                log.info("partition_goes_on", partition=partition, offset=offset)
                await consumer.seek_wait({tp: offset})
                consumer._read_offset[tp] = offset or None  # else Faust drops what it has given before
                self._held.release(partition)
                consumer.resume_partitions({tp})

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


def _partition(partitions: int, key: bytes) -> int:
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)
