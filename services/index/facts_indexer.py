"""Brings what the steps of a shared queue say of their sessions into the session store.

On its own, beside the archive: a session goes live and ends while the archive can't be reached.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from services.index.patience import Patience

if TYPE_CHECKING:
    from captionflow.messages import Facts
    from captionflow.ports import SessionStore, StepQueue

log = structlog.get_logger(__name__)


class Learner:
    """It never skips a fact: while the session store is unavailable it tries again."""

    def __init__(self, queue: StepQueue, sessions: SessionStore) -> None:
        self._queue = queue
        self._sessions = sessions
        self._patience = Patience()

    @property
    def waiting(self) -> str:
        """For what it waits now, in a sentence; empty when it goes on."""
        return self._patience.waiting

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            steps = await self._queue.take()
            latest = {step.session: step.facts for step in steps if step.facts is not None}
            for session, facts in latest.items():
                await self._patience.insist(partial(self._learn, session, facts))
            await self._queue.done()

    async def _learn(self, session: str, facts: Facts) -> None:
        await self._sessions.learn(session, facts, at=datetime.now(UTC))
