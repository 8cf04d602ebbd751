"""Search over HTTP: what was accepted is found, with counts, highlights and pages that don't move."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.ports import SearchPage
from tests.integration.api_server import Api, send, serving, transcript
from tests.real_program import run_command

KEYS = set(SearchPage.__struct_fields__)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        yield api


async def _search(client: httpx.AsyncClient, q: str, **more: Any) -> dict[str, Any]:
    answer = await client.get("/v1/search", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    assert set(page) == KEYS  # also the empty ones: nobody has to ask which are there
    return page


def _marked(hit: dict[str, Any]) -> str:
    return "".join(f"<{one['text']}>" if one["hit"] else one["text"] for one in hit["fragments"])


async def test_what_was_said_is_found_with_who_said_it_where(api: Api, client: httpx.AsyncClient) -> None:
    await api.announce("opening", event="IGF 2015", room="Room 2", date="2015-11-12")
    await send(client, ">> ANA: A one‑stop shop for José.", ">> BO: One shop, then another.", session="opening")
    await transcript(client, 2, "opening")
    (hit,) = (await _search(client, '"one stop" jose'))["hits"]
    assert _marked(hit) == "A <one‑stop> shop for <José>."
    assert (hit["session"], hit["event"], hit["room"], hit["date"]) == ("opening", "IGF 2015", "Room 2", "2015-11-12")
    assert (hit["speaker"], hit["ordinal"], hit["turn_id"]) == ("ANA", 1, "opening.en.1")
    assert hit["at"] is not None
    page = await _search(client, "shop")
    assert page["total"] == 2
    assert page["speakers"] == [{"value": "ANA", "count": 1}, {"value": "BO", "count": 1}]
    assert page["events"] == [{"value": "IGF 2015", "count": 2}]
    assert page["languages"] == [{"value": "en", "count": 2}]
    assert page["next"] is None
    for filters in ({"speaker": "bo"}, {"speaker": "Bo", "event": "igf‑2015", "room": "ROOM 2", "language": "EN"}):
        assert [hit["speaker"] for hit in (await _search(client, "shop", **filters))["hits"]] == ["BO"]
    assert (await _search(client, "", speaker="ana"))["total"] == 1
    nothing = await _search(client, "nowhere")
    assert nothing == {"hits": [], "total": 0, "speakers": [], "events": [], "languages": [], "next": None, "behind": 0}


async def test_pages_follow_each_other_while_captions_come_in(api: Api, client: httpx.AsyncClient) -> None:
    for name, date in (("old", "2014-01-01"), ("new", "2015-01-01")):
        await api.announce(name, date=date)
        await send(client, *(f">> P{n}: hello" for n in range(12)), session=name)
        await transcript(client, 12, name)
    before = [hit["turn_id"] for hit in (await _search(client, "hello", limit=100))["hits"]]
    paged: list[str] = []
    more: dict[str, Any] = {}
    number = 12
    while True:
        page = await _search(client, "hello", limit=5, **more)
        paged += [hit["turn_id"] for hit in page["hits"]]
        if page["next"] is None:
            break
        more = {"cursor": page["next"]}
        for name in ("old", "new"):
            await send(client, f">> LATE{number}: hello", session=name, first=number)
        number += 1
    assert len(set(paged)) == len(paged)
    assert [turn for turn in paged if turn in before] == before


async def test_a_growing_turn_is_found_by_its_newest_word_in_the_moment_that_the_transcript_has_it(
    api: Api, client: httpx.AsyncClient
) -> None:
    await api.announce()
    for n in range(10):
        await send(client, f"word{n} ", first=n)
        await transcript(client, n + 1)
        assert (await _search(client, f"word{n}"))["total"] == 1


async def test_real_transcripts_are_found_by_their_words_phrases_and_speakers(tmp_path: Path, shared: Path) -> None:
    folder = tmp_path / "archive"
    for name, event in (("igf", "IGF 2015"), ("srccon/2014", "SRCCON 2014")):
        command = ("import", shared / name, "--event", event)
        done = await asyncio.to_thread(run_command, *command, DATA=folder)
        assert done.returncode == 0, done.stderr
    async with serving(folder) as api, api.client() as client:
        for q in ("one-stop", "one‑stop", '"ONE STOP shop"'):
            page = await _search(client, q)
            assert [_marked(hit).count("<one‑stop") for hit in page["hits"]] == [1], q
        everyone = await _search(client, "data", limit=100)
        assert everyone["total"] > 100
        assert {count["value"] for count in everyone["events"]} == {"IGF 2015", "SRCCON 2014"}
        assert sum(count["count"] for count in everyone["events"]) == everyone["total"]
        for count in [*everyone["speakers"][:3], {"value": "leon felipe", "count": None}]:
            page = await _search(client, "data" if count["count"] else "", speaker=count["value"], limit=100)
            assert page["total"] == (count["count"] or 1)
            assert {hit["speaker"].casefold() for hit in page["hits"]} == {count["value"].casefold()}
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            page = await _search(client, "data", limit=100, **more)
            found += [f"{hit['turn_id']}/{hit['part']}" for hit in page["hits"]]
            assert all("<data" in _marked(hit).lower() for hit in page["hits"])
            if page["next"] is None:
                break
            more = {"cursor": page["next"]}
        assert len(found) == len(set(found)) == everyone["total"]
