"""Who may do what, for every kind of connection: the rule, and the gate that asks it."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.types import Message

from captionflow.access import EVERYTHING, NOBODY, Grant, Role
from captionflow.secret import Secret
from captionflow.settings import Settings
from services.http.access import granted, open_to
from services.http.application import create_application
from services.http.rooms import Room

TOKEN = "a-long-enough-token"  # noqa: S105 - made up
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("admin", ["viewer", "captioner", "organiser", "admin"]),
        ("organiser", ["viewer", "captioner", "organiser"]),
        ("captioner", ["viewer", "captioner"]),
        ("viewer", ["viewer"]),
        (None, []),
    ],
)
def test_each_role_may_do_what_those_below_it_may(role: Role | None, allowed: list[Role]) -> None:
    roles: list[Role] = ["viewer", "captioner", "organiser", "admin"]
    assert [one for one in roles if Grant(role=role).allows(one)] == allowed


def test_a_bound_holds_for_itself_alone_and_never_for_all() -> None:
    of_session = Grant(role="captioner", session="opening")
    assert of_session.allows("captioner", session="opening", event="IGF", language="en")
    assert not of_session.allows("captioner", session="closing")
    assert not of_session.allows("captioner")
    of_event = Grant(role="organiser", event="IGF 2015")
    assert of_event.allows("captioner", session="opening", event="igf  2015")
    assert not of_event.allows("organiser", event="IGF")
    assert not of_event.allows("organiser")
    of_language = Grant(role="captioner", language="es")
    assert of_language.allows("captioner", session="opening", language="es-MX")
    assert not of_language.allows("captioner", language="en")
    assert not of_language.allows("captioner")


def test_who_is_not_known_may_nothing_and_an_open_installation_everything() -> None:
    assert not NOBODY.allows("viewer")
    assert EVERYTHING.allows("admin", session="opening", event="IGF", language="en")


def _room(*, declares: bool = True) -> Room:
    routes = APIRouter()

    @open_to("anyone")
    async def read(request: Request) -> dict[str, str | None]:
        return {"role": granted(request).role}

    @open_to("captioner")
    async def write(session: str, request: Request) -> dict[str, str | None]:
        del session
        return {"role": granted(request).role}

    @open_to("captioner")
    async def type_(websocket: WebSocket, session: str) -> None:
        del session
        await websocket.accept()
        await websocket.close()

    async def undeclared() -> None: ...

    routes.add_api_route("/read", read)
    routes.add_api_route("/{session}/write", write, methods=["POST"])
    routes.add_api_websocket_route("/{session}/type", type_)
    if not declares:
        routes.add_api_route("/undeclared", undeclared)
    return Room(routes)


@pytest.fixture
def app() -> FastAPI:
    return create_application([_room()], Settings(ingest_token=Secret(TOKEN)))


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000")


async def answered(app: FastAPI, **headers: str) -> list[Message]:
    """What a server is told to do with a socket that somebody opens."""
    scope = {
        "type": "websocket",
        "path": "/opening/type",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "query_string": b"",
        "subprotocols": [],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def test_an_application_with_a_call_that_does_not_say_who_may_use_it_is_refused() -> None:
    with pytest.raises(TypeError, match="open_to"):
        create_application([_room(declares=False)], Settings())


async def test_a_socket_is_no_way_around_the_key(app: FastAPI) -> None:
    (refused,) = await answered(app)
    assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
    accepted, *_ = await answered(app, authorization=BEARER["Authorization"])
    assert accepted["type"] == "websocket.accept"


@pytest.mark.parametrize("given", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer"])
async def test_a_write_without_the_key_gets_a_problem(app: FastAPI, given: str) -> None:
    async with client(app) as http:
        answer = await http.post("/opening/write", headers={"Authorization": given})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_reading_is_open_and_the_token_of_the_settings_is_an_admins(app: FastAPI) -> None:
    async with client(app) as http:
        assert (await http.get("/read")).json() == {"role": None}
        assert (await http.post("/opening/write", headers=BEARER)).json() == {"role": "admin"}


async def test_an_installation_without_keys_is_open() -> None:
    async with client(create_application([_room()], Settings())) as http:
        assert (await http.post("/opening/write")).json() == {"role": "admin"}
