"""Sessions over HTTP: announced once, listed as an array, changed by whoever is up to date."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.errors import Unavailable
from captionflow.settings import Secret
from services.sessions.drafts import MAX_SPEAKERS
from tests.integration.api_server import Api, problem_of, send, serving, transcript

TALK: dict[str, Any] = {"title": "Net neutrality", "event": "IGF 2015", "room": "Room 2", "date": "2015-11-12"}
ID = "2015-11-12-room-2-net-neutrality"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        yield api


async def test_a_session_gets_an_address_made_of_what_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/sessions", json=TALK)
    assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/sessions/{ID}")
    session = answer.json()
    assert {name: session[name] for name in TALK} == TALK
    assert (session["status"], session["languages"], session["version"]) == ("scheduled", ["en"], 1)
    assert (await client.get(answer.headers["location"])).json() == session


async def test_the_same_announcement_again_answers_with_the_session_as_it_is(client: httpx.AsyncClient) -> None:
    first = (await client.post("/v1/sessions", json=TALK)).json()
    again = await client.post("/v1/sessions", json=TALK)
    assert (again.status_code, again.json()) == (200, first)
    await send(client, "Good morning.", session=ID)
    await transcript(client, 1, ID)
    assert (await client.post("/v1/sessions", json=TALK)).json()["status"] == "live"
    another = await client.post("/v1/sessions", json={**TALK, "event": "IGF 2016"})
    assert "exists with another content" in problem_of(another, 409, "conflict")


async def test_ten_that_announce_the_same_at_once_make_one_session(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.post("/v1/sessions", json=TALK) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len((await client.get("/v1/sessions")).json()) == 1


async def test_the_list_is_an_array_with_the_live_ones_first_and_filters_that_fold(client: httpx.AsyncClient) -> None:
    for name, event, room, date in (
        ("old", "IGF 2014", "Salão 1", "2014-09-02"),
        ("new", "IGF 2015", "Salão 1", "2015-11-12"),
        ("live", "IGF 2014", "Room‑2", "2014-09-03"),
        ("undated", "", "", None),
    ):
        await client.post("/v1/sessions", json={"id": name, "event": event, "room": room, "date": date})
    await client.patch("/v1/sessions/live", json={"status": "live"})

    async def ids(**query: str) -> list[str]:
        found = (await client.get("/v1/sessions", params=query)).json()
        assert isinstance(found, list)
        return [one["id"] for one in found]

    assert await ids() == ["live", "new", "old", "undated"]
    assert await ids(status="scheduled") == ["new", "old", "undated"]
    assert await ids(status="", event="", room="") == await ids()
    assert await ids(room="SALAO 1") == ["new", "old"]
    assert await ids(room="room-2") == ["live"]
    assert await ids(event="igf 2014") == ["live", "old"]
    assert await ids(event="igf 2014", room="salao 1", status="scheduled") == ["old"]
    assert await ids(event="IGF") == []
    answer = await client.get("/v1/sessions", params={"status": "over"})
    assert "'scheduled', 'live' or 'finished'" in problem_of(answer, 422, "invalid")


async def test_a_patch_changes_what_it_names_and_null_takes_back(client: httpx.AsyncClient) -> None:
    await client.post("/v1/sessions", json=TALK)
    changed = (await client.patch(f"/v1/sessions/{ID}", json={"room": "Main hall", "event": None})).json()
    assert (changed["room"], changed["event"], changed["title"]) == ("Main hall", "", TALK["title"])
    assert changed["version"] == 2
    same = (await client.patch(f"/v1/sessions/{ID}", json={"room": "Main hall"})).json()
    assert same == changed


async def test_a_change_made_from_an_old_state_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/v1/sessions", json=TALK)
    path = f"/v1/sessions/{ID}"
    etag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": etag})).status_code == 304
    assert (await client.patch(path, json={"room": "A"}, headers={"If-Match": etag})).status_code == 200
    assert (await client.get(path, headers={"If-None-Match": etag})).status_code == 200
    stale = await client.patch(path, json={"room": "B"}, headers={"If-Match": etag})
    assert "version 2" in problem_of(stale, 412, "precondition-failed")
    assert "version 2" in problem_of(await client.patch(path, json={"room": "B", "version": 1}), 409, "conflict")
    assert (await client.get(path)).json()["room"] == "A"


async def test_changes_of_different_fields_at_once_all_count(client: httpx.AsyncClient) -> None:
    await client.post("/v1/sessions", json=TALK)
    fields = {"title": "T", "event": "E", "room": "R", "about": "A"}
    answers = await asyncio.gather(
        *(client.patch(f"/v1/sessions/{ID}", json={name: value}) for name, value in fields.items())
    )
    assert {answer.status_code for answer in answers} == {200}
    session = (await client.get(f"/v1/sessions/{ID}")).json()
    assert {name: session[name] for name in fields} == fields


async def test_the_organiser_ends_a_session_in_the_log_and_a_later_line_opens_it_again(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/v1/sessions", json=TALK)
    await send(client, "Good morning.", session=ID)
    await client.patch(f"/v1/sessions/{ID}", json={"status": "finished"})
    assert (await transcript(client, 2, ID))["session"]["status"] == "finished"
    await send(client, "One more thing.", session=ID, first=1)
    assert (await transcript(client, 3, ID))["session"]["status"] == "live"
    answer = await client.patch(f"/v1/sessions/{ID}", json={"status": "scheduled"})
    assert "live can't become scheduled" in problem_of(answer, 409, "conflict")


async def test_an_end_that_could_not_be_stored_is_stored_when_it_is_tried_again(
    api: Api, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.post("/v1/sessions", json=TALK)
    await send(client, "Good morning.", session=ID)
    await transcript(client, 1, ID)

    async def full(*_: object) -> None:
        raise Unavailable("The disk is full: free space, then try again.", retry_after=3)

    with monkeypatch.context() as broken:
        broken.setattr(api.adapters.line_log, "append", full)
        answer = await client.patch(f"/v1/sessions/{ID}", json={"status": "finished"})
        assert "disk is full" in problem_of(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "3"
    assert (await client.patch(f"/v1/sessions/{ID}", json={"status": "finished"})).status_code == 200
    assert (await transcript(client, 2, ID))["session"]["status"] == "finished"


async def test_what_the_text_says_fills_what_was_left_open_and_nothing_else(client: httpx.AsyncClient) -> None:
    await client.post("/v1/sessions", json={"id": "open", "title": "Given"})
    head = ("IGF 2015", "WORKSHOP 245", "12 November 2015", "ROOM 7", ">> ANA: Hello.")
    await send(client, *head, session="open")
    session = (await transcript(client, 5, "open"))["session"]
    assert (session["title"], session["date"], session["status"]) == ("Given", "2015-11-12", "live")


async def test_with_a_token_writing_needs_it_and_reading_does_not(tmp_path: Path) -> None:
    token = "a-long-enough-token"  # noqa: S105 - made up
    async with serving(tmp_path / "guarded", pipeline=True, ingest_token=Secret(token)) as api:
        for given in ({}, {"Authorization": f"Basic {token}"}):
            async with api.client(**given) as client:
                for method, path in (
                    ("POST", "/v1/sessions"),
                    ("PATCH", f"/v1/sessions/{ID}"),
                    ("POST", f"/v1/sessions/{ID}/lines"),
                ):
                    answer = await client.request(method, path, json={})
                    assert "Authorization: Bearer" in problem_of(answer, 401, "unauthorized")
                    assert answer.headers["www-authenticate"].startswith("Bearer")
                assert (await client.get("/v1/sessions")).json() == []
        async with api.client(Authorization="Bearer wrong") as client:
            problem_of(await client.post("/v1/sessions", json=TALK), 403, "forbidden")
        async with api.client(Authorization=f"bearer {token}") as client:
            assert (await client.post("/v1/sessions", json=TALK)).status_code == 201
            assert (await send(client, "Hello.", session=ID)).status_code == 202


async def test_names_of_a_recognisers_speakers_are_given_one_by_one_and_taken_back(client: httpx.AsyncClient) -> None:
    await client.post("/v1/sessions", json=TALK)

    async def name(speakers: dict[str, str | None]) -> Any:
        return (await client.patch(f"/v1/sessions/{ID}", json={"speakers": speakers})).json()["speakers"]

    assert await name({"speaker 0": "Ana Lupu"}) == {"speaker 0": "Ana Lupu"}
    assert await name({"speaker 1": "Ben"}) == {"speaker 0": "Ana Lupu", "speaker 1": "Ben"}
    assert await name({"speaker 0": None, "speaker 9": None}) == {"speaker 1": "Ben"}
    wrong = {"speakers": {"speaker 0": "Ana\nLupu"}}
    problem_of(await client.patch(f"/v1/sessions/{ID}", json=wrong), 422, "invalid")
    many = {"speakers": {f"speaker {n}": "Somebody" for n in range(MAX_SPEAKERS + 1)}}
    problem_of(await client.patch(f"/v1/sessions/{ID}", json=many), 422, "invalid")
