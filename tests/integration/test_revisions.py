"""Revisions and interims from the door to readers: what is on their screens, in the transcript and in every export."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.transcript import turns
from services.api.transcripts import formats
from tests.integration.api_server import Api, serving, transcript
from tests.integration.live_client import Screen, read_until, stream
from tests.revisions import STORIES, Story

EXPORTS = tuple(one.suffix for one in formats.ALL)


async def post(client: httpx.AsyncClient, number: int, **fields: Any) -> int:
    """Send one line; gives its ``seq``."""
    line = {"number": number, "eol": False, **fields}
    answer = await client.post("/v1/sessions/talk/lines", json={"sender": "asr", "lines": [line]})
    return int(answer.raise_for_status().json()["receipts"][0]["seq"])


def on_screen(screen: Screen) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in turns(screen.parts.values()) if turn.ordinal]


async def everywhere(api: Api, client: httpx.AsyncClient, seq: int) -> str:
    """All exports of a transcript that reflects a position."""
    await transcript(client, seq)
    texts = [(await client.get(f"/v1/sessions/talk/transcript.{form}")).raise_for_status().text for form in EXPORTS]
    return "\n".join(texts)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_an_open_page_and_one_that_comes_later_show_the_revised_turns(tmp_path: Path, story: Story) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        async with stream(api, "/v1/sessions/talk/events") as reading:
            screen = Screen()
            for number, (text, revises) in enumerate(story.sent):
                seq = await post(client, number, text=text, revises=revises)
                await read_until(reading, screen, seq)
        document = await transcript(client, seq)
        assert on_screen(screen) == list(story.left)
        assert [(one["speaker"], " ".join(one["paragraphs"])) for one in document["turns"]] == list(story.left)
        async with stream(api, "/v1/sessions/talk/events") as reading:
            later = Screen()
            await read_until(reading, later, seq)
        assert on_screen(later) == list(story.left)


async def test_an_interim_is_on_the_screen_and_nowhere_else_also_over_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        await post(client, 0, text="Alpha. ", segment="a")
        async with stream(api, "/v1/sessions/talk/events") as reading:
            seq = await post(client, 1, text="perhaps bravo", segment="b", final=False)
            screen = Screen()
            await read_until(reading, screen, seq)
        assert [part.interim for part in screen.parts.values()] == ["perhaps bravo"]
        assert "perhaps" not in await everywhere(api, client, seq)
        assert (await client.get("/v1/search", params={"q": "perhaps"})).json()["total"] == 0
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        async with stream(api, "/v1/sessions/talk/events") as reading:
            seq = await post(client, 2, text="Bravo. ", segment="b")
            screen = Screen()
            await read_until(reading, screen, seq)
        assert [(part.text, part.interim) for part in screen.parts.values()] == [("Alpha. Bravo.", "")]
        assert "perhaps" not in await everywhere(api, client, seq)


async def test_an_interim_that_opened_a_session_and_came_to_nothing_leaves_no_turn(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        seq = await post(client, 0, text="perhaps", final=False)
        assert "perhaps" not in await everywhere(api, client, seq)
        assert (await transcript(client, seq))["turns"] == []
        seq = await post(client, 1, ends=True)
        assert "perhaps" not in await everywhere(api, client, seq)
        assert (await transcript(client, seq))["turns"] == []
