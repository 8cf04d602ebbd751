"""Work that takes the processor for longer than a moment, away from the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from captionflow.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

Result = TypeVar("Result")

MAX_WAITING: Final = 64
"""Pieces of work that wait for their turn."""


class Run(Protocol):
    """Does a piece of work in the thread."""

    async def __call__(self, work: Callable[[], Result]) -> Result:
        """What it returns, or raises."""


class OffLoop:
    """One thread: what readers ask for is made one after the other, and never takes more than half of the processor.

    Python runs one thread at a time and passes on soon (``services.process``), so that the loop goes on.
    """

    def __init__(self, name: str, *, max_waiting: int = MAX_WAITING) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"captionflow-{name}")
        self._max_waiting = max_waiting
        self._waiting = 0
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Run]:
        """Nobody else's work is done meanwhile: for what comes in pieces, of which others should not hold as many.

        Raises:
            Unavailable: too much waits to be done.
        """
        if self._waiting >= self._max_waiting:
            raise Unavailable("Too many readers ask at this moment: the same again in a moment.", retry_after=5)
        self._waiting += 1
        try:
            async with self._turn:
                yield self._run
        finally:
            self._waiting -= 1

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do it.

        Raises:
            Unavailable: too much waits to be done.
        """
        async with self.turn() as run:
            return await run(work)

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
