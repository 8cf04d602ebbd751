"""A snapshot is the end of a transcript; what was said before it is had as far as somebody likes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.messages import Stamp
from captionflow.stamps import pack
from captionflow.turns import WINDOW
from tests.integration.api_server import Api, problem_of, serving
from tests.steps import part, step

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
TURNS = 2 * WINDOW + 50
EVENTS = "/v1/sessions/talk/events"


@pytest.fixture
async def long(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path) as api:
        await api.announce()
        said = [
            part(n, n, f"Turn {n}.", times=pack([Stamp(0, NOW + timedelta(seconds=n))])) for n in range(1, TURNS + 1)
        ]
        await api.adapters.turn_store.apply([step(TURNS, part(0, 1, "Head"), *said)])
        yield api


async def snapshot(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await client.get(EVENTS, params=query, headers={"Accept": "application/json"})
    found: dict[str, Any] = next(one["data"] for one in answer.json()["events"] if one["event"] == "snapshot")
    return found


async def test_a_snapshot_has_the_end_and_says_where_the_rest_is(long: Api) -> None:
    async with long.client() as client:
        found = await snapshot(client)
        assert [one["ordinal"] for one in found["parts"]] == list(range(TURNS - WINDOW + 1, TURNS + 1))
        assert found["earlier"] == f"{TURNS - WINDOW + 1}.0"
        assert found["begin"] == "2026-01-01T09:00:01Z"


async def test_all_that_was_before_is_had_stretch_by_stretch(long: Api) -> None:
    async with long.client() as client:
        found = await snapshot(client)
        ordinals = [one["ordinal"] for one in found["parts"]]
        while earlier := found.get("earlier"):
            found = (await client.get("/v1/sessions/talk/parts", params={"before": earlier})).json()
            assert found["seq"] == TURNS
            ordinals[:0] = [one["ordinal"] for one in found["parts"]]
        assert ordinals == list(range(TURNS + 1))


async def test_a_reset_sends_no_more_than_a_snapshot(long: Api) -> None:
    async with long.client() as client:
        answer = await client.get(f"{EVENTS}?after=999999999", headers={"Accept": "application/json"})
        reset, found = answer.json()["events"][:2]
        assert (reset["event"], found["event"]) == ("reset", "snapshot")
        assert len(found["data"]["parts"]) == WINDOW


async def test_a_position_after_which_too_much_changed_is_answered_with_the_end_of_all(long: Api) -> None:
    async with long.client(Accept="application/json") as client:
        for after, names in ((TURNS - WINDOW - 1, ["reset", "snapshot"]), (TURNS - WINDOW, ["session", "delta"])):
            answer = (await client.get(EVENTS, params={"after": after})).json()
            assert [one["event"] for one in answer["events"]] == names
            assert len(answer["events"][1]["data"]["parts"]) == WINDOW


async def test_the_last_turns_say_that_there_are_others(long: Api) -> None:
    async with long.client() as client:
        found = await snapshot(client, last="2")
        assert ([one["ordinal"] for one in found["parts"]], found["earlier"]) == ([TURNS - 1, TURNS], f"{TURNS - 1}.0")


async def test_a_short_session_is_all_there(long: Api) -> None:
    await long.announce("short")
    await long.adapters.turn_store.apply([step(1, part(1, 1, "Hello.", session="short"), session="short")])
    async with long.client() as client:
        answer = await client.get("/v1/sessions/short/events", headers={"Accept": "application/json"})
        found = answer.json()["events"][0]["data"]
        assert set(found) == {"session", "seq", "parts"}
        assert (await client.get("/v1/sessions/short/parts?before=1.0")).json() == {"seq": 1}


@pytest.mark.parametrize("before", ["", "x", "-1.0", "1"])
async def test_a_place_that_is_none_is_refused_by_name(long: Api, before: str) -> None:
    async with long.client() as client:
        answer = await client.get("/v1/sessions/talk/parts", params={"before": before})
        assert "before" in problem_of(answer, 422, "invalid")
