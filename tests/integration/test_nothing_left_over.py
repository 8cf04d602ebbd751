"""What a request had is free once it is answered, and need not wait for the garbage collector, which seldom comes."""

import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from captionflow.errors import CaptionflowError
from tests.integration.api_server import Api, send, serving
from tests.integration.live_client import stream
from tests.waiting import until

TIMES = 10
Ask = Callable[[Api, httpx.AsyncClient, int], Awaitable[object]]


async def _line(_api: Api, client: httpx.AsyncClient, n: int) -> None:
    assert (await send(client, f"And line {n}. ", first=1 + n)).is_success


async def _bad_line(_api: Api, client: httpx.AsyncClient, n: int) -> None:
    answer = await client.post("/v1/sessions/talk/lines", json={"sender": "desk", "lines": [{"number": -n - 1}]})
    assert answer.is_client_error


async def _session_that_is_there(_api: Api, client: httpx.AsyncClient, _n: int) -> None:
    assert (await client.post("/v1/sessions", json={"id": "talk"})).status_code == httpx.codes.OK


async def _session_that_is_not_there(_api: Api, client: httpx.AsyncClient, _n: int) -> None:
    assert (await client.get("/s/none")).status_code == httpx.codes.NOT_FOUND


async def _transcript(_api: Api, client: httpx.AsyncClient, _n: int) -> None:
    assert (await client.get("/v1/sessions/talk/transcript.json")).is_success


async def _search(_api: Api, client: httpx.AsyncClient, _n: int) -> None:
    assert (await client.get("/v1/search?q=morning")).is_success


async def _stream(api: Api, _client: httpx.AsyncClient, _n: int) -> None:
    async with stream(api, "/v1/sessions/talk/events") as opened:
        await opened.next()


def _of_requests() -> int:
    """How many there are in this process, with errors that were answered."""
    return sum(isinstance(one, (RequestResponseCycle, CaptionflowError)) for one in gc.get_objects())


@pytest.mark.parametrize(
    "ask",
    [_line, _bad_line, _session_that_is_there, _session_that_is_not_there, _transcript, _search, _stream],
    ids=lambda ask: ask.__name__.strip("_").replace("_", " "),
)
async def test_a_request_that_was_answered_is_gone_without_the_garbage_collector(tmp_path: Path, ask: Ask) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        assert (await send(client, "Good morning. ")).is_success
        await ask(api, client, 0)
        gc.collect()
        gc.disable()
        try:
            before = _of_requests()
            for n in range(TIMES):
                await ask(api, client, 1 + n)
            await until(lambda: _of_requests() <= before + 2, seconds=10)  # the last may still be at hand
        finally:
            gc.enable()
