"""The running turn is corrected over HTTP: for who reads now, in the transcript, in exports and in search."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.secret import Secret
from captionflow.transcript import turns
from tests.integration.api_server import Api, problem_of, said, send, serving, transcript
from tests.integration.live_client import Screen, read_until, stream

ADDRESS = "/v1/sessions/talk/corrections"
KEY = "0123456789abcdef-of-this-test"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        await api.announce("talk", title="Talk", event="Forum")
        yield api


def correction(was: str, now: str, **fields: Any) -> dict[str, Any]:
    return {"turn_id": "talk.en.1", "was": was, "now": now, **fields}


async def correct(client: httpx.AsyncClient, was: str, now: str) -> int:
    answer = await client.post(ADDRESS, json=correction(was, now))
    assert answer.status_code == 202, answer.text
    return int(answer.json()["seq"])


async def test_a_correction_is_there_for_all_who_read_and_stays_when_the_sender_goes_on(api: Api) -> None:
    async with api.client() as client, stream(api, "/v1/sessions/talk/events") as reading:
        screen = Screen()
        await send(client, ">> ANA:  We thank mister Lupo", sender="desk-1")
        await read_until(reading, screen, 1)
        seq = await correct(client, "We thank mister Lupo", "We thank Mr Lupu")
        await read_until(reading, screen, seq)
        assert [turn.text for turn in turns(screen.parts.values())] == ["We thank Mr Lupu"]
        line = {"number": 1, "text": ">> ANA:  We thank mister Lupo, all", "revises": 1}
        answer = await client.post("/v1/sessions/talk/lines", json={"sender": "desk-1", "lines": [line]})
        last = answer.json()["receipts"][0]["seq"]
        await read_until(reading, screen, last)
        assert [turn.text for turn in turns(screen.parts.values())] == ["We thank Mr Lupu, all"]
        assert said(await transcript(client, last)) == "We thank Mr Lupu, all"
        for suffix in ("txt", "vtt", "srt"):
            assert "Lupu" in (await client.get(f"/v1/sessions/talk/transcript.{suffix}")).text
        assert (await client.get("/v1/search?q=Lupu")).json()["total"] == 1
        assert (await client.get("/v1/search?q=Lupo")).json()["total"] == 0


async def test_it_is_the_same_after_a_restart_and_in_a_rebuild(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await send(client, ">> ANA:  teh agenda", sender="desk-1")
        await transcript(client, 1)
        await correct(client, "teh agenda", "the agenda")
        before = await transcript(client, 2)
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await send(client, "is adopted.", sender="desk-1", first=1)
        assert said(before) == "the agenda"
        assert said(await transcript(client, 3)) == "the agenda is adopted."


async def test_who_corrected_is_in_the_audit_trail_and_the_words_are_not(api: Api) -> None:
    async with api.client() as client:
        await send(client, ">> ANA:  teh agenda")
        await correct(client, "teh agenda", "the agenda")
        (entry, *_) = (await client.get("/v1/audit")).json()
        assert (entry["action"], entry["subject"], entry["event"]) == ("words_corrected", "talk", "Forum")
        assert "agenda" not in str(entry)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({}, 422, "invalid"),
        (correction("a", "a"), 422, "invalid"),
        (correction("a", "b", turn_id="other.en.1"), 422, "invalid"),
        (correction("a", "b", turn_id="talk.es.1"), 422, "invalid"),
        (correction("a", "b\x1b[31m"), 422, "invalid"),
        (correction("a", "b" * 4_001), 422, "invalid"),
        (correction("a", "b", number=-1), 422, "invalid"),
        (correction("a", "b", more=1), 422, "invalid"),
    ],
)
async def test_what_can_not_be_is_refused(api: Api, wrong: Any, status: int, code: str) -> None:
    async with api.client() as client:
        problem_of(await client.post(ADDRESS, json=wrong), status, code)
        problem_of(await client.post("/v1/sessions/none/corrections", json=correction("a", "b")), 404, "not-found")


async def test_a_sender_can_not_correct_by_a_line_of_its_own(api: Api) -> None:
    async with api.client() as client:
        await send(client, ">> ANA:  teh agenda")
        line = {"number": 0, "text": "x", "corrects": correction("teh agenda", "gone", number=0)}
        await client.post("/v1/sessions/talk/lines", json={"sender": "me", "lines": [line]})
        assert said(await transcript(client, 1)) == "teh agenda"


async def test_it_is_for_organisers(tmp_path: Path) -> None:
    async with serving(tmp_path, ingest_token=Secret(KEY)) as api, api.client() as client:
        problem_of(await client.post(ADDRESS, json=correction("a", "b")), 401, "unauthorized")


async def test_off_the_record_nothing_is_corrected_and_no_byte_of_it_is_in_the_log(api: Api) -> None:
    async with api.client() as client:
        await send(client, ">> ANA:  teh agenda")
        await transcript(client, 1)
        (await client.put("/v1/sessions/talk/off-the-record", json={"on": True})).raise_for_status()
        refused = await client.post(ADDRESS, json=correction("teh agenda", "the secret"))
        assert "off the record" in problem_of(refused, 409, "conflict")
        lines = [line async for record in api.adapters.line_log.read("talk", "en") for line in record.lines]
        assert "secret" not in str(lines)
        (await client.put("/v1/sessions/talk/off-the-record", json={"on": False})).raise_for_status()
        seq = await correct(client, "teh agenda", "the agenda")
        assert "the agenda" in said(await transcript(client, seq))
