"""Tries again while something can't be reached, less and less often."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, TypeVar

import structlog

from captionflow.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger(__name__)

MAX_WAIT_SECONDS = 10.0
"""Between two tries."""

_T = TypeVar("_T")


class Patience:
    """``waiting`` says for what, and is empty otherwise."""

    def __init__(self) -> None:
        self.waiting = ""

    async def insist(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Call until it is possible; the waits grow, and differ, so that many don't come back at once."""
        tries = 0
        while True:
            try:
                result = await call()
            except Unavailable as error:
                self.waiting = str(error)
                tries += 1
                seconds = min(MAX_WAIT_SECONDS, max(error.retry_after, 0.05) * 2 ** min(tries - 1, 8))
                seconds *= random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
                log.warning("index_waits", reason=str(error), tries=tries, seconds=round(seconds, 2))
                await asyncio.sleep(seconds)
            else:
                self.waiting = ""
                return result
