"""Writes the parts of the segmenter's steps into the turn store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import structlog

from captionflow.errors import Rejected
from captionflow.retrying import Retry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from captionflow.messages import Part, StepRecord
    from captionflow.ports import DeadLetters, StepQueue
    from captionflow.turns import TurnStore

log = structlog.get_logger(__name__)

_encode = msgspec.json.Encoder().encode


async def _nothing() -> None:
    """A store that is always ready needs no preparation."""


class PartIndexer:
    """Takes steps from a queue, writes their parts, and then tells the queue that they are done.

    No step is skipped: while the store is unavailable it tries again, and ``waiting`` says why. Parts that can never be
    stored go to the dead letters; an outage never makes one.
    """

    def __init__(
        self,
        queue: StepQueue,
        turns: TurnStore,
        dead_letters: DeadLetters | None = None,
        *,
        prepare: Callable[[], Awaitable[object]] = _nothing,
        on_written: Callable[[Sequence[StepRecord]], None] = lambda _: None,
    ) -> None:
        """``prepare`` is called before the first step, ``on_written`` after each batch.

        ``dead_letters`` may be left out if the store never raises ``Rejected``; one that does ends ``run``.
        """
        self._queue = queue
        self._turns = turns
        self._dead_letters = dead_letters
        self._prepare = prepare
        self._on_written = on_written
        self._retry = Retry("index_waits")

    @property
    def waiting(self) -> str:
        """What it waits for now, in a sentence; empty when it works."""
        return self._retry.waiting

    async def run(self) -> None:
        """Work until cancelled."""
        await self._retry.call(self._prepare)
        while True:
            steps = await self._queue.take()
            await self._retry.call(partial(self.write, steps))
            self._on_written(steps)
            await self._queue.done()
            log.debug("steps_indexed", steps=len(steps))

    async def write(self, steps: Sequence[StepRecord]) -> None:
        """Write their parts; those that can never be stored go to the dead letters.

        Raises:
            Unavailable: the store can't be reached.
        """
        try:
            await self._turns.apply(steps)
        except Rejected as error:
            if self._dead_letters is None:
                raise
            for part in error.parts:
                await _set_aside(self._dead_letters, part, str(error))


async def _set_aside(dead_letters: DeadLetters, part: Part, reason: str) -> None:
    origin = f"{part.turn_id}/{part.number}"
    log.error("dead_letter", origin=origin, version=part.version, reason=reason)
    try:
        value = _encode(part)
    except UnicodeEncodeError:  # half of a surrogate pair; its lines are in the log
        value = b""
    await dead_letters.put(value, key=part.session.encode(), origin=origin, reason=reason)
