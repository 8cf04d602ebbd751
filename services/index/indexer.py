"""Brings the segmenter's steps into the turn store, and what they say of their sessions into the session store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from captionflow.errors import NotFound
from services.index.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from captionflow.messages import Facts, Session, StepRecord
    from captionflow.ports import SessionStore, StepFeed, TurnStore

log = structlog.get_logger(__name__)

MAX_BATCH = 500
"""Steps written in one go."""


class Indexer:
    """Follows the step feed: what comes while a batch is written makes up the next one.

    It never skips a step: while the store is unavailable it tries again, and lets the feed wait; ``waiting`` says for
    what, and is empty otherwise. ``on_session`` is told of each session that changed because of what its text said.
    """

    def __init__(
        self,
        feed: StepFeed,
        turns: TurnStore,
        sessions: SessionStore,
        *,
        on_session: Callable[[Session], None] = lambda _: None,
    ) -> None:
        self._feed = feed
        self._turns = turns
        self._sessions = sessions
        self._on_session = on_session
        self._steps: asyncio.Queue[StepRecord] = asyncio.Queue(MAX_BATCH)
        self._patience = Patience()

    @property
    def waiting(self) -> str:
        """For what it waits now."""
        return self._patience.waiting

    async def run(self) -> None:
        """Follow the feed until cancelled."""
        steps = self._feed.follow()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write())
            async for step in steps:
                await self._steps.put(step)

    async def _write(self) -> None:
        while True:
            batch = [await self._steps.get()]
            while len(batch) < MAX_BATCH and not self._steps.empty():
                batch.append(self._steps.get_nowait())
            await self._apply(batch)

    async def _apply(self, batch: Sequence[StepRecord]) -> None:
        # First, because a step that the turns reflect is never made again: a stop in between must not lose its facts.
        latest = {step.session: step.facts for step in batch if step.facts is not None}
        for session, facts in latest.items():
            await self._patience.insist(partial(self._learn, session, facts))
        await self._patience.insist(partial(self._turns.apply, batch))
        log.debug("steps_indexed", steps=len(batch))

    async def _learn(self, session: str, facts: Facts) -> None:
        try:
            before = (await self._sessions.get(session)).version
        except NotFound:
            before = 0
        after = await self._sessions.learn(session, facts, at=datetime.now(UTC))
        if after.version != before:
            self._on_session(after)
