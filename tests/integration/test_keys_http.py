"""Keys over HTTP: who may make, list, rotate and revoke them, and what each of them opens."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.api_server import Api, problem_of, send, serving, transcript
from tests.waiting import until

pytestmark = pytest.mark.asyncio


class Keyed:
    """A running captionflow with an admin, and clients with keys."""

    def __init__(self, api: Api, admin: str) -> None:
        self.api = api
        self.admin = admin
        self._clients: list[httpx.AsyncClient] = []

    def client(self, key: str | None = None) -> httpx.AsyncClient:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._clients.append(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.api.port}", headers=headers, timeout=30)
        )
        return self._clients[-1]

    async def key(self, name: str, role: str, by: str | None = None, **bounds: str) -> str:
        answer = await self.client(by or self.admin).post("/v1/keys", json={"name": name, "role": role, **bounds})
        assert answer.status_code == 201, answer.text
        assert answer.headers["cache-control"] == "no-store"
        made: str = answer.json()["key"]
        return made

    async def announce(self, session: str, **fields: Any) -> None:
        answer = await self.client(self.admin).post("/v1/sessions", json={"id": session, **fields})
        assert answer.status_code == 201, answer.text

    async def close(self) -> None:
        await asyncio.gather(*(client.aclose() for client in self._clients))


@pytest.fixture
async def keyed(tmp_path: Path) -> AsyncIterator[Keyed]:
    async with serving(tmp_path, pipeline=True) as api:
        async with api.client() as client:
            answer = await client.post("/v1/keys", json={"name": "admin", "role": "admin"})
        found = Keyed(api, answer.json()["key"])
        await found.announce("opening", event="IGF 2015")
        await found.announce("secret", event="IGF 2015", closed=True)
        await found.announce("other", event="RIPE 91")
        yield found
        await found.close()


async def test_the_first_key_shuts_the_door(keyed: Keyed) -> None:
    nobody = keyed.client()
    problem_of(await nobody.post("/v1/sessions", json={"id": "talk"}), 401, "unauthorized")
    problem_of(await send(nobody, "No.", session="opening"), 401, "unauthorized")
    problem_of(await nobody.get("/v1/keys"), 401, "unauthorized")
    problem_of(await nobody.get("/v1/audit"), 401, "unauthorized")
    assert (await nobody.get("/v1/sessions/opening")).status_code == 200


async def test_a_key_is_shown_once_and_listed_with_its_last_use(keyed: Keyed) -> None:
    key = await keyed.key("room-2", "captioner", session="opening")
    admin = keyed.client(keyed.admin)
    listed = await admin.get("/v1/keys")
    assert key not in listed.text
    assert {one["name"]: one["last_used_at"] for one in listed.json()}["room-2"] is None
    assert (await send(keyed.client(key), "Good morning.", session="opening")).status_code == 202

    async def used() -> bool:
        found = {one["name"]: one for one in (await admin.get("/v1/keys")).json()}
        return found["room-2"]["last_used_at"] is not None

    await until(used)
    answer = await admin.post("/v1/keys", json={"name": "room-2", "role": "viewer"})
    assert "rotate" in problem_of(answer, 409, "conflict")


async def test_a_captioner_writes_where_their_key_says_and_nowhere_else(keyed: Keyed) -> None:
    await keyed.announce("two", languages=["en", "es"])
    key = keyed.client(await keyed.key("es", "captioner", session="two", language="es"))
    assert (await send(key, "Buenos días.", session="two")).json()["language"] == "es"
    line = {"sender": "desk", "lines": [{"number": 0, "text": "Hello."}]}
    problem_of(await key.post("/v1/sessions/two/lines?lang=en", json=line), 403, "forbidden")
    problem_of(await send(key, "No.", session="opening"), 403, "forbidden")
    problem_of(await key.patch("/v1/sessions/two", json={"room": "1"}), 403, "forbidden")
    problem_of(await key.get("/v1/keys"), 403, "forbidden")
    in_query = keyed.client()
    secret = key.headers["authorization"].removeprefix("Bearer ")
    answer = await in_query.post(f"/v1/sessions/two/lines?key={secret}", json={**line, "sender": "web"})
    assert answer.json()["language"] == "es"


async def test_an_organiser_looks_after_their_event_alone(keyed: Keyed) -> None:
    key = await keyed.key("igf", "organiser", event="IGF 2015")
    organiser = keyed.client(key)
    assert (await organiser.post("/v1/sessions", json={"id": "mine"})).json()["event"] == "IGF 2015"
    problem_of(await organiser.post("/v1/sessions", json={"id": "x", "event": "RIPE 91"}), 403, "forbidden")
    assert (await organiser.patch("/v1/sessions/opening", json={"room": "1"})).status_code == 200
    problem_of(await organiser.patch("/v1/sessions/other", json={"room": "1"}), 403, "forbidden")
    problem_of(await organiser.patch("/v1/sessions/opening", json={"event": "RIPE 91"}), 403, "forbidden")
    assert (await send(organiser, "Good morning.", session="opening")).status_code == 202
    problem_of(await send(organiser, "No.", session="other"), 403, "forbidden")

    await keyed.key("room-1", "captioner", key, session="opening")
    await keyed.key("readers", "viewer", key, event="IGF 2015")
    for draft in (
        {"name": "a", "role": "admin"},
        {"name": "a", "role": "organiser", "event": "IGF 2015"},
        {"name": "a", "role": "captioner"},
        {"name": "a", "role": "captioner", "session": "other"},
        {"name": "a", "role": "captioner", "session": "nobody"},
        {"name": "a", "role": "viewer", "event": "RIPE 91"},
    ):
        problem_of(await organiser.post("/v1/keys", json=draft), 403, "forbidden")
    await keyed.key("theirs", "captioner", session="other")
    assert {one["name"] for one in (await organiser.get("/v1/keys")).json()} == {"room-1", "readers"}
    problem_of(await organiser.delete("/v1/keys/theirs"), 403, "forbidden")
    problem_of(await organiser.post("/v1/keys/admin/rotate"), 403, "forbidden")
    assert (await organiser.delete("/v1/keys/room-1")).status_code == 204


async def test_who_did_what_is_known_and_an_organiser_sees_their_event(keyed: Keyed) -> None:
    key = await keyed.key("igf", "organiser", event="IGF 2015")
    organiser = keyed.client(key)
    await organiser.patch("/v1/sessions/opening", json={"status": "live", "room": "1"})
    await organiser.patch("/v1/sessions/opening", json={"status": "finished"})
    await keyed.client(keyed.admin).patch("/v1/sessions/other", json={"room": "2"})
    entries = (await keyed.client(keyed.admin).get("/v1/audit")).json()
    told = [(one["by"], one["action"], one["subject"], one["detail"]) for one in entries]
    assert told[:5] == [
        ("admin", "session_changed", "other", "room"),
        ("igf", "session_finished", "opening", ""),
        ("igf", "session_changed", "opening", "room"),
        ("igf", "session_started", "opening", ""),
        ("admin", "key_created", "igf", "organiser"),
    ]
    assert told[-1] == (None, "key_created", "admin", "admin")
    assert key not in str(entries)
    seen = (await organiser.get("/v1/audit?limit=100")).json()
    assert {one["event"] for one in seen} == {"IGF 2015"}


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
async def test_a_closed_session_is_read_with_a_key_alone(keyed: Keyed, accept: str) -> None:
    admin = keyed.client(keyed.admin)
    await send(admin, ">> ANA: Pineapple.\n", session="secret")
    await transcript(admin, 1, "secret")
    viewer = keyed.client(await keyed.key("readers", "viewer", session="secret"))
    stranger = keyed.client(await keyed.key("others", "viewer", session="opening"))
    nobody = keyed.client()
    addresses = ["/s/secret", "/s/secret/follow", "/s/secret/screen", "/s/secret/qr.svg", "/v1/sessions/secret"]
    addresses += [f"/v1/sessions/secret/transcript{form}" for form in ("", ".json", ".txt", ".vtt", ".srt")]
    for address in addresses:
        answers = [await one.get(address, headers={"Accept": accept}) for one in (nobody, stranger, viewer, admin)]
        assert [one.status_code for one in answers[:2]] == [401, 403], address
        assert [one.status_code for one in answers[2:]] in ([200, 200], [406, 406]), address
        assert all("Pineapple" not in one.text for one in answers[:2])
    for form in ("text/event-stream", "application/json"):
        problem_of(await nobody.get("/v1/sessions/secret/events", headers={"Accept": form}), 401, "unauthorized")
    for one, known in ((nobody, False), (stranger, False), (viewer, True), (admin, True)):
        listed = {session["id"] for session in (await one.get("/v1/sessions")).json()}
        assert ("secret" in listed) is known
        found = (await one.get("/v1/search", params={"q": "pineapple"})).json()
        assert found["total"] == int(known)
        assert ("Pineapple" in (await one.get("/search", params={"q": "pineapple"})).text) is known
        assert ("/s/secret" in (await one.get("/")).text) is known


async def _rest(lines: AsyncIterator[str]) -> None:
    async for _ in lines:
        pass


async def test_closing_a_session_ends_the_streams_of_who_may_not_read_it(keyed: Keyed) -> None:
    admin = keyed.client(keyed.admin)
    async with keyed.client().stream("GET", "/v1/sessions/opening/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines)
        await admin.patch("/v1/sessions/opening", json={"closed": True})
        await asyncio.wait_for(_rest(lines), 10)
    problem_of(await keyed.client().get("/v1/sessions/opening/events"), 401, "unauthorized")
    await admin.patch("/v1/sessions/opening", json={"closed": False})
    assert (await keyed.client().get("/v1/sessions/opening/transcript.txt")).status_code == 200


async def test_a_revoked_key_ends_its_streams_and_opens_nothing_more(keyed: Keyed) -> None:
    viewer = keyed.client(await keyed.key("readers", "viewer", session="secret"))
    admin = keyed.client(keyed.admin)
    async with viewer.stream("GET", "/v1/sessions/secret/events") as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        assert await anext(lines)
        assert (await admin.delete("/v1/keys/readers")).status_code == 204
        with pytest.raises(httpx.HTTPError):  # it is cut off
            await asyncio.wait_for(_rest(lines), 10)
    problem_of(await viewer.get("/v1/sessions/secret"), 403, "forbidden")


async def test_a_rotated_key_is_another_one_for_the_same(keyed: Keyed) -> None:
    old = await keyed.key("room-2", "captioner", session="opening")
    admin = keyed.client(keyed.admin)
    new = (await admin.post("/v1/keys/room-2/rotate")).json()["key"]
    assert new != old
    problem_of(await send(keyed.client(old), "No.", session="opening"), 403, "forbidden")
    assert (await send(keyed.client(new), "Good morning.", session="opening")).status_code == 202
    problem_of(await admin.delete("/v1/keys/admin"), 409, "conflict")
    problem_of(await admin.delete("/v1/keys/nobody"), 404, "not-found")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a"},
        {"name": "a", "role": "king"},
        {"name": "A b", "role": "viewer"},
        {"name": "a", "role": "viewer", "session": "../x"},
        {"name": "a", "role": "viewer", "more": 1},
    ],
)
async def test_what_is_no_key_is_refused(keyed: Keyed, body: dict[str, Any]) -> None:
    problem_of(await keyed.client(keyed.admin).post("/v1/keys", json=body), 422, "invalid")
