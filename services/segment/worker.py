"""The segmenter as a Faust worker: the only file that knows Faust.

Correctness rests on nothing that Faust promises. The turns topic is the table's changelog: one record is what a step
says and the state that it left, so output and state can't disagree, and a line that comes again is seen as one. What
Faust leaves out when a rebalance meets a backlog is read from the log before going on. A record of a worker that slept
is ignored, by this worker's recovery as by all readers. The table's files get a record when the broker has it, never
before, and a line counts as done no sooner. docs/adr/0022 has the figures.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import faust
import structlog
from aiokafka.partitioner import murmur2
from faust.exceptions import ConsistencyError
from faust.tables.recovery import Recovery
from faust.types import TP, EventT, FutureMessage
from faust.types.auth import CredentialsArg

from captionflow.errors import BadMessage, CaptionflowError
from captionflow.messages import LineRecord, turns_key
from services.segment.placing import (
    Deliveries,
    Place,
    advance,
    judge,
    last_seq,
    reached,
    read_lines,
    read_place,
    valid,
)
from services.segment.stepping import SetAside
from services.segment.watch import Watch

log = structlog.get_logger(__name__)

MAX_DEAD_LETTERS = 100
"""So many records that can't be used, with hardly a good one between, stop the worker;"""
GOOD_PER_DEAD_LETTER = 10
"""so many good ones make up for a bad one."""
MAX_UNANSWERED = 1_000
"""Records that wait for the broker's acknowledgement."""

STOP_SECONDS = 3.0

FILES = {
    "write_buffer_size": 2 * 1024 * 1024,
    "max_write_buffer_number": 2,
    "block_cache_size": 2 * 1024 * 1024,
}
"""What RocksDB may hold in memory of each partition. Faust's own is 192 MiB of records and 2 GiB of blocks."""

ReadLog = Callable[[int, int, int], Awaitable[list[tuple[int, bytes | None, bytes | None]]]]
"""(partition, from, to) → (offset, key, value) of the lines topic, from one offset to before the other."""


class TooManyDeadLetters(CaptionflowError):
    """Hardly anything can be used: it is more likely the wrong topic, or us. Look before going on."""

    code = "too-many-dead-letters"


class AheadOfTopic(CaptionflowError):
    """The files know more than the topic: it was made anew, or a broker lost its newest records. Remove the files."""

    code = "ahead-of-topic"


class Worker:
    """One of any number of workers that share the partitions. Nothing happens before ``start``."""

    def __init__(  # noqa: PLR0913  what a worker has to know
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
        watch: Watch | None = None,
    ) -> None:
        self._read_log = read_log
        self._partitions = partitions
        self._watch = watch or Watch()
        self._lines_topic = f"{topics}.lines"
        self._bad = 0.0
        self._unanswered: set[FutureMessage] = set()
        self._failed = asyncio.get_running_loop().create_future()
        self.app = faust.App(
            group,
            broker=[f"kafka://{one}" for one in brokers.split(",")],
            store="rocksdb://",
            datadir=str(folder),
            topic_partitions=partitions,
            topic_allow_declare=False,  # a missing topic is an error to be told, not one to be made by accident
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
        raw: Any = faust.Schema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        lines = self.app.topic(self._lines_topic, schema=raw, partitions=partitions)
        turns = self.app.topic(f"{topics}.turns", schema=raw, partitions=partitions)
        self._dead_letters = self.app.topic(f"{topics}.dead-letter", schema=raw)
        self._table = _Table(
            self.app, name="sessions", schema=raw, partitions=partitions, changelog_topic=turns, options=FILES
        )
        self.app.tables.add(self._table)
        tables: Any = self.app.tables
        tables._recovery = _Recovery(self.app, tables, beacon=tables.beacon)
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
        try:
            await self.app.start()
            ended = asyncio.ensure_future(self.app.wait_until_stopped())
            await asyncio.wait({ended, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            if self._failed.done():
                raise self._failed.exception() or RuntimeError("The worker failed.")
            if isinstance(self.app.crash_reason, ConsistencyError):
                raise AheadOfTopic("The worker's files are ahead of the topic of turns, which has lost records.")
            raise self.app.crash_reason or RuntimeError("The worker ended by itself.")
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await self.app.stop()

    async def _segment(self, stream: Any) -> None:
        async for event in stream.noack().events():
            try:
                await self._take(event)
            except Exception as error:  # Faust would skip the message and go on
                log.exception("segment_failed", partition=event.message.partition, offset=event.message.offset)
                self._fail(error)
                await asyncio.Event().wait()  # nothing more is taken; what ends the worker cancels us

    async def _take(self, event: EventT[Any]) -> None:
        message = event.message
        sent = await self._make_up_for(message.partition, self._table.missed(message.partition, message.offset))
        try:
            record = self._read(message.partition, message.key, message.value)
        except BadMessage as error:
            await self._set_aside(event, str(error))
        else:
            self._bad = max(0.0, self._bad - 1 / GOOD_PER_DEAD_LETTER)
            sent += await self._step(message.partition, message.offset, record)
        if sent:
            self._done_when(sent, event)
        else:
            event.ack()
        while len(self._unanswered) > MAX_UNANSWERED:
            await asyncio.wait(self._unanswered, return_when=asyncio.FIRST_COMPLETED)

    async def _make_up_for(self, partition: int, offsets: range) -> list[FutureMessage]:
        """Step through what was left out, whosever it is: which of two records won a race, only the order tells."""
        sent: list[FutureMessage] = []
        if offsets:
            for offset, record in await self._records(partition, offsets.start, offsets.stop):
                sent += await self._step(partition, offset, record)
        if sent:
            log.warning("records_left_out", partition=partition, first=offsets.start, last=offsets.stop - 1)
            self._watch.healed()
        return sent

    def _read(self, partition: int, key: bytes | None, value: bytes | None) -> LineRecord:
        """A record of lines that is in the partition where its session's lines are, as whoever numbers lines does."""
        record = read_lines(key, value)
        if partition != (murmur2(record.session.encode()) & 0x7FFFFFFF) % self._partitions:
            raise BadMessage("It is in another partition than its key says: its writer needs the murmur2 partitioner.")
        return record

    async def _step(self, partition: int, offset: int, record: LineRecord) -> list[FutureMessage]:
        """Apply a record, and what was left out before it; gives what is on its way to the topic."""
        key = turns_key(record.session, record.language)
        place = read_place(self._table.value(partition, key), record.session, record.language)
        verdict = judge(place, record, offset)
        sent: list[FutureMessage] = []
        if verdict == "heal":
            log.warning("hole_found", session=record.session, language=record.language, after=place.state.last_seq)
            between = await self._records(partition, max(place.offset, 0), offset)
            stream = record.session, record.language
            own = ((at, one) for at, one in between if (one.session, one.language) == stream)
            for at, missed in valid(place, own):
                place = self._advance(partition, key, place, missed, at, sent)
            self._watch.healed()
        if verdict != "skip":
            self._advance(partition, key, place, record, offset, sent)
        return sent

    def _done_when(self, sent: list[FutureMessage], event: EventT[Any]) -> None:
        """Count the event as done when the broker has all that was sent for it."""
        waiting = set(sent)

        def answered(future: FutureMessage) -> None:
            self._unanswered.discard(future)
            waiting.discard(future)
            if not future.cancelled() and (error := future.exception()) is not None:
                self._fail(error)
            elif not future.cancelled() and not waiting:
                event.ack()

        for future in sent:
            self._unanswered.add(future)
            future.add_done_callback(answered)

    def _advance(  # noqa: PLR0913, PLR0917  the inside of _take
        self, partition: int, key: bytes, place: Place, record: LineRecord, offset: int, sent: list[FutureMessage]
    ) -> Place:
        for after, step, value in advance(place, record.lines, offset):
            place = after
            if isinstance(step, SetAside):
                log.error("line_set_aside", session=step.session, seq=step.last_seq, reason=step.reason)
            sent.append(self._table.publish(partition, key, value))
            self._watch.stepped(step)
        return place

    async def _records(self, partition: int, begin: int, end: int) -> list[tuple[int, LineRecord]]:
        """What the log has between two offsets, without what can't be used."""
        found = []
        for offset, key, value in await self._read_log(partition, begin, end):
            with contextlib.suppress(BadMessage):  # the dead letters have it
                found.append((offset, self._read(partition, key, value)))
        return found

    async def _set_aside(self, event: EventT[Any], reason: str) -> None:
        message = event.message
        self._bad += 1
        if self._bad > MAX_DEAD_LETTERS:
            raise TooManyDeadLetters(
                f"Hardly a record of {self._lines_topic} can be used ({reason}): the worker stops before it fills the "
                "dead letters. Look at them with `captionflow dead-letters list`."
            )
        origin = f"{message.topic}/{message.partition}/{message.offset}"
        headers = {"origin": origin.encode(), "reason": reason[:500].encode()}
        sent = await self._dead_letters.send(key=message.key, value=message.value or b"", headers=headers)
        await sent
        log.error("dead_letter", origin=origin, reason=reason[:500])
        self._watch.set_aside()

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)


def _credentials(security: Mapping[str, Any]) -> CredentialsArg | None:
    """As Faust has them; ``security`` is named as kafka-python names it."""
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
    """The turns topic as a table: what was sent counts at once, but reaches the files when the broker has it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sent: dict[tuple[int, Any], bytes] = {}
        self._deliveries: dict[int, Deliveries] = {}

    @property
    def _files(self) -> Any:
        """One RocksDB for each partition."""
        return self.data

    def value(self, partition: int, key: bytes) -> bytes | None:
        """The newest record of a key."""
        sent = self._sent.get((partition, key))
        return self._files._db_for_partition(partition).get(key) if sent is None else sent

    def missed(self, partition: int, offset: int) -> range:
        """The offsets of lines that were left out before this one."""
        if partition not in self._deliveries:
            self._deliveries[partition] = Deliveries(reached(self._files._db_for_partition(partition).values()))
        return self._deliveries[partition].missed(offset)

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
        """Take what recovery reads, but for records of a worker that slept: they don't advance."""
        reached: dict[tuple[int, Any], int] = {}
        advancing, latest = [], {}
        for event in batch:
            message = event.message
            place = message.partition, message.key
            if place not in reached:
                reached[place] = last_seq(self._files._db_for_partition(message.partition).get(message.key))
            latest[message.tp] = message.offset
            seq = last_seq(message.value)
            if seq > reached[place]:
                reached[place] = seq
                advancing.append(event)
        super().apply_changelog_batch(advancing)
        for tp, offset in latest.items():
            self.data.set_persisted_offset(tp, offset)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """What was sent and not answered may be another worker's by now: the topic tells."""
        self._sent.clear()
        self._deliveries.clear()
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)


class _Recovery(Recovery):
    """Seeks before it lets the fetcher go on.

    Faust 0.15.3 does it the other way round; what was fetched from the wrong place in between is then taken for a gap
    in the topic, and acknowledged. A test fails when Faust's own method changes.
    """

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """See ``Recovery``; the steps are its own, in another order, with no await once the partitions go on."""
        consumer = self.app.consumer
        await self.app.on_rebalance_complete.send()
        self._set_recovery_ended()
        for table in self.tables.values():
            await table.on_recovery_completed(self.actives_for_table[table], self.standbys_for_table[table])
        assignment = consumer.assignment()
        if self.app.consumer_generation_id != generation_id:
            return
        if assignment:
            await self._wait(consumer.perform_seek(), timeout=self.app.conf.broker_request_timeout)
        self.completed.set()
        self.app.flow_control.resume()
        consumer.resume_partitions({tp for tp in assignment if not self._is_changelog_tp(tp)})
        consumer.resume_flow()
        await cast("Any", self.app)._fetcher.maybe_start()
        self.tables.on_actives_ready()
        if not self.app.assignor.assigned_standbys():
            self.tables.on_standbys_ready()
        self.app.on_rebalance_end()
        log.info("segment_ready", partitions=sorted(tp.partition for tp in assignment if not self._is_changelog_tp(tp)))
