"""Turns records of lines into records of steps; records that were not delivered are read from the log first.

Knows no Faust: the worker delivers the records and keeps the table.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

import structlog

from captionflow.errors import BadMessage
from captionflow.kept import Kept
from captionflow.messages import Stream, turns_key
from captionflow.records import check_partition, read_lines
from services.segment.checkpoint import Checkpoint, action_for, apply_lines, read_checkpoint, restored, valid_records
from services.segment.safe_steps import SkippedLine
from services.segment.segmenter import start

if TYPE_CHECKING:
    from captionflow.messages import LineRecord
    from services.segment.worker_events import WorkerEvents

log = structlog.get_logger(__name__)

ReadLog = Callable[[int, int, int], Awaitable[list[tuple[int, bytes | None, bytes | None]]]]
"""(partition, from, to) → (offset, key, value) of the lines topic, from one offset to before the other."""

READ_RECORDS: Final = 1_000
"""So many at a time: what has to be read may be all of the log."""

Sent = TypeVar("Sent")


class Table(Protocol[Sent]):
    """The topic of turns as a table."""

    def value(self, partition: int, key: bytes) -> bytes | None:
        """The newest record of a key, written or on its way."""

    def publish(self, partition: int, key: bytes, value: bytes) -> Sent:
        """Write a record to the topic; gives what will tell that the broker has it."""

    async def settled(self, sent: Sequence[Sent]) -> None:
        """Return when the broker has all of it."""


class RecordProcessor(Generic[Sent]):
    """Processes the records of each partition in their order; what it returns is on its way to the topic."""

    def __init__(
        self, table: Table[Sent], read_log: ReadLog, *, partition_of: Callable[[bytes], int], events: WorkerEvents
    ) -> None:
        self._table = table
        self._read_log = read_log
        self._partition_of = partition_of
        self._events = events
        self._checkpoints: Kept[tuple[int, bytes], tuple[bytes, Checkpoint]] = Kept()
        """Beside the record that has it, which is not read for each line then."""

    def read(self, partition: int, key: bytes | None, value: bytes | None) -> LineRecord:
        """The record of lines in a message.

        Raises:
            BadMessage: it is none, or not in the partition of its session.
        """
        record = read_lines(key, value)
        check_partition(partition, self._partition_of(record.session.encode()))
        return record

    async def process_gap(self, partition: int, offsets: range) -> list[Sent]:
        """Process the records that were not delivered, of all sessions, in the order of the log."""
        sent: list[Sent] = []
        published = False
        async for records in self._records(partition, offsets.start, offsets.stop):
            await self._table.settled(sent)
            sent = []
            for offset, record in records:
                sent += await self.process(partition, offset, record)
            published = published or bool(sent)
        if published:
            log.warning("records_left_out", partition=partition, first=offsets.start, last=offsets.stop - 1)
            self._events.healed()
        return sent

    async def process(self, partition: int, offset: int, record: LineRecord) -> list[Sent]:
        """Apply a record, and what was left out before it; gives what is on its way to the topic."""
        key = turns_key(record.session, record.language)
        checkpoint = self._checkpoint(partition, key, record.stream)
        if action_for(checkpoint, record, offset) == "skip":
            return []
        if checkpoint.shelved:
            checkpoint = await self._restored(partition, checkpoint)
        sent: list[Sent] = []
        if action_for(checkpoint, record, offset) == "heal":
            log.warning("hole_found", session=record.session, language=record.language, after=checkpoint.state.last_seq)
            async for records in self._own(partition, record.stream, max(checkpoint.offset, 0), offset):
                await self._table.settled(sent)
                sent = []
                for at, one in list(valid_records(checkpoint, records)):
                    checkpoint = self._apply(partition, checkpoint, at, one, sent)
            self._events.healed()
        self._apply(partition, checkpoint, offset, record, sent)
        return sent

    def _checkpoint(self, partition: int, key: bytes, stream: Stream) -> Checkpoint:
        """In the newest record of a stream."""
        value, known = self._table.value(partition, key), self._checkpoints.get((partition, key))
        if known is not None and known[0] == value:
            return known[1]
        return read_checkpoint(value, *stream)

    def _apply(
        self, partition: int, checkpoint: Checkpoint, offset: int, record: LineRecord, sent: list[Sent]
    ) -> Checkpoint:
        """Publish what a record says; the checkpoint after it."""
        key = turns_key(record.session, record.language)
        for after, step, value in apply_lines(checkpoint, record.lines, offset):
            checkpoint = after
            if isinstance(step, SkippedLine):
                log.error("line_set_aside", session=step.session, seq=step.last_seq, reason=step.reason)
            sent.append(self._table.publish(partition, key, value))
            self._checkpoints.keep((partition, key), (value, checkpoint), over=checkpoint.state.over)
            self._events.stepped(step)
        return checkpoint

    async def _restored(self, partition: int, shelved: Checkpoint) -> Checkpoint:
        """What a shelved checkpoint was, made of the log again."""
        stream = Stream(shelved.state.session, shelved.state.language)
        checkpoint = Checkpoint(start(*stream))
        async for records in self._own(partition, stream, max(shelved.first, 0), shelved.offset + 1):
            checkpoint = restored(checkpoint, records, up_to=shelved)
        log.info("state_restored", **stream._asdict(), last_seq=checkpoint.state.last_seq)
        return checkpoint

    async def _own(
        self, partition: int, stream: Stream, begin: int, end: int
    ) -> AsyncIterator[list[tuple[int, LineRecord]]]:
        """What the log has of one stream between two offsets, some records at a time."""
        async for records in self._records(partition, begin, end):
            yield [(offset, record) for offset, record in records if record.stream == stream]

    async def _records(self, partition: int, begin: int, end: int) -> AsyncIterator[list[tuple[int, LineRecord]]]:
        """What the log has between two offsets, without what can't be used, some records at a time."""
        for first in range(begin, end, READ_RECORDS):
            found = []
            for offset, key, value in await self._read_log(partition, first, min(first + READ_RECORDS, end)):
                with contextlib.suppress(BadMessage):  # if it is delivered, it goes to the dead letters then
                    found.append((offset, self.read(partition, key, value)))
            yield found
