"""Records that were sent and are not acknowledged yet."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any


class InFlight:
    """Futures of what was sent, each group with what to do when all of it has been answered."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        """``failed`` is called with the error of each that was not taken."""
        self._failed = failed
        self._waiting: set[asyncio.Future[Any]] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, sent: Iterable[asyncio.Future[Any]], *, done: Callable[[], Any]) -> None:
        """Call ``done`` when all that was sent has been answered, and never if one of it failed or was cancelled."""
        group = set(sent)

        def answered(future: asyncio.Future[Any]) -> None:
            self._waiting.discard(future)
            if future.cancelled():
                return
            if (error := future.exception()) is not None:
                self._failed(error)
                return
            group.discard(future)
            if not group:
                done()

        self._waiting |= group
        for future in tuple(group):
            future.add_done_callback(answered)

    async def at_most(self, count: int) -> None:
        """Wait until no more than so many are unanswered."""
        while len(self._waiting) > count:
            await asyncio.wait(self._waiting, return_when=asyncio.FIRST_COMPLETED)
