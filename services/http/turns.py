"""Requests that only read begin one after the other, and each lets the event loop look at its connections first.

So many readers at once are no burst: the line that comes after them waits for one, and not for all. An address whose
clients hang up again and again before they are answered waits longer: a request that nobody waits for any more when
its turn comes costs hardly anything.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from services.http.limits import Allowance, network
from services.http.rounds import Rounds
from services.http.transport import hung_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

HANG_UPS: Final = 10
"""A second, of one address; more of them have it wait. Pages that are left, and streams that end, are fewer."""
HANG_UP_SECONDS: Final = 20.0
"""So many seconds' worth may come at once: a whole room leaves."""
REST_SECONDS: Final = 0.02
"""Between two turns of an address that waits."""
_READING: Final = frozenset({"GET", "HEAD"})


class ReadersTakeTurns:
    """Begins one request that reads for each round of the loop, in the order in which they came; all others at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._rounds = Rounds()
        self._hang_ups = Allowance(HANG_UPS, HANG_UP_SECONDS)
        self._resting: dict[str, _Resting] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on when it is its turn, unless nobody waits for it any more."""
        if scope["type"] != "http" or scope["method"] not in _READING:
            await self.app(scope, receive, send)
            return
        address = network(scope["client"][0]) if scope.get("client") else ""
        if (resting := self._resting.get(address)) is not None:
            await resting.turn(scope, receive)
        await self._rounds.turn()
        if not hung_up(scope, receive):
            await self.app(scope, receive, send)
            if hung_up(scope, receive):
                self._hung_up(address)

    def _hung_up(self, address: str) -> None:
        wait = self._hang_ups.take(address, 1, asyncio.get_running_loop().time())
        if wait and address not in self._resting:
            self._resting[address] = _Resting(lambda: self._resting.pop(address))


class _Asked(NamedTuple):
    """A request that waits."""

    scope: Scope
    receive: Receive
    turn: asyncio.Future[None]


class _Resting:
    """An address that waits: one request after each rest, and then all for whom nobody waits; until there is none."""

    def __init__(self, over: Callable[[], object]) -> None:
        self._over = over
        self._waiting: deque[_Asked] = deque()
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(REST_SECONDS, self._call_next)

    async def turn(self, scope: Scope, receive: Receive) -> None:
        """Wait for it."""
        asked = _Asked(scope, receive, self._loop.create_future())
        self._waiting.append(asked)
        await asked.turn

    def _call_next(self) -> None:
        if not self._waiting:
            self._over()
            return
        self._loop.call_later(REST_SECONDS, self._call_next)
        while self._waiting:
            scope, receive, turn = self._waiting.popleft()
            if turn.done():  # it was cancelled
                continue
            turn.set_result(None)
            if not hung_up(scope, receive):
                return
