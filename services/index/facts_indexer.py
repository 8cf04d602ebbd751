"""Writes what the segmenter's steps say of their sessions (title, date, status) into the session store.

Apart from the parts, so that on Kafka a session goes live and ends also while the search index can't be reached.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from captionflow.errors import NotFound
from captionflow.retrying import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from captionflow.messages import Facts, Session, StepRecord
    from captionflow.ports import SessionStore, StepQueue


class FactsIndexer:
    """Takes steps from a queue, writes the newest facts of each session, and then tells the queue that they are done.

    No facts are skipped: while the session store is unavailable it tries again, and ``waiting`` says why.

    In one process it must have written a step's facts before the part indexer gets that step: after a crash the
    runner makes again only the steps that the stored turns don't reflect. The queues of that process ensure this. On
    Kafka the two are independent, since the topic gives each of them again what it did not commit.
    """

    def __init__(
        self, queue: StepQueue, sessions: SessionStore, *, on_session: Callable[[Session], None] | None = None
    ) -> None:
        """``on_session`` is told of each session that changed because of what its text said.

        Where nobody has to be told, as on Kafka, the store is not asked what it knew before.
        """
        self._queue = queue
        self._sessions = sessions
        self._on_session = on_session
        self._retry = Retry("index_waits")

    @property
    def waiting(self) -> str:
        """What it waits for now, in a sentence; empty when it works."""
        return self._retry.waiting

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            steps = await self._queue.take()
            await self.write(steps)
            await self._queue.done()

    async def write(self, steps: Sequence[StepRecord]) -> None:
        """Write the newest facts of each of their sessions, as soon as the store can take them."""
        latest = {step.session: step.facts for step in steps if step.facts is not None}
        for session, facts in latest.items():
            await self._retry.call(partial(self._learn, session, facts))

    async def _learn(self, session: str, facts: Facts) -> None:
        before = None if self._on_session is None else await self._version(session)
        after = await self._sessions.learn(session, facts, at=datetime.now(UTC))
        if self._on_session is not None and after.version != before:
            self._on_session(after)

    async def _version(self, session: str) -> int:
        try:
            return (await self._sessions.get(session)).version
        except NotFound:
            return 0
