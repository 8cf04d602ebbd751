"""When words stop: viewers are told since when, and a session that is silent for long enough ends, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.messages import Line
from services.api.live.silence import SENDER, SilenceWatch
from tests.integration.api_server import Api, send, serving, transcript
from tests.waiting import until


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def watch_of(api: Api, clock: Clock, *, end_after: timedelta = timedelta(hours=1)) -> SilenceWatch:
    return SilenceWatch(
        api.app.state.hub, api.adapters.sessions, api.adapters.line_log, end_after=end_after, clock=clock
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        await api.announce("talk")
        yield api


async def told(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    """The events of one long poll, by name."""
    answer = await client.get("/v1/sessions/talk/events", params=query, headers={"Accept": "application/json"})
    return {one["event"]: one["data"] for one in answer.json()["events"]}


async def lines_of(api: Api) -> list[Line]:
    return [line async for record in api.adapters.line_log.read("talk", "en") for line in record.lines]


async def finished(client: httpx.AsyncClient, wanted: str = "finished") -> None:
    async def is_so() -> bool:
        return bool((await client.get("/v1/sessions/talk")).json()["status"] == wanted)

    await until(is_so)


async def test_viewers_are_told_since_when_no_words_have_come_until_they_come_again(api: Api, clock: Clock) -> None:
    watch = watch_of(api, clock)
    async with api.client() as client:
        await send(client, "Good morning.")
        await transcript(client, 1)
        await finished(client, "live")
        await watch.look()
        assert "interrupted" not in await told(client)
        clock.ahead = timedelta(seconds=61)
        async with client.stream("GET", "/v1/sessions/talk/events") as stream:
            rows = stream.aiter_lines()
            await _row(rows, "event: snapshot")
            await watch.look()
            await watch.look()
            await _row(rows, "event: interrupted")
            late = await told(client)
            assert late["interrupted"]["since"] == (await lines_of(api))[0].received_at.isoformat().replace(
                "+00:00", "Z"
            )
            assert late["interrupted"]["seconds"] >= 0
            clock.ahead = timedelta()
            await send(client, "Here we are.", first=1)
            assert await _row(rows, "event: ") == "event: delta"  # it was told once
        await transcript(client, 2)
        await watch.look()
        assert "interrupted" not in await told(client)


async def _row(rows: AsyncIterator[str], begin: str) -> str:
    async for row in rows:
        if row.startswith(begin):
            return row
    raise AssertionError(f"the stream ended before {begin!r}")


async def test_a_process_that_has_just_started_knows_it_from_the_log(tmp_path: Path, clock: Clock) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await send(client, "Good morning.")
        await finished(client, "live")
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        clock.ahead = timedelta(minutes=5)
        await watch_of(api, clock).look()
        assert (await told(client))["interrupted"]["since"]


async def test_a_session_without_words_is_not_interrupted_and_a_finished_one_no_more(api: Api, clock: Clock) -> None:
    watch = watch_of(api, clock)
    async with api.client() as client:
        await client.patch("/v1/sessions/talk", json={"status": "live"})
        clock.ahead = timedelta(minutes=5)
        await watch.look()
        assert "interrupted" not in await told(client)
        await send(client, "Good morning.")
        await transcript(client, 1)
        await watch.look()
        assert "interrupted" in await told(client)
        await client.patch("/v1/sessions/talk", json={"status": "finished"})
        await watch.look()
        assert "interrupted" not in await told(client)


async def test_a_silent_session_ends_once_whoever_sees_it_and_more_words_open_it_again(api: Api, clock: Clock) -> None:
    async with api.client() as client:
        await send(client, "Good morning.")
        await finished(client, "live")
        clock.ahead = timedelta(minutes=59)
        await watch_of(api, clock).look()
        assert len(await lines_of(api)) == 1
        clock.ahead = timedelta(minutes=61)
        for watch in (watch_of(api, clock), watch_of(api, clock)):  # two processes
            await watch.look()
        assert [(line.sender, line.number, line.ends) for line in (await lines_of(api))[1:]] == [(SENDER, 1, True)]
        await finished(client)
        await send(client, "One word more.", first=1)
        await finished(client, "live")
        await watch_of(api, clock).look()
        await finished(client)
        assert [line.number for line in await lines_of(api) if line.sender == SENDER] == [1, 3]


@pytest.mark.parametrize(("own", "general", "ends"), [(0, 60, False), (None, 0, False), (5, 0, True), (5, 60, True)])
async def test_how_long_can_be_set_for_the_installation_and_for_a_session(
    api: Api, clock: Clock, own: int | None, general: int, *, ends: bool
) -> None:
    async with api.client() as client:
        await client.patch("/v1/sessions/talk", json={"ends_after_minutes": own})
        await send(client, "Good morning.")
        await finished(client, "live")
        clock.ahead = timedelta(days=2)
        await watch_of(api, clock, end_after=timedelta(minutes=general)).look()
        assert (len(await lines_of(api)) == 2) is ends


async def test_words_that_the_log_has_and_viewers_not_yet_keep_a_session_alive(api: Api, clock: Clock) -> None:
    async with api.client() as client:
        await send(client, "Good morning.")
        await finished(client, "live")
        hub = api.app.state.hub
        hub.heard["talk", "en"] = datetime.now(UTC) - timedelta(days=1)  # as if the segmenter were far behind
        clock.ahead = timedelta(minutes=59)
        await watch_of(api, clock).look()
        assert len(await lines_of(api)) == 1


async def test_a_gap_is_in_the_exports_with_its_length(api: Api) -> None:
    begin = datetime(2026, 11, 24, 9, tzinfo=UTC)
    lines = [
        {"number": 0, "text": ">> ANA:  Good morning.", "at": begin.isoformat()},
        {"number": 1, "text": "Here we are again.", "at": (begin + timedelta(seconds=252)).isoformat()},
    ]
    async with api.client() as client:
        await client.post("/v1/sessions/talk/lines", json={"sender": "desk", "lines": lines})
        document = await transcript(client, 2)
        assert [(gap["turn_id"], gap["seconds"]) for gap in document["gaps"]] == [("talk.en.1", 252.0)]
        assert document["turns"][0]["notes"] == []  # what was said is the same wherever it is read
        for suffix in ("txt", "vtt", "srt"):
            text = (await client.get(f"/v1/sessions/talk/transcript.{suffix}")).text
            assert "[No captions for 4:12]" in text.replace("\n", " "), suffix
        assert "[No captions for 4:12]" in (await client.get("/s/talk")).text
