"""How much is searched for at a time (services.api.search.searching)."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from captionflow.errors import BadMessage, Unavailable
from captionflow.ports import SearchPage, SearchQuery
from services.api.search import searching
from services.api.search.searching import OF_ONE_ADDRESS, PLACES, Searching
from services.http.problems import ProblemError

QUERY = SearchQuery("hello")
FOUND = SearchPage((), 7)


class Endless:
    """A search that ends when it is told to."""

    def __init__(self) -> None:
        self.begun = asyncio.Semaphore(0)
        self.under_way = 0
        self.end = asyncio.Event()

    async def search(self, query: SearchQuery) -> SearchPage:
        assert query == QUERY
        self.under_way += 1
        self.begun.release()
        try:
            await self.end.wait()
        finally:
            self.under_way -= 1
        return FOUND


async def nothing(_: Request) -> tuple[str, ...]:
    return ()


class Client:
    """Who asks, until it hangs up."""

    def __init__(self, address: str = "192.0.2.1") -> None:
        self.gone = asyncio.Event()
        self.request = Request({"type": "http", "client": (address, 1), "headers": []}, self._receive)
        self._told = False

    async def _receive(self) -> dict[str, Any]:
        if not self._told:
            self._told = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}


async def test_who_has_no_place_waits_for_one() -> None:
    search = Endless()
    places = Searching(search, nothing)
    asked = [asyncio.create_task(places.search(QUERY, Client().request)) for _ in range(PLACES + 1)]
    for _ in range(PLACES):
        await search.begun.acquire()
    await asyncio.sleep(0)
    assert search.under_way == PLACES
    search.end.set()
    assert await asyncio.gather(*asked) == [FOUND] * (PLACES + 1)


async def test_who_hangs_up_is_searched_for_no_more() -> None:
    search, client = Endless(), Client()
    asked = asyncio.create_task(Searching(search, nothing).search(QUERY, client.request))
    await search.begun.acquire()
    client.gone.set()
    with pytest.raises(BadMessage, match="hung up"):
        await asked
    assert search.under_way == 0


async def test_a_search_without_an_end_is_given_up_and_its_place_is_free() -> None:
    search = Endless()
    places = Searching(search, nothing, seconds=0.05)
    for _ in range(PLACES + 1):
        with pytest.raises(Unavailable, match="longer than"):
            await places.search(QUERY, Client().request)
    assert search.under_way == 0


async def test_too_many_of_one_address_are_refused_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "REFUSAL_SECONDS", 0)
    search = Endless()
    places = Searching(search, nothing)
    asked = [asyncio.create_task(places.search(QUERY, Client().request)) for _ in range(OF_ONE_ADDRESS)]
    await search.begun.acquire()
    with pytest.raises(ProblemError) as refused:
        await places.search(QUERY, Client().request)
    assert refused.value.problem_code == "too-many-requests"
    asked.append(asyncio.create_task(places.search(QUERY, Client("192.0.2.2").request)))
    search.end.set()
    assert await asyncio.gather(*asked) == [FOUND] * (OF_ONE_ADDRESS + 1)
    assert await places.search(QUERY, Client().request) == FOUND


async def test_too_many_of_all_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "REFUSAL_SECONDS", 0)
    search = Endless()
    places = Searching(search, nothing, waiting=1)
    asked = [asyncio.create_task(places.search(QUERY, Client(f"192.0.2.{n}").request)) for n in range(PLACES + 1)]
    await search.begun.acquire()
    with pytest.raises(ProblemError):
        await places.search(QUERY, Client("192.0.2.99").request)
    search.end.set()
    await asyncio.gather(*asked)


async def test_a_stop_gives_up_what_is_searched_for_and_takes_no_more() -> None:
    search = Endless()
    places = Searching(search, nothing)
    asked = [asyncio.create_task(places.search(QUERY, Client().request)) for _ in range(PLACES + 1)]
    await search.begun.acquire()
    places.close()
    for one in (*asked, places.search(QUERY, Client().request)):
        with pytest.raises(Unavailable, match="stops"):
            await one
    assert search.under_way == 0
