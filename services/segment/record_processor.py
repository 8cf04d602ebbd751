"""Turns records of lines into records of steps; records that were not delivered are read from the log first.

Knows no Faust: the worker delivers the records and keeps the table.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import structlog

from captionflow.errors import BadMessage
from captionflow.messages import turns_key
from captionflow.records import check_partition, read_lines
from services.segment.checkpoint import action_for, apply_lines, read_checkpoint, valid_records
from services.segment.safe_steps import SkippedLine

if TYPE_CHECKING:
    from captionflow.messages import LineRecord
    from services.segment.checkpoint import Checkpoint
    from services.segment.worker_events import WorkerEvents

log = structlog.get_logger(__name__)

ReadLog = Callable[[int, int, int], Awaitable[list[tuple[int, bytes | None, bytes | None]]]]
"""(partition, from, to) → (offset, key, value) of the lines topic, from one offset to before the other."""

Sent = TypeVar("Sent")
Sent_co = TypeVar("Sent_co", covariant=True)


class Table(Protocol[Sent_co]):
    """The topic of turns as a table."""

    def value(self, partition: int, key: bytes) -> bytes | None:
        """The newest record of a key, written or on its way."""

    def publish(self, partition: int, key: bytes, value: bytes) -> Sent_co:
        """Write a record to the topic; gives what will tell that the broker has it."""


class RecordProcessor(Generic[Sent]):
    """Processes the records of each partition in their order; what it returns is on its way to the topic."""

    def __init__(
        self, table: Table[Sent], read_log: ReadLog, *, partition_of: Callable[[bytes], int], events: WorkerEvents
    ) -> None:
        self._table = table
        self._read_log = read_log
        self._partition_of = partition_of
        self._events = events

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
        if offsets:
            for offset, record in await self._records(partition, offsets.start, offsets.stop):
                sent += await self.process(partition, offset, record)
        if sent:
            log.warning("records_left_out", partition=partition, first=offsets.start, last=offsets.stop - 1)
            self._events.healed()
        return sent

    async def process(self, partition: int, offset: int, record: LineRecord) -> list[Sent]:
        """Apply a record, and what was left out before it; gives what is on its way to the topic."""
        key = turns_key(record.session, record.language)
        checkpoint = read_checkpoint(self._table.value(partition, key), record.session, record.language)
        action = action_for(checkpoint, record, offset)
        if action == "skip":
            return []
        records = [(offset, record)]
        if action == "heal":
            log.warning("hole_found", session=record.session, language=record.language, after=checkpoint.state.last_seq)
            records = [*await self._left_out(partition, checkpoint, offset), (offset, record)]
            self._events.healed()
        sent: list[Sent] = []
        for at, one in records:
            for after, step, value in apply_lines(checkpoint, one.lines, at):
                checkpoint = after
                if isinstance(step, SkippedLine):
                    log.error("line_set_aside", session=step.session, seq=step.last_seq, reason=step.reason)
                sent.append(self._table.publish(partition, key, value))
                self._events.stepped(step)
        return sent

    async def _left_out(self, partition: int, checkpoint: Checkpoint, end: int) -> list[tuple[int, LineRecord]]:
        """What was to be applied between a checkpoint and an offset."""
        stream = checkpoint.state.session, checkpoint.state.language
        between = await self._records(partition, max(checkpoint.offset, 0), end)
        own = [(offset, record) for offset, record in between if (record.session, record.language) == stream]
        return list(valid_records(checkpoint, own))

    async def _records(self, partition: int, begin: int, end: int) -> list[tuple[int, LineRecord]]:
        """What the log has between two offsets, without what can't be used."""
        found = []
        for offset, key, value in await self._read_log(partition, begin, end):
            with contextlib.suppress(BadMessage):  # if it is delivered, it goes to the dead letters then
                found.append((offset, self.read(partition, key, value)))
        return found
