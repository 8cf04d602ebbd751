"""Who may do what, for every kind of connection: the rule, and the gate that asks it."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from captionflow.access import Access, action_of
from captionflow.secret import Secret
from services.http.access import AccessGate

TOKEN = "a-long-enough-token"  # noqa: S105 - made up


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_only_the_safe_methods_of_http_read(method: str) -> None:
    assert action_of("http", method) == "read"


@pytest.mark.parametrize(
    ("kind", "method"), [("http", "POST"), ("http", "PROPFIND"), ("http", ""), ("websocket", ""), ("webtransport", "")]
)
def test_whatever_is_not_sure_to_read_may_write(kind: str, method: str) -> None:
    assert action_of(kind, method) == "write"


def test_reading_is_open_and_writing_asks_for_the_token_where_one_is_set() -> None:
    access = Access(Secret(TOKEN))
    assert access.allows("read", "")
    assert access.allows("write", f"bearer  {TOKEN} ")
    for given in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer"):
        assert not access.allows("write", given)
    assert Access(None).allows("write", "")


@pytest.fixture
def app() -> Starlette:
    async def answer(_: object) -> PlainTextResponse:
        return PlainTextResponse("here")

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    routes = [Route("/", answer, methods=["GET", "POST"]), WebSocketRoute("/type", talk)]
    app = Starlette(routes=routes)
    app.add_middleware(AccessGate, access=Access(Secret(TOKEN)))
    return app


async def answered(app: Starlette, **headers: str) -> list[Message]:
    """What a server is told to do with a socket that somebody opens."""
    scope = {
        "type": "websocket",
        "path": "/type",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


async def test_a_socket_is_no_way_around_the_token(app: Starlette) -> None:
    (refused,) = await answered(app)
    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
    accepted, *_ = await answered(app, authorization=f"Bearer {TOKEN}")
    assert accepted["type"] == "websocket.accept"


async def test_a_write_without_the_token_gets_a_problem_wherever_it_goes(app: Starlette) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
        for path in ("/", "/nothing-here"):
            answer = await client.post(path)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert (await client.get("/")).text == "here"
        assert (await client.post("/", headers={"Authorization": f"Bearer {TOKEN}"})).text == "here"
