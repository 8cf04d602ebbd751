"""Taking over from one source to another over HTTP: whose words count is in the log, and so are those that wait."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.secret import Secret
from tests.integration.api_server import problem_of, said, send, serving, transcript

ADDRESS = "/v1/sessions/talk/on-air"
KEY = "0123456789abcdef-of-this-test"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        yield client


async def put(client: httpx.AsyncClient, source: str, *spares: str) -> Any:
    answer = await client.put(ADDRESS, json={"source": source, "spares": spares})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_spare_waits_and_its_words_are_used_when_it_is_put_on_air(client: httpx.AsyncClient) -> None:
    await send(client, ">> ANA:  Good morning.", sender="desk-1")
    assert await put(client, "desk-1", "asr") == {"source": "desk-1", "spares": ["asr"], "after_seconds": 10.0}
    await send(client, "Let us begin with", sender="desk-1", first=1)
    await send(client, "Let us begin with", "the first point.", sender="asr")
    assert said(await transcript(client, 5)) == "Good morning. Let us begin with"
    assert (await put(client, "asr", "desk-1"))["source"] == "asr"
    await send(client, "Not heard.", sender="desk-1", first=2)
    await send(client, "It is short.", sender="asr", first=2)
    assert said(await transcript(client, 8)) == "Good morning. Let us begin with the first point. It is short."
    assert (await client.get(ADDRESS)).json()["spares"] == ["desk-1"]


async def test_everybodys_words_count_at_first_and_again_when_nobody_is_on_air(client: httpx.AsyncClient) -> None:
    assert (await client.get(ADDRESS)).json()["source"] == ""
    await put(client, "desk-1", "asr")
    assert (await put(client, ""))["source"] == ""
    await send(client, ">> ANA:  Good morning.", sender="asr")
    assert said(await transcript(client, 3)) == "Good morning."


async def test_who_is_on_air_is_known_after_a_restart_and_each_language_has_its_own(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk", languages=["en", "es"])
        answer = await client.put(f"{ADDRESS}?lang=es", json={"source": "booth-1", "spares": ["booth-2"]})
        assert answer.json()["source"] == "booth-1"
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        assert (await client.get(f"{ADDRESS}?lang=es")).json()["spares"] == ["booth-2"]
        assert (await client.get(ADDRESS)).json()["source"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"source": "desk-1", "spares": ["desk-1"]},
        {"source": "desk-1", "spares": ["asr", "asr"]},
        {"source": "desk-1", "spares": [""]},
        {"source": "desk-1", "spares": ["a", "b", "c", "d", "e"]},
        {"source": "desk-1", "after_seconds": 0},
        {"source": "x" * 201},
        {"source": "desk-1", "more": 1},
    ],
)
async def test_what_can_not_be_is_refused_and_changes_nothing(client: httpx.AsyncClient, wrong: Any) -> None:
    assert (await client.put(ADDRESS, json=wrong)).status_code in {400, 422}
    assert (await client.get(ADDRESS)).json()["source"] == ""


async def test_a_sender_can_not_put_itself_on_air(client: httpx.AsyncClient) -> None:
    line = {"number": 0, "text": "Hello.", "on_air": {"source": "me"}}
    await client.post("/v1/sessions/talk/lines", json={"sender": "me", "lines": [line]})
    assert (await client.get(ADDRESS)).json()["source"] == ""


async def test_it_is_for_organisers(tmp_path: Path) -> None:
    async with serving(tmp_path, ingest_token=Secret(KEY)) as api, api.client() as client:
        problem_of(await client.put(ADDRESS, json={"source": "desk-1"}), 401, "unauthorized")
        problem_of(await client.get(ADDRESS), 401, "unauthorized")
