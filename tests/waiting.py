"""Waits for what is done elsewhere, in another process or on a server, and tells of itself only when it is asked."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from captionflow.errors import Unavailable

WAIT_SECONDS = 60
OUTAGE_SECONDS = 180
"""For what waits until a server is back."""
_LOOK_SECONDS = 0.05
_LOOK_HERE_SECONDS = 0.01

Result = TypeVar("Result")


def came_true(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until it is so: whether it was in time. While a server does not answer, it is not."""
    end = time.monotonic() + seconds
    while not _is(true):
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def await_true(true: Callable[[], bool], otherwise: str, seconds: float = WAIT_SECONDS) -> None:
    """Return when it is so, see ``came_true``; fail with ``otherwise`` if it is not in time."""
    assert came_true(true, seconds), f"{otherwise} in time"


async def until(true: Callable[[], object | Awaitable[object]], seconds: float = WAIT_SECONDS) -> None:
    """Return when it is so; ``true`` may have to be awaited. What brings it about has no event to wait for."""
    async with asyncio.timeout(seconds):
        while True:
            now = true()
            if await now if isinstance(now, Awaitable) else now:
                return
            await asyncio.sleep(_LOOK_HERE_SECONDS)


async def insist(attempt: Callable[[], Awaitable[Result]], seconds: float = OUTAGE_SECONDS) -> Result:
    """The result of the first attempt that is not ``Unavailable``."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return await attempt()
            except Unavailable:
                await asyncio.sleep(_LOOK_HERE_SECONDS)


def _is(true: Callable[[], bool]) -> bool:
    try:
        return true()
    except httpx.TransportError:
        return False
