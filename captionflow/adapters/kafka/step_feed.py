"""The step feed on Kafka: topic ``turns``, read by every process that wants it.

The key is session and language, as the segment worker's table has it; the partition is that of the session's lines.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.adapters.memory.step_feed import MemoryStepFeed
from captionflow.messages import StepRecord, Stream, turns_key
from captionflow.recent import Recent
from captionflow.records import read_step
from captionflow.transcript import weight

_GATHER_MS: Final = 4
"""Viewers don't notice the delay, and what comes together costs less: ADR 0023."""

_MAX_WEIGHT: Final = 2_000
"""What steps weigh that are kept in one go, but for the last one."""

_encode = msgspec.json.Encoder().encode


class KafkaStepFeed(JournalAdapter):
    """``StepFeed``. One consumer of the topic serves all followers of this process, at the pace of the slowest.

    Steps are published by the segment worker's table; ``publish`` is for tools. ``keep`` gets the steps too, after the
    followers, and those from before that the topic still has.
    """

    def __init__(self, kafka: Kafka, *, keep: Callable[[Sequence[StepRecord]], Awaitable[None]] | None = None) -> None:
        self.skipped = Skipped()
        self._reached: Recent[Stream, int] = Recent()
        self._followers = MemoryStepFeed()
        self._keep = keep
        self._journal = Journal(kafka, kafka.turns, self._take, start="kept" if keep else "now", gather_ms=_GATHER_MS)

    async def publish(self, step: StepRecord) -> None:
        """See ``StepFeed.publish``."""
        self._journal.check()
        await self._journal.append(turns_key(step.session, step.language), _encode(step), beside=step.session.encode())

    def follow(self) -> AsyncIterator[StepRecord]:
        """See ``StepFeed.follow``.

        Raises:
            Unavailable: the topic is not being read yet.
        """
        self._journal.check()
        return self._followers.follow()

    async def _take(self, records: Sequence[Record]) -> None:
        steps: list[StepRecord] = []
        waiting = 0
        for record, step in self.skipped.readable(records, read_step):
            stream = step.stream
            if step.last_seq <= self._reached.get(stream, 0):
                self.skipped.void(record)
                continue
            self._reached[stream] = step.last_seq
            await self._followers.publish(step)
            steps.append(step)
            waiting += weight([step])
            if self._keep is not None and waiting >= _MAX_WEIGHT:
                await self._keep(steps)
                steps, waiting = [], 0
        if self._keep is not None and steps:
            await self._keep(steps)
