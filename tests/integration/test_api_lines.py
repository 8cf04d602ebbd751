"""Lines over HTTP: as JSON or NDJSON, acknowledged when they are durable."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.integration.api_server import Api, problem_of, said, send, serving, transcript

LINES = "/v1/sessions/talk/lines"
ROWS = b'{"number":0,"text":"one ","eol":false}\n\n{"number":1,"text":"two"}\n'


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        await api.announce(languages=["en", "es"])
        yield api


async def test_json_and_ndjson_are_the_same_lines(client: httpx.AsyncClient) -> None:
    kind = {"Content-Type": "application/x-ndjson"}
    rows = await client.post(f"{LINES}?sender=desk", content=ROWS, headers=kind)
    lines = [{"number": 0, "text": "one ", "eol": False}, {"number": 1, "text": "two"}]
    again = await client.post(LINES, json={"sender": "desk", "lines": lines})
    assert rows.status_code == again.status_code == 202
    assert rows.json() == again.json()
    assert said(await transcript(client, 2)) == "one two"


async def test_accepted_means_that_it_is_there_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as api:
        await api.announce()
    async with serving(tmp_path / "data", pipeline=True) as api, api.client() as client:
        first = await send(client, "one ", "two ")
        assert first.status_code == 202
    async with serving(tmp_path / "data", pipeline=True) as api, api.client() as client:
        assert said(await transcript(client, 2)) == "one two"
        assert (await client.get(f"{LINES}/last?sender=desk")).json() == {"number": 1}
        assert (await send(client, "one ", "two ")).json() == first.json()


async def test_a_request_is_stored_whole_or_not_at_all(client: httpx.AsyncClient) -> None:
    lines = [{"number": 0, "text": "one"}, {"number": 1, "text": 2}]
    answer = await client.post(LINES, json={"sender": "desk", "lines": lines})
    assert "line 2, text" in problem_of(answer, 400, "bad-message")
    answer = await client.post(
        f"{LINES}?sender=desk", content=ROWS + b"{", headers={"Content-Type": "application/jsonl"}
    )
    assert "Row 4" in problem_of(answer, 400, "bad-message")
    assert (await client.get(f"{LINES}/last?sender=desk")).json() == {"number": None}


async def test_each_language_has_a_log_and_numbers_of_its_own(client: httpx.AsyncClient) -> None:
    for lang, text in (("en", "Good morning."), ("ES", "Buenos días."), ("pt-br", "Bom dia.")):
        lines = {"sender": "desk", "lines": [{"number": 0, "text": text}]}
        answer = (await client.post(LINES, params={"lang": lang}, json=lines)).json()
        assert answer["receipts"][0]["seq"] == 1
    assert answer["language"] == "pt-BR"
    assert (await client.get("/v1/sessions/talk")).json()["languages"] == ["en", "es", "pt-BR"]
    await transcript(client, 1, language="es")
    found = await client.get("/v1/sessions/talk/transcript.txt", params={"lang": "es"})
    assert (found.text, found.headers["content-language"]) == (">> Buenos días.\n", "es")
    assert (await client.get(f"{LINES}/last", params={"sender": "desk", "lang": "PT-BR"})).json() == {"number": 0}
    answer = await client.post(LINES, params={"lang": "not a tag"}, json={"sender": "desk", "lines": [{"number": 1}]})
    assert "BCP 47" in problem_of(answer, 400, "bad-message")


async def test_a_revision_and_the_last_of_interim_results_are_what_is_kept(client: httpx.AsyncClient) -> None:
    await send(client, ">> ANA: Good mroning.")
    await client.post(
        LINES, json={"sender": "desk", "lines": [{"number": 1, "text": ">> ANA: Good morning.", "revises": 1}]}
    )
    for number, (text, final) in enumerate((("thank", False), ("thank you mad", False), ("Thank you, Madam.", True))):
        line = {"number": number, "segment": "s1", "final": final, "text": text, "speaker": "BO"}
        await client.post(LINES, json={"sender": "asr", "lines": [line]})
    turns = (await transcript(client, 5))["turns"]
    assert [(turn["speaker"], turn["paragraphs"]) for turn in turns] == [
        ("ANA", ["Good morning."]),
        ("BO", ["Thank you, Madam."]),
    ]


async def test_fifty_requests_of_one_sender_in_flight_at_once_lose_nothing(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(send(client, f"w{n} ", first=n) for n in range(50)))
    assert {answer.status_code for answer in answers} == {202}
    assert sorted(answer.json()["receipts"][0]["seq"] for answer in answers) == list(range(1, 51))
    assert sorted(said(await transcript(client, 50)).split()) == sorted(f"w{n}" for n in range(50))
