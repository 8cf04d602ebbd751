"""What the desk is told over HTTP: who sends, and what changes while it watches."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from captionflow.errors import Unavailable
from captionflow.secret import Secret
from services.api.desk.routes import MAX_DESKS
from tests.integration.api_server import problem_of, send, serving
from tests.waiting import until

KEY = "0123456789abcdef-of-this-test"


@contextlib.asynccontextmanager
async def watching(client: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
        name = ""
        async for line in lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, msgspec.json.decode(line.removeprefix("data: "))

    async with client.stream("GET", "/v1/desk/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer.aiter_lines())


async def first(events: AsyncIterator[tuple[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return dict([await anext(events) for _ in range(4)])


async def told(events: AsyncIterator[tuple[str, Any]], name: str, wanted: Any) -> None:
    """Return when an event of this name is as wanted."""
    async with asyncio.timeout(20):
        async for event, data in events:
            if event == name and wanted(data):
                return


async def test_who_sends_is_told_with_door_last_word_and_words(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await api.announce("other")
        await send(client, ">> ANA:  Good morning everybody.", session="talk", sender="desk-1")
        await send(client, "Hello.", session="other", sender="desk-2")
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = (await client.get("/v1/sources?session=talk")).json()["sources"]
            return bool(found)

        await until(there)
        assert [(one["source"], one["door"], one["words"], one["warnings"]) for one in found] == [
            ("desk-1", "json", 5, [])
        ]
        assert found[0]["last_word_at"] >= found[0]["since"]


async def test_a_retry_is_not_counted_and_a_left_out_number_is_a_warning(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        for _ in range(3):
            await send(client, "Good morning.", sender="desk-1")
        await send(client, "Welcome.", sender="desk-1", first=7)

        async def there() -> bool:
            (found,) = (await client.get("/v1/sources")).json()["sources"] or [{"warnings": []}]
            return [one["code"] for one in found["warnings"]] == ["numbers-missing"] and found["words"] == 3

        await until(there)


async def test_the_desk_gets_all_at_first_and_then_what_changes(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk", room="Main hall")
        async with watching(client) as events:
            known = await first(events)
            assert known["sources"] == {"sources": []}
            assert [room["name"] for room in known["sessions"]["rooms"]] == ["Main hall"]
            assert known["readers"] == {"readers": {}}
            assert known["services"] == {"troubles": []}
            await send(client, "Good morning.")
            await told(events, "sources", lambda data: [one["source"] for one in data["sources"]] == ["desk"])
            await api.announce("late", room="Room 2")
            await told(events, "sessions", lambda data: len(data["rooms"]) == 2)
            async with client.stream("GET", "/v1/sessions/talk/events"):
                await told(events, "readers", lambda data: data["readers"] == {"talk": 1})


LISTS_A_READ = 4
"""See ``sessions_of_day``."""


async def test_many_desks_cost_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One look a second for all of them; the sessions are read when they have changed, and each 5 s."""
    looked = {"latest": 0, "list": 0}

    def counted(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def call(*given: Any) -> Any:
            looked[name] += 1
            return real(*given)

        monkeypatch.setattr(owner, name, call)

    async with serving(tmp_path) as api, api.client() as client, contextlib.AsyncExitStack() as opened:
        await api.announce("talk", room="Main hall")
        desks = [await opened.enter_async_context(watching(client)) for _ in range(20)]
        for desk in desks:
            await first(desk)
        loop = asyncio.get_running_loop()
        began = loop.time()
        counted(type(api.adapters.source_reports), "latest")
        counted(type(api.adapters.sessions), "list")
        await client.patch("/v1/sessions/talk", json={"room": "Annex"})
        for desk in desks:
            await told(desk, "sessions", lambda data: data["rooms"][0]["name"] == "Annex")
        told_at = loop.time()
        await until(lambda: loop.time() - told_at > 3)
        passed = loop.time() - began
        assert looked["latest"] <= passed + 6
        assert looked["list"] <= LISTS_A_READ * (2 + passed / 5)


async def test_an_organiser_of_an_event_sees_its_sessions_sources_and_readers_alone(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as opened:
        api = await opened.enter_async_context(serving(tmp_path, pipeline=True, ingest_token=Secret(KEY)))
        client = await opened.enter_async_context(api.client(Authorization=f"Bearer {KEY}"))
        for session, event in (("mine", "Forum 1"), ("other", "Forum 2")):
            await client.post("/v1/sessions", json={"id": session, "title": session, "event": event})
            await send(client, "Good morning.", session=session)
            await opened.enter_async_context(client.stream("GET", f"/v1/sessions/{session}/events"))
        made = await client.post("/v1/keys", json={"name": "one", "role": "organiser", "event": "FORUM 1"})
        bearer = f"Bearer {made.json()['key']}"
        async with api.client(Authorization=bearer) as organiser, watching(organiser) as events:
            seen = await first(events)
            if not seen["sources"]["sources"]:
                seen["sources"] = await _next(events, "sources")
        assert [one["id"] for room in seen["sessions"]["rooms"] for one in room["sessions"]] == ["mine"]
        assert {one["session"] for one in seen["sources"]["sources"]} == {"mine"}
        assert set(seen["readers"]["readers"]) <= {"mine"}


async def _next(events: AsyncIterator[tuple[str, Any]], name: str) -> Any:
    async with asyncio.timeout(20):
        async for event, data in events:
            if event == name:
                return data
    raise EOFError


async def test_a_desk_more_than_there_are_places_is_told_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as api, api.client() as client, contextlib.AsyncExitStack() as open_desks:
        for _ in range(MAX_DESKS):
            await open_desks.enter_async_context(client.stream("GET", "/v1/desk/events"))
        assert "close one" in problem_of(await client.get("/v1/desk/events"), 503, "unavailable")


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is let go only when Python looks for garbage is not let go."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
async def test_a_desk_that_hangs_up_leaves_its_place_at_once_whenever_that_is(tmp_path: Path) -> None:
    async with serving(tmp_path) as api, api.client() as client:
        for number in range(4 * MAX_DESKS):
            reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
            writer.write(b"GET /v1/desk/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if how_much := (0, 1, 100, 10_000)[number % 4]:
                assert await reader.read(how_much)
            writer.transport.abort()

        async def all_there() -> bool:
            async with contextlib.AsyncExitStack() as desks:
                opened = [
                    await desks.enter_async_context(client.stream("GET", "/v1/desk/events")) for _ in range(MAX_DESKS)
                ]
                return all(answer.status_code == 200 for answer in opened)

        await until(all_there)


async def test_the_desk_is_for_those_who_have_a_key(tmp_path: Path) -> None:
    async with serving(tmp_path, ingest_token=Secret(KEY)) as api, api.client() as client:
        problem_of(await client.get("/v1/sources"), 401, "unauthorized")
        problem_of(await client.get("/v1/desk/events"), 401, "unauthorized")
        answer = await client.get("/v1/sources", headers={"Authorization": f"Bearer {KEY}"})
        assert answer.json() == {"sources": []}


async def test_who_captions_a_session_is_told_who_else_is_there_and_who_hands_over(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await api.announce("other")
        where = "/v1/sessions/talk/lines/presence"
        for sender, hand_over in (("ana-1", {"to": "ben-1", "seconds": 10}), ("ben-1", None)):
            answer = await client.post(where, json={"sender": sender, "hand_over": hand_over})
            assert answer.status_code == 204
        found: dict[str, Any] = {}

        async def there() -> bool:
            found.update((await client.get("/v1/sessions/talk/sources")).json())
            return len(found["sources"]) == 2

        await until(there)
        ana, ben = sorted(found["sources"], key=lambda one: str(one["source"]))
        assert (ana["door"], ana["words"], ana["hands_over"]["to"], ben["hands_over"]) == ("page", 0, "ben-1", None)
        assert found["now"] < ana["hands_over"]["at"]
        assert (await client.get("/v1/sessions/other/sources")).json()["sources"] == []


async def test_a_presence_that_says_nothing_of_use_is_refused(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        where = "/v1/sessions/talk/lines/presence"
        problem_of(await client.post(where, json={"sender": "a b"}), 400, "bad-message")
        problem_of(
            await client.post(where, json={"sender": "a", "hand_over": {"to": "b", "seconds": 999}}), 422, "invalid"
        )
        problem_of(await client.post("/v1/sessions/none/lines/presence", json={"sender": "a"}), 404, "not-found")


async def test_the_page_shows_sessions_on_the_record_and_off_it(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk", title="The talk")
        await send(client, "Good morning.")
        answer = await client.get("/desk")
        assert (answer.status_code, "The talk" in answer.text) == (200, True)
        (await client.put("/v1/sessions/talk/off-the-record", json={"on": True})).raise_for_status()
        await until(lambda: _shows(client, "data-off-record"))


async def test_the_page_opens_also_while_nobody_can_tell_who_sends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path) as api, api.client() as client:
        await api.announce("talk", title="The talk", status="live")

        async def not_yet(_: object) -> None:
            raise Unavailable("The topic is not read yet.")

        monkeypatch.setattr(type(api.adapters.source_reports), "latest", not_yet)
        assert await _shows(client, "The talk")


async def _shows(client: httpx.AsyncClient, what: str) -> bool:
    return what in (await client.get("/desk")).text
