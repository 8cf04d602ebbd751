"""Rounds of the event loop: what many wait for is no burst if one of them goes on in each round."""

from __future__ import annotations

import asyncio
from collections import deque


class Rounds:
    """One of those who wait goes on in each round, in the order in which they came; others are looked at between."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._calls = False

    async def turn(self) -> None:
        """Wait for it, for one round at least."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if not self._calls:
            self._calls = True
            loop.call_soon(self._call_next)
        await turn

    def _call_next(self) -> None:
        while self._waiting and self._waiting[0].done():  # it was cancelled
            self._waiting.popleft()
        self._calls = bool(self._waiting)
        if self._waiting:
            self._waiting.popleft().set_result(None)
            asyncio.get_running_loop().call_soon(self._call_next)
