"""Work that takes the processor for longer than a moment, away from the event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from captionflow.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

MAX_WAITING: Final = 64
"""Pieces of work that wait for their turn."""


class OffLoop:
    """One thread: what readers ask for is made one after the other, and never takes more than half of the processor.

    Python runs one thread at a time and passes on every 5 ms, so that the loop goes on meanwhile.
    """

    def __init__(self, name: str, *, max_waiting: int = MAX_WAITING) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"captionflow-{name}")
        self._max_waiting = max_waiting
        self._waiting = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do it.

        Raises:
            Unavailable: too much waits to be done.
        """
        if self._waiting >= self._max_waiting:
            raise Unavailable("Too many readers ask at this moment: the same again in a moment.", retry_after=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1
