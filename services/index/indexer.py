"""Brings the segmenter's steps into the turn store, and what they say of their sessions into the session store."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from captionflow.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from captionflow.messages import Facts, Session, StepRecord
    from captionflow.ports import SessionStore, StepFeed, TurnStore

log = structlog.get_logger(__name__)

MAX_BATCH = 500
"""Steps written in one go."""

MAX_WAIT_SECONDS = 10.0
"""Between two tries while the store can't be reached."""


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
        self.waiting = ""

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
            await self._insist(partial(self._learn, session, facts))
        await self._insist(partial(self._turns.apply, batch))
        log.debug("steps_indexed", steps=len(batch))

    async def _learn(self, session: str, facts: Facts) -> None:
        try:
            before = (await self._sessions.get(session)).version
        except NotFound:
            before = 0
        after = await self._sessions.learn(session, facts, at=datetime.now(UTC))
        if after.version != before:
            self._on_session(after)

    async def _insist(self, call: Callable[[], Awaitable[None]]) -> None:
        """Call until it is possible; the waits grow, and differ, so that many don't come back at once."""
        tries = 0
        while True:
            try:
                await call()
            except Unavailable as error:
                self.waiting = str(error)
                tries += 1
                seconds = min(MAX_WAIT_SECONDS, max(error.retry_after, 0.05) * 2 ** min(tries - 1, 8))
                seconds *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
                log.warning("index_waits", reason=str(error), tries=tries, seconds=round(seconds, 2))
                await asyncio.sleep(seconds)
            else:
                self.waiting = ""
                return
