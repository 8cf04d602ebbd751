"""Retries while something can't be reached: one policy for all callers, exponential back-off with jitter."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

import structlog

from captionflow.errors import Conflict, Unavailable

log = structlog.get_logger(__name__)

FIRST_SECONDS: Final = 0.05
LONGEST_SECONDS: Final = 10.0
MAX_TRIES: Final = 5
"""Attempts of a change that meets other changes."""

T = TypeVar("T")


class Backoff:
    """How long to wait before the next try: twice as long each time, up to a limit.

    Each wait is shortened at random, to between half of it and all of it, so that many clients that lost the same
    server don't come back at once.
    """

    def __init__(
        self,
        *,
        first_seconds: float = FIRST_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``chance`` gives a number from 0 to below 1."""
        self._first = first_seconds
        self._longest = longest_seconds
        self._chance = chance
        self.tries = 0
        """Failures since the last success."""

    def failed(self, *, asked_seconds: float = 0.0) -> float:
        """Seconds to wait now. ``asked_seconds`` is what the server asked for: it begins with that, if longer."""
        self.tries += 1
        doubled = max(self._first, asked_seconds) * 2.0 ** min(self.tries - 1, 30)
        return min(self._longest, doubled) * (0.5 + self._chance() / 2)

    def succeeded(self) -> None:
        """Begin with the shortest wait again."""
        self.tries = 0


async def despite_conflicts(attempt: Callable[[], Awaitable[T]], *, tries: int = MAX_TRIES) -> T:
    """The result of the first attempt that meets no change of somebody else's, which is a ``Conflict``.

    Each attempt begins with what is there now. What the last one raises is raised.
    """
    for _ in range(tries - 1):
        with suppress(Conflict):
            return await attempt()
    return await attempt()


class Retry:
    """Calls until it succeeds. ``waiting`` is a sentence that says for what it waits now; empty if it does not."""

    def __init__(self, event: str, backoff: Backoff | None = None) -> None:
        """``event`` is what the log calls a wait, for example ``index_waits``."""
        self.waiting = ""
        self._event = event
        self._backoff = backoff or Backoff()

    async def call(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The result of the first attempt that does not raise ``Unavailable``; other errors are raised."""
        while True:
            try:
                result = await attempt()
            except Unavailable as error:
                await self.wait(error)
            else:
                self.succeeded()
                return result

    async def wait(self, error: Unavailable) -> None:
        """Log this error, and wait before the next attempt."""
        self.waiting = str(error)
        seconds = self._backoff.failed(asked_seconds=error.asked_seconds)
        log.warning(self._event, reason=self.waiting, tries=self._backoff.tries, seconds=round(seconds, 2))
        await asyncio.sleep(seconds)

    def succeeded(self) -> None:
        """An attempt succeeded: nothing is waited for."""
        self.waiting = ""
        self._backoff.succeeded()
