"""Requests that only read begin one after the other, and each lets the event loop look at its connections first.

So many readers at once are no burst: the line that comes after them waits for one, and not for all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_READING: Final = frozenset({"GET", "HEAD"})


class ReadersTakeTurns:
    """Begins one request that reads for each round of the loop, in the order in which they came; all others at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._calls = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on when it is its turn."""
        if scope["type"] == "http" and scope["method"] in _READING:
            await self._turn()
        await self.app(scope, receive, send)

    async def _turn(self) -> None:
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
