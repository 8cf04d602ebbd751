"""One topic as a journal: every process reads all of its records in order, and a writer sees its own come back.

Kafka has no conditional append. So a writer reads the topic too, and a rule that looks only at earlier records says of
each record whether it is valid. A writer that was not up to date finds its record void once it has read everything
before it, and tries again knowing more. So all processes agree without an owner, a lock or a transaction.
"""

import asyncio
import math
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, NamedTuple, TypeVar

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.failures import lost, translated
from captionflow.adapters.kafka.leaders import leaders_of, others_lead
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.record_fetcher import Reader
from captionflow.errors import CaptionflowError, Unavailable
from captionflow.notifying import Notifier
from captionflow.retrying import Backoff

log = structlog.get_logger(__name__)

_POLL_MS: Final = 2_000
"""How often it is looked what has no records for us, and moves on all the same."""
_FETCH_WAIT_MS: Final = 5_000
"""How long a broker that has nothing new holds a fetch. What comes meanwhile is answered at once; but when a broker is
lost and each of the others holds one, so long nobody says which of them leads now."""
_AWAY_MS: Final = 250
"""How long a poll rests that has no broker to ask: a process has up to six of them, and an outage lasts."""
_POLL_RECORDS: Final = 500
_MANY: Final = 50
"""Records at once of which nobody gathers more: there is a backlog to be read."""
_FIRST_WAIT_SECONDS: Final = 0.2
_LONGEST_WAIT_SECONDS: Final = 5.0
_JOIN_SECONDS: Final = 0.5
"""A thread that is just trying to reach a broker is left alone: it ends when it can't, and touches nothing more."""


_T = TypeVar("_T")


class Record(NamedTuple):
    """What a topic has, whether it was read or just written."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


Take = Callable[[Sequence[Record]], Awaitable[None]]

Resume = Callable[[object, Mapping[TopicPartition, int]], Awaitable[Mapping[TopicPartition, int]]]
"""From the topic's id, and where each partition ends, to where to begin: everything before that is known already.

It is called in the thread, and what it returns is awaited in the event loop.
"""


class Journal:
    """A topic that is read from ``start`` on by a thread; ``take`` gets all records, in order, in the event loop.

    ``beginning``: the first record ever, which must still be there; ``kept``: the first that is still there.

    ``take`` is awaited before more is read, so a slow one holds the reading up and memory stays bounded. With
    ``gather_ms`` it is looked for more that long after the last time at the soonest: what comes fast is taken together,
    which is less work for both sides; what comes after a silence is taken at once, and so is what somebody waits for.
    What was taken when it was written is not read at all, as far as nothing else came between.
    """

    def __init__(  # noqa: PLR0913 - by name, each with a reason of its own
        self,
        kafka: Kafka,
        topic: str,
        take: Take,
        *,
        start: Literal["beginning", "kept", "now"],
        gather_ms: int = 0,
        resume: Resume | None = None,
    ) -> None:
        """``resume`` says where to begin the first time; else it is with the first record."""
        self.kafka = kafka
        self.topic = topic
        self.reader = Reader(kafka, topic)
        self._producer = Producer(kafka)
        self._take = take
        self._start = start
        self._resume = resume
        self._gather_seconds = gather_ms / 1_000
        self._loop: asyncio.AbstractEventLoop  # since ``start``
        self._topic_id: object = None
        self._positions: dict[TopicPartition, int] = {}
        self._whole_at: dict[TopicPartition, float] = {}
        """When a partition had nothing, at the latest, that was not taken by now."""
        self._ends: dict[TopicPartition, int] = {}
        self._ready = False
        self._problem = ""
        self._broken: BaseException | None = None
        self._moved = Notifier()
        self._taking = asyncio.Lock()
        self._writing: dict[bytes, asyncio.Task[int]] = {}
        self._backoff = Backoff(first_seconds=_FIRST_WAIT_SECONDS, longest_seconds=_LONGEST_WAIT_SECONDS)
        self._stopping = threading.Event()
        self._awaited = threading.Event()
        """Somebody waits for what was not read yet."""
        self._consumer: KafkaConsumer | None = None
        self._thread = threading.Thread(target=self._run, name=f"{topic}-tail", daemon=True)

    def start(self) -> None:
        """Begin to read, for the event loop that runs now; once. Before it, ``check`` says that nothing was read."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def check(self) -> None:
        """Return if everything that was there at the start has been read.

        Raises:
            Unavailable: not yet, or it was closed.
            Misconfigured: the topic can't be used.
        """
        if self._broken is not None:
            raise self._broken.with_traceback(None)  # raised again and again, it would keep every caller's frames
        if self._stopping.is_set():
            raise Unavailable(f"The topic {self.topic} was closed.")
        if not self._ready:
            raise Unavailable(self._problem or f"The topic {self.topic} is still being read: retry.")

    async def ready(self) -> None:
        """Wait until ``check`` passes; however long no broker answers.

        Raises:
            Misconfigured: see ``check``.
            RuntimeError: it was not started, so it would never pass.
        """
        if self._thread.ident is None:
            raise RuntimeError(f"The reading of {self.topic} was not started: call start() before ready().")
        while True:
            moved = self._moved.listen()
            try:
                return self.check()
            except Unavailable:
                if self._stopping.is_set():
                    raise
            await moved.wait()

    async def append(self, key: bytes, value: bytes, *, beside: bytes | None = None) -> int:
        """Write a record and wait until ``take`` has had it; its offset. It goes on if the caller gives up.

        It goes to the partition of its key, or of another one that it must be ``beside``.

        Raises:
            Unavailable: it could not be written in 30 seconds. It may have been, all the same: ``take`` will tell.
            Misconfigured: no retry helps.
        """
        writing = asyncio.create_task(self._append(self.kafka.topic_partition(self.topic, beside or key), key, value))
        self._writing[key] = writing
        writing.add_done_callback(partial(self._written, key))
        return await asyncio.shield(writing)

    async def settled(self, key: bytes) -> None:
        """Wait until it is known what became of the record with this key that was given up before, if there was one.

        So no two are on their way at once, and the second one is made knowing the first.
        """
        if key in self._writing:
            await asyncio.wait([self._writing[key]])

    async def catch_up(self, tp: TopicPartition) -> None:
        """Wait until all records that the partition has now have been taken.

        Raises:
            Unavailable: no broker says what it has.
        """
        self.check()
        await self._reach(tp, await self.reader.end(tp))

    async def up_to_date(self, tp: TopicPartition, seconds: float) -> None:
        """Return if all was taken that the partition had at most so long ago; catch up first if that is not known.

        Raises:
            Unavailable: no broker says what it has.
        """
        now = time.monotonic()
        if now - self._whole_at.get(tp, -math.inf) > seconds:
            await self.catch_up(tp)
            self._whole_at[tp] = max(now, self._whole_at.get(tp, now))

    async def fail(self, problem: CaptionflowError) -> None:
        """What was taken can't be used: ``check`` raises this from now on."""
        log.error("topic_given_up", topic=self.topic, reason=str(problem))
        await self._break(problem)

    async def close(self) -> None:
        """Stop reading and writing. Repeating it does nothing."""
        self._stopping.set()
        self._awaited.set()
        self._moved.notify()
        await self._producer.close()
        await self.reader.close()
        if self._consumer is not None:
            await asyncio.to_thread(self._consumer.close, timeout_ms=0)  # so ends the poll that the thread is in
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join, _JOIN_SECONDS)

    async def _append(self, tp: TopicPartition, key: bytes, value: bytes) -> int:
        before, began = self._positions.get(tp, 0), time.monotonic()
        offset = await self._producer.send(tp, key, value)
        if 0 <= offset < before:
            await self._break(lost(self.topic))  # where it went something else was read: this is another topic
            self.check()
        if self._positions.get(tp) == offset:  # all that is before it was taken, so it need not come back for that
            await self._took({tp: [Record(tp.topic, tp.partition, offset, key, value)]})
        await self._reach(tp, offset + 1)
        self._whole_at[tp] = max(began, self._whole_at.get(tp, began))
        return offset

    def _written(self, key: bytes, writing: asyncio.Task[int]) -> None:
        if self._writing.get(key) is writing:
            del self._writing[key]
        if not writing.cancelled():
            writing.exception()  # marked as seen: a caller that still waits gets it, one that gave up was told before

    async def _reach(self, tp: TopicPartition, offset: int) -> None:
        while self._positions.get(tp, 0) < offset:
            moved = self._moved.listen()
            if self._broken is not None or self._stopping.is_set():
                self.check()
            self._awaited.set()
            await moved.wait()

    # --- in the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read()
                continue
            except KafkaError as error:
                problem: BaseException = translated(error, self.kafka.servers, self.topic)
            except Exception as error:  # noqa: BLE001  told to everybody who calls
                problem = error
            if self._stopping.is_set():
                return
            if not isinstance(problem, Unavailable):
                log.error("topic_not_read", topic=self.topic, reason=str(problem), exc_info=_unexpected(problem))
                self._in_loop(self._break(problem))
                return
            self._problem = str(problem)
            seconds = self._backoff.failed()
            log.warning("topic_waited_for", topic=self.topic, reason=str(problem), seconds=round(seconds, 2))
            self._stopping.wait(seconds)

    def _read(self) -> None:
        """Read until it is stopped, or until other brokers lead.

        A partition that moved to another broker would wait for what that broker is asked already: it answers one fetch
        of a client after the other, and holds each until it has something new. A new consumer waits for none.
        """
        consumer = self.kafka.consumer(max_poll_records=_POLL_RECORDS, fetch_max_wait_ms=_FETCH_WAIT_MS)
        self._consumer = consumer
        try:
            self.kafka.check(consumer, self.topic)
            self._check_identity(consumer)
            tps = self.kafka.topic_partitions(self.topic)
            consumer.assign(tps)
            positions = self._begin(consumer, tps)
            for tp, offset in positions.items():
                consumer.seek(tp, offset)
            self._in_loop(self._moved_to(positions))
            self._backoff.succeeded()
            consumer.config["retry_backoff_ms"] = _AWAY_MS  # what it is made of has its own: here, only that rest
            leaders = leaders_of(consumer, tps)
            while not self._stopping.is_set() and not others_lead(leaders_of(consumer, tps), leaders):
                self._pass_over_taken(consumer, positions)
                records = consumer.poll(_POLL_MS)
                self._check_identity(consumer)
                positions |= {tp: found[-1].offset + 1 for tp, found in records.items()}
                if records:
                    self._in_loop(self._took({tp: _read(found) for tp, found in records.items()}))
                    if sum(map(len, records.values())) < _MANY:
                        self._gather()
                else:  # what has no records for us moves on too: marks of other people's transactions
                    self._in_loop(self._moved_to({tp: consumer.position(tp, 0) or 0 for tp in tps}))
        finally:
            consumer.close(timeout_ms=0)

    def _gather(self) -> None:
        """Wait for more, unless somebody waits for what is there."""
        if self._gather_seconds and not self._stopping.is_set():
            self._awaited.wait(self._gather_seconds)
            self._awaited.clear()

    def _pass_over_taken(self, consumer: KafkaConsumer, reached: dict[TopicPartition, int]) -> None:
        """Go on behind what this process has written and taken. ``reached``: up to where the consumer has given all."""
        for tp, offset in reached.items():
            taken = self._positions[tp]
            if taken > offset:
                consumer.seek(tp, taken)
                reached[tp] = taken

    def _check_identity(self, consumer: KafkaConsumer) -> None:
        """A topic that was deleted and made again has the same name and offsets, and none of what was acknowledged."""
        found = consumer._cluster.topic_id(self.topic)  # noqa: SLF001  kafka-python shows it nowhere else
        if self._topic_id is None:
            self._topic_id = found
        elif found is not None and found != self._topic_id:
            raise lost(self.topic)

    def _begin(self, consumer: KafkaConsumer, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Where to go on, or where to start the first time."""
        reached = dict(self._positions)  # before it is asked where they end: what is written meanwhile is taken, too
        first = {tp: int(offset) for tp, offset in consumer.beginning_offsets(tps).items()}
        ends = {tp: int(offset) for tp, offset in consumer.end_offsets(tps).items()}
        if reached:
            if any(not first[tp] <= reached[tp] <= ends[tp] for tp in tps):
                raise lost(self.topic)
            return reached
        if self._start == "now":
            self._ends = ends
            return ends
        if self._start == "beginning" and any(first.values()):
            raise lost(self.topic)
        self._ends = ends
        return first if self._resume is None else dict(self._in_loop(self._resume(self._topic_id, ends)))

    def _in_loop(self, work: Awaitable[_T]) -> _T:
        """Run it in the event loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()  # type: ignore[arg-type]

    # --- for the thread, in the event loop --------------------------------------------------------------------------

    async def _took(self, batch: Mapping[TopicPartition, Sequence[Record]]) -> None:
        async with self._taking:
            for tp, records in batch.items():
                new = [record for record in records if record.offset >= self._positions[tp]]
                if new:
                    await self._take(new)
                    self._positions[tp] = new[-1].offset + 1
        self._note()

    async def _moved_to(self, positions: dict[TopicPartition, int]) -> None:
        for tp, offset in positions.items():
            self._positions[tp] = max(offset, self._positions.get(tp, 0))
        self._note()

    async def _break(self, problem: BaseException) -> None:
        self._broken = problem
        self._moved.notify()

    def _note(self) -> None:
        if not self._ready and all(self._positions[tp] >= end for tp, end in self._ends.items()):
            self._ready = True
            log.info("topic_read", topic=self.topic, records=sum(self._positions.values()))
        self._moved.notify()


def _read(found: Sequence[ConsumerRecord]) -> list[Record]:
    return [Record(one.topic, one.partition, one.offset, one.key, one.value) for one in found]


def _unexpected(problem: BaseException) -> BaseException | None:
    return None if isinstance(problem, CaptionflowError) else problem
