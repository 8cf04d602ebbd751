"""Brings the steps of a shared queue into the turn store; counts them as done when it has them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import structlog

from captionflow.errors import Rejected
from services.index.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from captionflow.messages import Part, StepRecord
    from captionflow.ports import DeadLetters, StepQueue, TurnStore

log = structlog.get_logger(__name__)

_encode = msgspec.json.Encoder().encode


class Archiver:
    """It never skips a step: while the store is unavailable it tries again, and an outage is never a dead letter.

    ``prepare`` is called before the first step. ``on_written`` is told of each batch.
    """

    def __init__(
        self,
        queue: StepQueue,
        turns: TurnStore,
        dead_letters: DeadLetters,
        *,
        prepare: Callable[[], Awaitable[object]],
        on_written: Callable[[Sequence[StepRecord]], None] = lambda _: None,
    ) -> None:
        self._queue = queue
        self._turns = turns
        self._dead_letters = dead_letters
        self._prepare = prepare
        self._on_written = on_written
        self._patience = Patience()

    @property
    def waiting(self) -> str:
        """For what it waits now, in a sentence; empty when it goes on."""
        return self._patience.waiting

    async def run(self) -> None:
        """Work until cancelled."""
        await self._patience.insist(self._prepare)
        while True:
            steps = await self._queue.take()
            await self._patience.insist(partial(self._write, steps))
            self._on_written(steps)
            await self._queue.done()

    async def _write(self, steps: Sequence[StepRecord]) -> None:
        try:
            await self._turns.apply(steps)
        except Rejected as error:
            for part in error.parts:
                await self._set_aside(part, str(error))

    async def _set_aside(self, part: Part, reason: str) -> None:
        origin = f"{part.turn_id}/{part.number}"
        log.error("dead_letter", origin=origin, version=part.version, reason=reason)
        try:
            value = _encode(part)
        except UnicodeEncodeError:  # half of a surrogate pair: what it was made of is in the log
            value = b""
        await self._dead_letters.put(value, key=part.session.encode(), origin=origin, reason=reason)
