"""The segmenter as a Faust worker: the only file that knows Faust.

Correctness rests on nothing that Faust promises (docs/adr/0022 and 0024 have the figures):

- The turns topic is the table's changelog. One record is what a step says and the state that it left, so output and
  state can't disagree, and a line that is delivered again is recognised.
- What Faust leaves out when a rebalance meets a backlog is read from the log before going on.
- A record of a worker that slept is ignored, by this worker's recovery as by all readers.
- A record is written to the table's files when the broker has it, never before, and a line counts as done no sooner.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import faust
import structlog
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2
from faust.exceptions import ConsistencyError, ConsumerNotStarted
from faust.tables.recovery import Recovery
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP, EventT, FutureMessage
from faust.types.auth import CredentialsArg

from captionflow.errors import BadMessage, CaptionflowError
from services.segment.checkpoint import GapDetector, highest_offset, last_seq
from services.segment.dead_letter_limit import DeadLetterLimit
from services.segment.in_flight import InFlight
from services.segment.record_processor import ReadLog, RecordProcessor
from services.segment.standstill import StandstillDetector
from services.segment.worker_events import WorkerEvents

log = structlog.get_logger(__name__)

MAX_IN_FLIGHT = 1_000
"""Records that wait for the broker's acknowledgement."""

STOP_SECONDS = 2.5
POLL_SECONDS = 0.1
"""Longest wait for what was fetched while its partition was paused; all else comes at once."""
STANDSTILL_SECONDS = 2.0
"""Between two looks for partitions that stand still; longer than Faust takes to commit."""
FETCH_WAIT_MS = 100
"""How long a broker that has nothing new holds a fetch; one for partitions just taken over waits for it."""

ROCKSDB_OPTIONS = {
    "write_buffer_size": 2 * 1024 * 1024,
    "max_write_buffer_number": 2,
    "block_cache_size": 2 * 1024 * 1024,
}
"""What RocksDB may hold in memory of each partition. Faust's defaults are 192 MiB of records and 2 GiB of blocks."""


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
        topics: str = "captions",
        group: str = "captionflow-segment",
        session_timeout: float = 6.0,
        security: Mapping[str, Any] | None = None,
        client: dict[str, Any] | None = None,
        events: WorkerEvents | None = None,
    ) -> None:
        self._events = events or WorkerEvents()
        self._lines_topic = f"{topics}.lines"
        self._dead_letter_limit = DeadLetterLimit(self._lines_topic)
        self._in_flight = InFlight(self._fail)
        self._queue: asyncio.Queue[Any] | None = None
        self._failed = asyncio.get_running_loop().create_future()
        self.app = faust.App(
            group,
            broker=[f"kafka://{one}" for one in brokers.split(",")],
            store="rocksdb://",
            datadir=str(folder),
            topic_partitions=partitions,
            topic_allow_declare=False,  # a missing topic is an error, and is not created by accident
            topic_disable_leader=True,
            autodiscover=False,
            web_enabled=False,
            consumer_auto_offset_reset="earliest",
            broker_session_timeout=session_timeout,
            broker_heartbeat_interval=session_timeout / 10,
            broker_commit_interval=1.0,
            producer_acks=-1,
            producer_linger=0,
            producer_max_request_size=2_097_152,  # a dead letter is as large as any record, and what is known of it
            table_standby_replicas=0,
            stream_wait_empty=False,
            broker_credentials=_credentials(security or {}),
            **(client or {}),
        )
        cast("Any", self.app.transport).Consumer = _Consumer
        raw: Any = faust.Schema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        lines = self.app.topic(self._lines_topic, schema=raw, partitions=partitions)
        turns = self.app.topic(f"{topics}.turns", schema=raw, partitions=partitions)
        self._dead_letters = self.app.topic(f"{topics}.dead-letter", schema=raw)
        self._table = _Table(
            self.app, name="sessions", schema=raw, partitions=partitions, changelog_topic=turns, options=ROCKSDB_OPTIONS
        )
        self.app.tables.add(self._table)
        tables: Any = self.app.tables
        self._processor = RecordProcessor(
            self._table, read_log, partition_of=partial(_partition, partitions), events=self._events
        )
        self._table_recovery = tables._recovery = _Recovery(self.app, tables, beacon=tables.beacon)
        self.app.agent(lines, name="segment")(self._segment)

    @property
    def ready(self) -> bool:
        """It has its partitions, with their state."""
        return bool(self.app.tables.actives_ready) and not self.app.rebalancing

    async def run(self) -> None:
        """Work until cancelled; raises what ended it otherwise.

        Stopping takes STOP_SECONDS at most. A thread of Faust's can outlive it when it comes in the middle of a start:
        let ``os._exit`` end the process then. Nothing depends on an orderly end.
        """
        asking = asyncio.create_task(self._ask_again())
        asking.add_done_callback(self._has_asked)
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
            asking.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self.app.stop()

    async def _ask_again(self) -> None:
        """Ask once more for what the broker has and what never came.

        A gap is noticed by the record that comes after it; this notices one that none comes after.
        """
        detector: StandstillDetector[TP] = StandstillDetector()
        while True:
            await asyncio.sleep(STANDSTILL_SECONDS)
            with contextlib.suppress(KafkaError, ConsumerNotStarted, TimeoutError):  # partitions are on their way
                for tp, offset in detector.look(self._awaited()).items():
                    log.warning("records_asked_for_again", topic=tp.topic, partition=tp.partition, first=offset)
                    await cast("Any", self.app.consumer).seek_wait({tp: offset})

    def _has_asked(self, asking: asyncio.Task[None]) -> None:
        if not asking.cancelled() and (error := asking.exception()) is not None:
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
        lines = (tp for tp in consumer.assignment() if tp.topic == self._lines_topic)
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
        gap = self._table.gap_before(message.partition, message.offset)
        sent = await self._processor.process_gap(message.partition, gap)
        try:
            record = self._processor.read(message.partition, message.key, message.value)
        except BadMessage as error:
            await self._dead_letter(event, str(error))
        else:
            self._dead_letter_limit.good()
            sent += await self._processor.process(message.partition, message.offset, record)
        if sent:
            self._in_flight.add(sent, done=event.ack)
        else:
            event.ack()
        await self._in_flight.at_most(MAX_IN_FLIGHT)

    async def _dead_letter(self, event: EventT[Any], reason: str) -> None:
        message = event.message
        self._dead_letter_limit.bad(reason)
        origin = f"{message.topic}/{message.partition}/{message.offset}"
        headers = {"origin": origin.encode(), "reason": reason[:500].encode()}
        sent = await self._dead_letters.send(key=message.key, value=message.value or b"", headers=headers)
        await sent
        log.error("dead_letter", origin=origin, reason=reason[:500])
        self._events.dead_lettered()

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


def _partition(partitions: int, key: bytes) -> int:
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def _credentials(security: Mapping[str, Any]) -> CredentialsArg | None:
    """As Faust has them; ``security`` has kafka-python's names."""
    protocol = security.get("security_protocol", "PLAINTEXT")
    context = ssl.create_default_context(cafile=security.get("ssl_cafile")) if protocol.endswith("SSL") else None
    if protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=security["sasl_plain_username"],
            password=security["sasl_plain_password"],
            mechanism=security["sasl_mechanism"],
            ssl_context=context,
        )
    return context


class _Table(faust.Table[bytes, bytes]):
    """The turns topic as a table. What was sent counts at once, and is written to the files when the broker has it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sent: dict[tuple[int, Any], bytes] = {}
        self._gap_detectors: dict[int, GapDetector] = {}

    @property
    def _files(self) -> Any:
        """One RocksDB for each partition."""
        return self.data

    def value(self, partition: int, key: bytes) -> bytes | None:
        """The newest record of a key."""
        sent = self._sent.get((partition, key))
        return self._files._db_for_partition(partition).get(key) if sent is None else sent

    def gap_before(self, partition: int, offset: int) -> range:
        """The offsets of records of lines that were left out before this one."""
        if partition not in self._gap_detectors:
            values = self._files._db_for_partition(partition).values()
            self._gap_detectors[partition] = GapDetector(highest_offset(values))
        return self._gap_detectors[partition].gap_before(offset)

    def publish(self, partition: int, key: bytes, value: bytes) -> FutureMessage:
        """Write a record to the topic, which is the table's only write."""
        self._sent[partition, key] = value
        return self.send_changelog(partition, key, value)

    def _on_changelog_sent(self, future: FutureMessage) -> None:
        written = future.result()
        tp, key, value = written.topic_partition, future.message.key, future.message.value
        database = self._files._dbs.get(tp.partition)
        if database is not None:  # else the partition went to another worker, which reads the topic
            if last_seq(value) > last_seq(database.get(key)):
                database.put(key, value)
            self.data.set_persisted_offset(tp, written.offset)
        if self._sent.get((tp.partition, key)) is value:
            del self._sent[tp.partition, key]

    def apply_changelog_batch(self, batch: Iterable[EventT[Any]]) -> None:
        """Write what recovery reads, without records of a worker that slept: they don't advance."""
        reached: dict[tuple[int, Any], int] = {}
        advancing, latest = [], {}
        for event in batch:
            message = event.message
            partition_key = message.partition, message.key
            if partition_key not in reached:
                reached[partition_key] = last_seq(self._files._db_for_partition(message.partition).get(message.key))
            latest[message.tp] = message.offset
            seq = last_seq(message.value)
            if seq > reached[partition_key]:
                reached[partition_key] = seq
                advancing.append(event)
        super().apply_changelog_batch(advancing)
        for tp, offset in latest.items():
            self.data.set_persisted_offset(tp, offset)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """What was sent and not answered may be another worker's by now: the topic tells."""
        self._sent.clear()
        self._gap_detectors.clear()
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)


class _Active:
    """The active partitions, as they are whenever it is asked; true also when there are none."""

    def __init__(self, partitions: set[TP]) -> None:
        self._partitions = partitions

    def __contains__(self, partition: TP) -> bool:
        return partition in self._partitions


class _Thread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # Faust has 1,500 and no setting for it
        return consumer


class _Consumer(Consumer):
    """Takes records of the active partitions, and of no others.

    Faust 0.15.3 hands aiokafka a set, and aiokafka takes an empty one for all partitions. It is empty while recovery
    has them paused: what came then was dropped, and never came again. A worker that took over left out the newest
    lines, or waited for the end of its changelog for ever.
    """

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def _wait_next_records(self, timeout: float) -> tuple[Mapping[TP, list[Any]] | None, set[TP] | None]:  # noqa: ASYNC109 - as Faust has it
        if not self.flow_active:
            await self.wait(cast("Any", self.can_resume_flow))
        partitions = self._get_active_partitions()
        active: Any = _Active(partitions)
        return await self._getmany(active_partitions=active, timeout=min(timeout, POLL_SECONDS)), partitions


class _Recovery(Recovery):
    """Seeks before it lets the fetcher go on, also where nothing is committed.

    Faust 0.15.3 does it the other way round; what was fetched from the wrong offset in between is then taken for a gap
    in the topic, and acknowledged. A test fails when Faust's own method changes.
    """

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """See ``Recovery``: its own steps in another order, with no await once the partitions go on."""
        consumer = self.app.consumer
        await self.app.on_rebalance_complete.send()
        self._set_recovery_ended()
        for table in self.tables.values():
            await table.on_recovery_completed(self.actives_for_table[table], self.standbys_for_table[table])
        assignment = consumer.assignment()
        if self.app.consumer_generation_id != generation_id:
            return
        lines = {tp for tp in assignment if not self._is_changelog_tp(tp)}
        if lines:
            await self._wait(self._seek(lines), timeout=self.app.conf.broker_request_timeout)
        self.completed.set()
        self.app.flow_control.resume()
        consumer.resume_partitions(lines)
        consumer.resume_flow()
        await cast("Any", self.app)._fetcher.maybe_start()
        self.tables.on_actives_ready()
        if not self.app.assignor.assigned_standbys():
            self.tables.on_standbys_ready()
        self.app.on_rebalance_end()
        log.info("segment_ready", partitions=sorted(tp.partition for tp in lines))

    async def _seek(self, lines: set[TP]) -> None:
        """To what is committed; where nothing is, to the beginning, and not to where the fetcher got."""
        consumer: Any = self.app.consumer
        await consumer.perform_seek()
        await consumer.seek_wait({tp: 0 for tp in lines if consumer._committed_offset[tp] is None})
