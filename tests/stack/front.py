"""One address for all four services, as docker-compose.yml's proxy has it: captions go to ingest, all else to api.

Metrics are nobody's outside: they are asked of each service.
"""

import re
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

_LINES = re.compile(r"/(v1/sessions/[^/]+/(lines(/.*)?|type)|closedcaption(/.*)?|cartcaption|streamtext|hooks/[^/]+)")
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "date", "server"}
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def front(ports: Mapping[str, int]) -> Starlette:
    """The application; ``ports`` of ingest and api on this machine."""
    client = httpx.AsyncClient(timeout=httpx.Timeout(10, read=60), limits=httpx.Limits(max_connections=None))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    async def forward(request: Request) -> Response:
        kind = "ingest" if _LINES.fullmatch(request.url.path) else "api"
        query = request.scope["query_string"]
        path = request.scope["raw_path"] + (b"?" + query if query else b"")
        url = httpx.URL(f"http://127.0.0.1:{ports[kind]}", raw_path=path)
        headers = [(name, value) for name, value in request.headers.raw if name.decode() not in _HOP_BY_HOP]
        headers.append((b"host", request.headers["host"].encode()))
        asked = client.build_request(request.method, url, headers=headers, content=await request.body())
        try:
            answer = await client.send(asked, stream=True)
        except httpx.TransportError as error:
            return PlainTextResponse(f"{kind} does not answer: {error}\n", 502, {"Retry-After": "1"})
        told = {name: value for name, value in answer.headers.items() if name not in _HOP_BY_HOP}
        return StreamingResponse(answer.aiter_raw(), answer.status_code, told, background=BackgroundTask(answer.aclose))

    async def not_here(_: Request) -> Response:
        return PlainTextResponse("", 404)

    routes = [Route("/metrics", not_here), Route("/{path:path}", forward, methods=_METHODS)]
    return Starlette(routes=routes, lifespan=lifespan)


class Front:
    """Serves it in a thread."""

    def __init__(self, ports: Mapping[str, int], port: int) -> None:
        config = uvicorn.Config(front(ports), port=port, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """It listens soon."""
        self._thread.start()

    def stop(self) -> None:
        """End the open streams, and it."""
        self._server.should_exit = True
        self._thread.join(5)
