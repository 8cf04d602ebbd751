"""The line log on Kafka: topic ``lines``, key = session id, one record for one or more consecutive lines.

Several processes may take lines of one session. None owns it: each reads the whole topic, numbers its drafts after the
last line it knows, writes one record, and waits until it has taken everything before that, or has read the record back;
then ``records.is_valid`` says whether it counts. See ``journal``, docs/adr/0023 and 0042.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

import msgspec
from kafka import TopicPartition

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.line_block import BlockSize, RecordHead, read_head
from captionflow.adapters.kafka.sealed_blocks import SealedBlocks
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.errors import BadMessage, Unavailable
from captionflow.messages import VERSION, Draft, Line, LineRecord, Receipt, Stream
from captionflow.notifying import Notifier
from captionflow.numbering import Key, check, number, packed
from captionflow.ports import THE_BEGINNING, Position
from captionflow.recent import Recent
from captionflow.records import check_partition
from captionflow.spanning_rows import SpanningRows

APPEND_SECONDS: Final = 5.0
"""How long a sender waits before it is told to come back."""
UP_TO_DATE_SECONDS: Final = 1.0
"""A line is written by a process that had read, at most so long before, all that the log had. So whoever begins a
passage off the record and waits longer knows that nothing which comes in from then on is written, not even in a record
that turns out void."""
_DRIFT_SECONDS: Final = 0.2
"""That is waited besides: clocks of several machines do not run alike."""
_RECENT_RECORDS: Final = 256
"""The newest records, kept for those who follow, and for a sender's quick retry; 16 MiB at the very most."""
_RECORDS_A_READ: Final = 100

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(LineRecord).decode


class KafkaLineLog(JournalAdapter):
    """``LineLog``: an acknowledged line is on all brokers that must have it, in a record that every reader takes."""

    def __init__(  # noqa: PLR0913 - by name, each with a reason of its own
        self,
        kafka: Kafka,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        append_seconds: float = APPEND_SECONDS,
        gather_ms: int = 0,
        on_passage: Callable[[str], None] = lambda _session: None,
        seals: bool = False,
        size: BlockSize = BlockSize(),  # noqa: B008 - frozen
    ) -> None:
        """``gather_ms``: see ``Journal``.

        ``on_passage``: called with a session that goes off the record, or back on it.
        ``seals``: what becomes a whole block is sealed, so that the next process need not read it.
        """
        self.skipped = Skipped()
        self._kafka = kafka
        self._clock = clock
        self._append_seconds = append_seconds
        self._on_passage = on_passage
        self._rows = SpanningRows()
        self._recent: Recent[tuple[int, int], bytes] = Recent(_RECENT_RECORDS)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._appended = Notifier()
        self._journal = Journal(
            kafka, kafka.lines, self._take, start="beginning", gather_ms=gather_ms, resume=self._resume
        )
        self._sealed = SealedBlocks(kafka, self._journal, size, writes=seals)
        self._index = self._sealed.index

    async def close(self) -> None:
        """Stop, followers too. Repeating it does nothing."""
        await super().close()
        await self._sealed.close()
        self._appended.notify()

    async def append(
        self,
        session: str,
        language: str,
        drafts: Sequence[Draft],
        *,
        said_at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> tuple[Receipt, ...]:
        """See ``LineLog.append``. A batch that is larger than a record becomes several.

        Raises:
            BadMessage: a number below 0 or above ``MAX_NUMBER``, or text that isn't Unicode (a lone surrogate).
            TooLarge: a line that doesn't fit into a record.
        """
        for draft in drafts:
            check(draft)
        if not drafts:
            return ()
        self._journal.check()
        stream = Stream(session, language)
        try:
            async with asyncio.timeout(self._append_seconds), self._locks.setdefault(session, asyncio.Lock()):
                await self._journal.settled(session.encode())
                receipts = await self._append(stream, drafts, said_at, arrived)
        except TimeoutError as error:
            raise Unavailable(
                f"The lines are not known to be safe after {self._append_seconds:g} s: send them again, unchanged; "
                "what was written counts once."
            ) from error
        if any(draft.off_record for draft in drafts):
            await asyncio.sleep(UP_TO_DATE_SECONDS + _DRIFT_SECONDS)
        return receipts

    async def last_number(self, session: str, language: str, sender: str, *, before: int | None = None) -> int | None:
        """See ``LineLog.last_number``."""
        self._journal.check()
        if before is None:
            await self._journal.catch_up(self._topic_partition(session))
        return await self._index.last_number(Stream(session, language), sender, before)

    async def last_lines(
        self, session: str, language: str, sender: str, *, limit: int, after: int = -1
    ) -> tuple[Line, ...]:
        """See ``LineLog.last_lines``."""
        self._journal.check()
        await self._journal.catch_up(self._topic_partition(session))
        stream = Stream(session, language)
        seqs = await self._index.last_seqs(stream, sender, limit, after)
        found = await self._lines(stream, sorted(seqs))
        return tuple(found[seq] for seq in seqs)

    def off_record_languages(self, session: str) -> tuple[str, ...]:
        """In which languages a session is off the record, as far as this process has read."""
        return tuple(stream.language for stream in self._index.off_record_now if stream.session == session)

    def off_record_sessions(self) -> Iterable[str]:
        """The sessions that are, in any language."""
        return {stream.session for stream in self._index.off_record_now}

    def reached(self, session: str, language: str) -> int:
        """The highest ``seq`` that this process has read so far; 0 before the first line."""
        return self._index.last_seq(Stream(session, language))

    async def last_seq(self, session: str, language: str) -> int:
        """See ``LineLog.last_seq``."""
        self._journal.check()
        await self._journal.catch_up(self._topic_partition(session))
        return self.reached(session, language)

    async def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        """See ``LineLog.read``. The end is fixed at the start: it doesn't chase a sender that goes on."""
        tp = self._topic_partition(session)
        await self._journal.catch_up(tp)
        stream = Stream(session, language)
        end = self._index.last_seq(stream)
        while after < end:
            for value in await self._fetch(tp, await self._index.after(stream, after, _RECORDS_A_READ)):
                lines = tuple(line for line in _decode(value).lines if after < line.seq <= end)
                if not lines:
                    return  # it came after the end, while what is before was fetched
                yield LineRecord(session, language, lines)
                after = lines[-1].seq

    async def streams(self) -> Sequence[Stream]:
        """See ``LineLog.streams``."""
        await asyncio.gather(*(self._journal.catch_up(tp) for tp in self._kafka.topic_partitions(self._kafka.lines)))
        return sorted(self._index.streams())

    async def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
        """See ``LineLog.follow``. A position has the next offset of each partition; new records wake it at once."""
        self._journal.check()
        offsets = [int(offset) for offset in after.split(".")] if after else [0] * self._kafka.partitions
        while True:
            appended, idle = self._appended.listen(), True
            for tp in self._kafka.topic_partitions(self._kafka.lines):
                wanted = await self._index.valid_from(tp.partition, offsets[tp.partition], _RECORDS_A_READ)
                idle = idle and not wanted
                values = await self._fetch(tp, wanted)
                for offset, value in zip(wanted, values, strict=True):
                    offsets[tp.partition] = offset + 1
                    yield Position(".".join(map(str, offsets))), _decode(value)
            if idle:
                self._journal.check()
                await appended.wait()

    async def _append(
        self, stream: Stream, drafts: Sequence[Draft], said_at: datetime | None, arrived: datetime | None
    ) -> tuple[Receipt, ...]:
        tp = self._topic_partition(stream.session)
        while True:
            last_seq = self._index.last_seq(stream)
            known = await self._known(stream, drafts)
            await self._journal.up_to_date(tp, UP_TO_DATE_SECONDS)
            if self._index.last_seq(stream) != last_seq:
                continue  # what came meanwhile may be these very lines, written before an outage
            rows = self._rows.of(stream)
            new, receipts = number(
                drafts,
                known,
                last_seq,
                self._clock(),
                said_at,
                arrived=arrived,
                off_record=self._index.off_record(stream),
                rows=rows,
            )
            for lines, encoded in packed(new):
                if not await self._write(stream, lines[0].seq, encoded):
                    break
            else:
                rows.remember()
                return receipts

    async def _write(self, stream: Stream, first_seq: int, lines: bytes) -> bool:
        """Write a record and take all that is before it; whether it is valid."""
        session, language = (_encode(name) for name in stream)
        value = b'{"session":%b,"language":%b,"lines":%b,"v":%d}' % (session, language, lines, VERSION)
        offset = await self._journal.append(stream[0].encode(), value)
        return await self._index.has(stream, offset, first_seq)

    async def _known(self, stream: Stream, drafts: Sequence[Draft]) -> dict[Key, Line]:
        """Those of the drafts' (sender, number) that the log has, with their lines."""
        seqs = await self._index.known(stream, ((draft.sender, draft.number) for draft in drafts))
        found = await self._lines(stream, seqs)
        return {(line.sender, line.number): line for line in found.values()}

    async def _lines(self, stream: Stream, seqs: Sequence[int]) -> dict[int, Line]:
        """The lines with these rising ``seqs``, which the log has."""
        if not seqs:
            return {}
        wanted = set(seqs)
        values = await self._fetch(self._topic_partition(stream[0]), await self._index.holding(stream, seqs))
        lines = (line for value in values for line in _decode(value).lines)
        return {line.seq: line for line in lines if line.seq in wanted}

    async def _fetch(self, tp: TopicPartition, offsets: Sequence[int]) -> list[bytes]:
        """The values of valid records, from memory if all are there."""
        recent = [self._recent.get((tp.partition, offset)) for offset in offsets]
        here = [value for value in recent if value is not None]
        if len(here) == len(offsets):
            return here
        return await self._journal.reader.fetch(tp, offsets)

    def _topic_partition(self, session: str) -> TopicPartition:
        return self._kafka.topic_partition(self._kafka.lines, session.encode())

    async def _take(self, records: Sequence[Record]) -> None:
        for record in records:
            self._take_one(record)
            self._sealed.passed(record)
        self._appended.notify()

    def _take_one(self, record: Record) -> None:
        try:
            head = self._head(record)
        except BadMessage as error:
            self.skipped.foreign(record, str(error))
            return
        stream = Stream(head.session, head.language)
        was_off = stream in self._index.off_record_now
        if not self._index.add(record.partition, record.offset, head, partial(_lines_of, record)):
            self.skipped.void(record)
            return
        if was_off != (stream in self._index.off_record_now):
            self._on_passage(head.session)
        if self._index.off_record(stream) is not None:
            for line in _lines_of(record):
                self._rows.written(stream, line)
        self._recent[record.partition, record.offset] = record.value or b""

    def _resume(self, topic_id: object, ends: Mapping[TopicPartition, int]) -> Awaitable[Mapping[TopicPartition, int]]:
        return self._sealed.resume(topic_id, ends)

    def _head(self, record: Record) -> RecordHead:
        head = read_head(record.key, record.value)
        check_partition(record.partition, self._topic_partition(head.session).partition)
        return head


def _lines_of(record: Record) -> tuple[Line, ...]:
    return _decode(record.value or b"").lines
