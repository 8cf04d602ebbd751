"""How much searching goes on at a time, whoever asks and whatever for: what is too much waits, and then is refused.

A search costs whoever asks nothing, and it is anonymous. So searches share places, of which each address has some; a
place is held for a moment at least, which bounds how many there are in a second; and nobody waits longer than for
``SECONDS``, nor is anything searched for whom nobody waits for any more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from starlette.requests import Request

from captionflow.errors import Unavailable
from captionflow.ports import Search, SearchPage, SearchQuery
from services.http.limits import network
from services.http.presence import while_connected
from services.http.problems import ProblemError

PLACES: Final = 4
"""Searches at a time."""
HELD_SECONDS: Final = 0.03
"""How long a place is taken at least."""
WAITING: Final = 96
"""Searches that wait for a place."""
OF_ONE_ADDRESS: Final = 32
"""Of all these at most."""
SECONDS: Final = 5.0
"""How long a search may take, the wait for its place included."""
REFUSAL_SECONDS: Final = 1.0
"""How long who asks for too much waits for the refusal: who asks again at once, as often as it goes, is slowed down."""


class Searching:
    """The places, and who has them. ``hidden`` gives the sessions that whoever asks may not read."""

    def __init__(
        self,
        search: Search,
        hidden: Callable[[Request], Awaitable[tuple[str, ...]]],
        *,
        seconds: float = SECONDS,
        waiting: int = WAITING,
    ) -> None:
        self._search = search
        self._hidden = hidden
        self._seconds = seconds
        self._most = PLACES + waiting
        self._places = asyncio.Semaphore(PLACES)
        self._asking: Counter[str] = Counter()
        self._under_way: set[asyncio.Timeout] = set()
        self._closed = False

    async def search(self, query: SearchQuery, request: Request) -> SearchPage:
        """See ``Search.search``: in what whoever asks may read.

        Raises:
            ProblemError: too much is searched for, by this address or by all (429).
            Unavailable: it takes too long, or the process stops.
            BadMessage: the client has hung up.
        """
        address = network(request.client.host if request.client else "")
        return await while_connected(request, self._answer(query, request, address))

    def close(self) -> None:
        """Give up what is searched for, and refuse the rest."""
        self._closed = True
        for timeout in self._under_way:
            timeout.reschedule(asyncio.get_running_loop().time())

    async def _answer(self, query: SearchQuery, request: Request, address: str) -> SearchPage:
        if self._asking[address] >= OF_ONE_ADDRESS or self._asking.total() >= self._most:
            await asyncio.sleep(REFUSAL_SECONDS)
            detail = "Too much is being searched for: the same again in a moment."
            raise ProblemError("too-many-requests", detail, headers={"Retry-After": "1"})
        self._asking[address] += 1
        try:
            async with self._in_time(), self._place():
                own = msgspec.structs.replace(query, hidden=await self._hidden(request))
                return await self._search.search(own)
        finally:
            self._asking[address] -= 1
            if not self._asking[address]:
                del self._asking[address]

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        if self._closed:
            raise _stopping()
        try:
            async with asyncio.timeout(self._seconds) as timeout:
                self._under_way.add(timeout)
                try:
                    yield
                finally:
                    self._under_way.discard(timeout)
        except TimeoutError as error:
            if self._closed:
                raise _stopping() from error
            raise Unavailable(
                f"This search took longer than {self._seconds:g} seconds and was given up: "
                "search for rarer words or fewer of them, or try again later.",
                retry_after=self._seconds,
            ) from error

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        free_at = loop.time() + HELD_SECONDS
        try:
            yield
        finally:
            loop.call_at(free_at, self._places.release)


def _stopping() -> Unavailable:
    return Unavailable("The server stops: search again in a moment.")
