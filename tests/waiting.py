"""Waits for what is done elsewhere, in another process or on a server."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx

WAIT_SECONDS = 60


def await_true(true: Callable[[], bool], otherwise: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until it is; who does not answer does not say so."""
    end = time.monotonic() + seconds
    while not _is(true):
        assert time.monotonic() < end, f"{otherwise} in time"
        time.sleep(0.05)


async def until(true: Callable[[], object | Awaitable[object]], seconds: float = WAIT_SECONDS) -> None:
    """Return when it is so; ``true`` may have to be awaited. What brings it about has no event to wait for."""
    async with asyncio.timeout(seconds):
        while True:
            now = true()
            if await now if isinstance(now, Awaitable) else now:
                return
            await asyncio.sleep(0.01)


def _is(true: Callable[[], bool]) -> bool:
    try:
        return true()
    except httpx.TransportError:
        return False
