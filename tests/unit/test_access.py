"""Who may do what, for every kind of connection: the rule, and the gate that asks it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.types import Message

from captionflow.access import EVERYTHING, NOBODY, Grant, Role
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.key_store import SqliteKeyStore
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.keys import Key, digest_of, revoked, settings_key
from captionflow.messages import Session
from captionflow.secret import Secret
from captionflow.settings import Settings
from services import openapi
from services.http.access import check_declared, declared, granted, open_to
from services.http.application import create_application
from services.http.gate import Access
from services.http.rooms import Room
from tests.waiting import until

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TOKEN = "a-long-enough-token"  # noqa: S105 - made up


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

    @open_to("reader")
    async def text(session: str) -> dict[str, str]:
        return {"session": session}

    async def undeclared() -> None: ...

    routes.add_api_route("/read", read)
    routes.add_api_route("/{session}/text", text)
    routes.add_api_route("/{session}/write", write, methods=["POST"])
    routes.add_api_websocket_route("/{session}/type", type_)
    if not declares:
        routes.add_api_route("/undeclared", undeclared)
    return Room(routes)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(tmp_path / "captionflow.db")
    yield database
    await database.close()


Made = Callable[..., Awaitable[FastAPI]]


@pytest.fixture
def made(database: Database) -> Made:
    """Makes the application with settings, and with some keys: by name and fields of ``KeyDraft``."""

    async def make(*keys: Key, **settings: Any) -> FastAPI:
        given = Settings(**settings)
        store = await SqliteKeyStore(database, settings_key(given.ingest_token)).load()
        for key in keys:
            await store.put(key)
        sessions = SqliteSessionStore(database)
        for name, closed in (("opening", False), ("closed", True)):
            await sessions.create(Session(name, 1, AT, AT, event="IGF", closed=closed))
        app = create_application([_room()], given, Access(store, sessions, given))
        app.state.keys = store
        return app

    return make


def secret(name: str) -> str:
    return "cfk_" + name.rjust(43, "0")


def key(name: str, role: Role, **bounds: str) -> Key:
    return Key(name, name, role, digest_of(secret(name)), AT, **bounds)  # type: ignore[arg-type]


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret(name)}"}


ADMIN = key("admin", "admin")


def client(app: FastAPI, host: str = "127.0.0.1:8000", address: str = "127.0.0.1") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url=f"http://{host}")


async def answered(app: FastAPI, path: str = "/opening/type", query: str = "", **headers: str) -> list[Message]:
    """What a server is told to do with a socket that somebody opens."""
    scope = {
        "type": "websocket",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "query_string": query.encode(),
        "subprotocols": [],
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert secret("admin").encode() not in scope["query_string"]  # type: ignore[operator] # what the server may log
    return sent


def test_an_application_with_a_call_that_does_not_say_who_may_use_it_is_refused() -> None:
    with pytest.raises(TypeError, match="open_to"):
        check_declared([_room(declares=False)])


async def test_a_socket_is_no_way_around_the_key(made: Made) -> None:
    app = await made(ADMIN, key("viewer", "viewer"))
    for headers in ({}, {"authorization": f"Bearer {secret('viewer')}"}):
        (refused,) = await answered(app, **headers)
        assert (refused["type"], refused["code"]) == ("websocket.close", 1008)
    accepted, *_ = await answered(app, authorization=f"Bearer {secret('admin')}")
    assert accepted["type"] == "websocket.accept"
    accepted, *_ = await answered(app, query=f"key={secret('admin')}")
    assert accepted["type"] == "websocket.accept"


@pytest.mark.parametrize("given", ["", TOKEN, f"Basic {TOKEN}", "Bearer"])
async def test_a_write_without_a_key_is_asked_for_one(made: Made, given: str) -> None:
    async with client(await made(ingest_token=Secret(TOKEN))) as http:
        answer = await http.post("/opening/write", headers={"Authorization": given})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_that_is_not_known_or_may_not_gets_403(made: Made) -> None:
    app = await made(ADMIN, key("viewer", "viewer"), key("other", "captioner", session="other"))
    async with client(app) as http:
        for given in ("nobody", "viewer", "other"):
            answer = await http.post("/opening/write", headers=bearer(given))
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
            assert secret(given) not in answer.text


@pytest.mark.parametrize(
    ("role", "bounds"),
    [
        ("admin", {}),
        ("organiser", {}),
        ("organiser", {"event": "igf"}),
        ("captioner", {"session": "opening"}),
        ("captioner", {"event": "IGF", "language": "es"}),
    ],
)
async def test_who_may_write_there_may(made: Made, role: Role, bounds: dict[str, str]) -> None:
    async with client(await made(ADMIN, key("one", role, **bounds))) as http:
        assert (await http.post("/opening/write", headers=bearer("one"))).json() == {"role": role}
        assert (await http.post(f"/opening/write?key={secret('one')}")).json() == {"role": role}


async def test_who_organises_another_event_may_not(made: Made) -> None:
    async with client(await made(ADMIN, key("one", "organiser", event="RIPE"))) as http:
        for session in ("opening", "nobody"):
            assert (await http.post(f"/{session}/write", headers=bearer("one"))).status_code == 403


async def test_reading_is_open_unless_the_session_is_closed(made: Made) -> None:
    app = await made(ADMIN, key("one", "viewer", session="closed"), key("two", "viewer", session="opening"))
    async with client(app) as http:
        assert (await http.get("/opening/text")).status_code == 200
        assert (await http.get("/nobody/text")).status_code == 200  # the call itself says that there is none
        assert (await http.get("/closed/text")).status_code == 401
        assert (await http.get("/closed/text", headers=bearer("two"))).status_code == 403
        assert (await http.get("/closed/text", headers=bearer("one"))).status_code == 200


async def test_the_token_of_the_settings_is_an_admins(made: Made) -> None:
    async with client(await made(ingest_token=Secret(TOKEN))) as http:
        assert (await http.get("/read")).json() == {"role": None}
        answer = await http.post("/opening/write", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.json() == {"role": "admin"}


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "captions.localhost"])
async def test_without_keys_this_machine_may_do_everything(made: Made, host: str) -> None:
    async with client(await made(), host) as http:
        assert (await http.post("/opening/write")).json() == {"role": "admin"}
        assert (await http.post("/opening/write?key=whatever")).json() == {"role": "admin"}


@pytest.mark.parametrize(
    ("headers", "host", "address"),
    [
        ({"Origin": "http://evil.example"}, "127.0.0.1:8000", "127.0.0.1"),
        ({"Origin": "null"}, "127.0.0.1:8000", "127.0.0.1"),
        ({"Origin": "http://localhost:3000"}, "localhost:8000", "127.0.0.1"),
        ({"Sec-Fetch-Site": "cross-site"}, "127.0.0.1:8000", "127.0.0.1"),
        ({}, "rebound.example", "127.0.0.1"),
        ({}, "127.0.0.1:8000", "192.0.2.7"),
    ],
)
async def test_without_keys_nobody_else_may_write(made: Made, headers: dict[str, str], host: str, address: str) -> None:
    app = await made()
    async with client(app, host, address) as http:
        assert (await http.post("/opening/write", headers=headers)).status_code in {401, 403}
        assert (await http.get("/read")).status_code == 200
    (refused,) = await answered(app, host="127.0.0.1", origin="http://evil.example")
    assert refused["type"] == "websocket.close"


@pytest.mark.parametrize("settings", [{"host": "192.0.2.1"}, {"public_url": "https://captions.example.org"}])
async def test_without_keys_a_server_for_others_takes_no_writes(made: Made, settings: dict[str, str]) -> None:
    async with client(await made(**settings)) as http:
        answer = await http.post("/opening/write")
        assert answer.status_code == 401
        assert "captionflow keys create --role admin" in answer.json()["detail"]


async def test_where_all_keys_were_revoked_nobody_gets_in(made: Made) -> None:
    async with client(await made(revoked(ADMIN, AT))) as http:
        assert (await http.post("/opening/write")).status_code == 401
        assert (await http.post("/opening/write", headers=bearer("admin"))).status_code == 403


async def test_until_the_keys_are_read_it_says_so(database: Database) -> None:
    settings = Settings()
    access = Access(SqliteKeyStore(database), SqliteSessionStore(database), settings)
    async with client(create_application([_room()], settings, access)) as http:
        answer = await http.post("/opening/write", headers=bearer("admin"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert (await http.get("/read")).status_code == 200


async def test_an_address_with_a_key_leads_a_person_to_the_address_without_it(made: Made) -> None:
    async with client(await made(ADMIN)) as http:
        answer = await http.get(f"/read?key={secret('admin')}&a=1", headers={"Accept": "text/html,*/*"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/read?a=1")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert (await http.get("/read")).json() == {"role": "admin"}
        assert (await http.post("/opening/write")).json() == {"role": "admin"}
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "same-site"}):
            assert (await http.post("/opening/write", headers=headers)).status_code == 403


async def test_a_cookie_ends_with_its_key(made: Made) -> None:
    app = await made(ADMIN, key("other", "admin"))
    async with client(app) as http:
        await http.get(f"/read?key={secret('admin')}", headers={"Accept": "text/html"})
        assert (await http.get("/read")).json() == {"role": "admin"}
        await app.state.keys.put(revoked(ADMIN, AT))
        assert (await http.get("/read")).json() == {"role": None}
        assert (await http.post("/opening/write")).status_code == 403


async def test_no_address_leads_to_another_server(made: Made) -> None:
    async with client(await made(ADMIN)) as http:
        answer = await http.get(
            f"http://127.0.0.1:8000//evil.example/a%3Fb?key={secret('admin')}", headers={"Accept": "text/html"}
        )
        assert answer.headers["location"] == "/evil.example/a%3Fb"


async def test_a_key_that_is_not_known_sets_no_cookie(made: Made) -> None:
    async with client(await made(ADMIN)) as http:
        answer = await http.get(f"/read?key={secret('nobody')}", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.json()) == (200, {"role": None})
        assert "set-cookie" not in answer.headers
        assert answer.headers["referrer-policy"] == "no-referrer"


async def test_readers_are_asked_to_wait_and_no_captioner_for_them(made: Made) -> None:
    app = await made(ADMIN, key("one", "captioner", session="opening"), address_requests=1, key_requests=1)
    async with client(app) as http:
        answers = [await http.get("/read") for _ in range(30)]
        assert {one.status_code for one in answers} == {200, 429}
        assert answers[-1].json()["code"] == "too-many-requests"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
        assert (await http.post("/opening/write", headers=bearer("one"))).status_code == 200
        answers = [await http.post("/opening/write", headers=bearer("one")) for _ in range(30)]
        assert answers[-1].status_code == 429
        for _ in range(30):
            assert (await http.post("/opening/write", headers=bearer("admin"))).status_code == 200


async def test_the_last_use_of_a_key_is_known(made: Made) -> None:
    app = await made(ADMIN)
    async with client(app) as http:
        await http.get("/read", headers=bearer("admin"))
    await until(lambda: app.state.keys.ring.last_use("admin") is not None)


def test_the_docs_say_of_every_call_who_may_make_it() -> None:
    said = dict(re.findall(r"^\| `(\S+ /\S*)` \| (\w+) \|$", Path("docs/security.md").read_text(), re.MULTILINE))
    found = {}
    for room in openapi.rooms():
        for route in room.routes.routes:
            for method in sorted(getattr(route, "methods", None) or ["WebSocket"]):
                found[f"{method} {route.path}"] = declared(route.endpoint)  # type: ignore[attr-defined]
    assert said == found
    writes = {call: who for call, who in found.items() if not call.startswith(("GET ", "OPTIONS "))}
    assert all(who in {"captioner", "organiser", "admin"} for who in writes.values())
