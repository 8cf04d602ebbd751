"""Takes records of lines: what was left out before each is read from the log, then it becomes steps.

Knows no Faust: what delivers the records and keeps the table is the worker's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import structlog

from captionflow.errors import BadMessage
from captionflow.messages import turns_key
from services.segment.checkpoint import advance, judge, read_lines, read_place, valid
from services.segment.safe_steps import SetAside

if TYPE_CHECKING:
    from captionflow.messages import LineRecord
    from services.segment.checkpoint import Place
    from services.segment.worker_events import Watch

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


class Taker(Generic[Sent]):
    """Takes the records of each partition in their order; what it returns is on its way to the topic."""

    def __init__(
        self, table: Table[Sent], read_log: ReadLog, *, partition_of: Callable[[bytes], int], watch: Watch
    ) -> None:
        self._table = table
        self._read_log = read_log
        self._partition_of = partition_of
        self._watch = watch

    async def make_up_for(self, partition: int, offsets: range) -> list[Sent]:
        """Step through what was left out, whosever it is: which of two records won a race, only the order tells."""
        sent: list[Sent] = []
        if offsets:
            for offset, record in await self._records(partition, offsets.start, offsets.stop):
                sent += await self.step(partition, offset, record)
        if sent:
            log.warning("records_left_out", partition=partition, first=offsets.start, last=offsets.stop - 1)
            self._watch.healed()
        return sent

    def read(self, partition: int, key: bytes | None, value: bytes | None) -> LineRecord:
        """A record of lines that is in the partition where its session's lines are, as whoever numbers lines does.

        Raises ``BadMessage`` for what is none.
        """
        record = read_lines(key, value)
        if partition != self._partition_of(record.session.encode()):
            raise BadMessage("It is in another partition than its key says: its writer needs the murmur2 partitioner.")
        return record

    async def step(self, partition: int, offset: int, record: LineRecord) -> list[Sent]:
        """Apply a record, and what was left out before it; gives what is on its way to the topic."""
        key = turns_key(record.session, record.language)
        place = read_place(self._table.value(partition, key), record.session, record.language)
        verdict = judge(place, record, offset)
        sent: list[Sent] = []
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

    def _advance(  # noqa: PLR0913, PLR0917  the inside of step
        self, partition: int, key: bytes, place: Place, record: LineRecord, offset: int, sent: list[Sent]
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
            with contextlib.suppress(BadMessage):  # whoever is given it sets it aside; it stays in the log
                found.append((offset, self.read(partition, key, value)))
        return found
