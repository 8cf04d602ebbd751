"""What goes out to clients: in pieces, within bounds, and not for ever to one who does not read."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.http.heads import BoundedHeads
from services.http.outflow import PIECE_BYTES, InPieces, Outflow
from tests.waiting import until

LARGE = 24 * 1024 * 1024
STALLED = 0.5
CROWD = 5


class Site:
    """A large answer, one that is made while it is sent, and a small one."""

    def __init__(self) -> None:
        self.made = 0
        self.port = 0
        self.ended = 0

    async def large(self, request: Request) -> Response:
        return Response(request.url.query.encode() + b"x" * LARGE)

    async def small(self, _: Request) -> Response:
        return Response(b"x" * PIECE_BYTES)

    async def streamed(self, _: Request) -> Response:
        async def body() -> AsyncGenerator[bytes]:
            try:
                for _ in range(LARGE // PIECE_BYTES):
                    self.made += PIECE_BYTES
                    yield b"x" * PIECE_BYTES
            finally:
                self.ended += 1

        return InPieces(body(), {}, "text/plain")


@asynccontextmanager
async def serving(http: type[asyncio.Protocol] | str = BoundedHeads, **limits: float) -> AsyncIterator[Site]:
    site = Site()
    routes = [Route(f"/{one.__name__}", one) for one in (site.large, site.small, site.streamed)]
    app = Outflow(Starlette(routes=routes), stalled_seconds=STALLED, max_held_bytes=int(limits.get("held", 3 * LARGE)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=http, log_config=None, lifespan="off"))
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started)
    site.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def stuck(site: Site, path: str) -> AsyncIterator[socket.socket]:
    """Somebody who asks, and does not read."""
    asking = socket.socket()
    asking.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(asking, ("127.0.0.1", site.port))
    await loop.sock_sendall(asking, f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    try:
        yield asking
    finally:
        asking.close()


async def is_cut_off(asking: socket.socket) -> bool:
    """Whether the server has let go: what the kernel still has is read, and then there is no more."""
    loop = asyncio.get_running_loop()
    read = 0
    with suppress(ConnectionResetError):
        while piece := await loop.sock_recv(asking, 1 << 20):
            read += len(piece)
    return read < LARGE


@pytest.mark.parametrize("http", [BoundedHeads, "h11"])
@pytest.mark.parametrize("path", ["large", "streamed"])
async def test_a_large_answer_arrives_whole(path: str, http: type[asyncio.Protocol] | str) -> None:
    async with serving(http) as site, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{site.port}/{path}")
        assert answer.content == b"x" * LARGE


@pytest.mark.parametrize("path", ["large", "streamed"])
async def test_who_does_not_read_is_cut_off(path: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as site, stuck(site, path) as asking:
        await asyncio.sleep(3 * STALLED)
        assert await is_cut_off(asking)
    assert not [one for one in caplog.records if one.levelname in {"ERROR", "WARNING"}]


async def test_what_nobody_reads_is_not_made() -> None:
    async with serving() as site, stuck(site, "streamed"):
        await until(lambda: site.ended == 1)
        assert site.made < LARGE


async def test_who_reads_slowly_is_served() -> None:
    async with serving() as site, stuck(site, "large") as asking:
        loop = asyncio.get_running_loop()
        read = 0
        while read < LARGE:
            read += len(await loop.sock_recv(asking, 1 << 20))
            await asyncio.sleep(STALLED / 50)


async def test_what_is_held_for_all_has_a_bound() -> None:
    async with serving(held=2.5 * LARGE) as site, httpx.AsyncClient() as client:
        async with stuck(site, "large?1"), stuck(site, "large?2"):

            async def refused() -> bool:
                answer = await client.get(f"http://127.0.0.1:{site.port}/large?3")
                return answer.status_code == 503 and answer.json()["code"] == "unavailable"

            await until(refused)
            assert (await client.get(f"http://127.0.0.1:{site.port}/small")).status_code == 200
            assert (await client.get(f"http://127.0.0.1:{site.port}/streamed")).status_code == 200
        await until(lambda: _served(client, site))


async def test_what_many_are_sent_is_held_once() -> None:
    async with serving(held=1.5 * LARGE) as site, AsyncExitStack() as crowd:
        for _ in range(CROWD):
            reader = await crowd.enter_async_context(stuck(site, "large"))
            assert await asyncio.get_running_loop().sock_recv(reader, 12) == b"HTTP/1.1 200"


async def _served(client: httpx.AsyncClient, site: Site) -> bool:
    return (await client.get(f"http://127.0.0.1:{site.port}/large?3")).status_code == 200
