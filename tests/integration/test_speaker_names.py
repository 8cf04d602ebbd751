"""A recogniser's speakers are named while they speak: the name holds for all that they said, wherever it is read."""

from pathlib import Path
from typing import Any

import httpx

from captionflow.transcript import named, turns
from tests.integration.api_server import Api, send, serving, transcript
from tests.integration.live_client import Screen, read_until, stream
from tests.waiting import until

NAMES = {"speaker 0": "Ana Lupu"}


async def hear(client: httpx.AsyncClient, number: int, text: str, speaker: str | None) -> int:
    line = {"number": number, "text": text, "speaker": speaker}
    answer = await client.post("/v1/sessions/talk/lines", json={"sender": "asr", "lines": [line]})
    return int(answer.raise_for_status().json()["receipts"][0]["seq"])


async def name(client: httpx.AsyncClient, **names: str | None) -> None:
    speakers = {label.replace("_", " "): one for label, one in names.items()}
    (await client.patch("/v1/sessions/talk", json={"speakers": speakers})).raise_for_status()


async def speakers(client: httpx.AsyncClient, seq: int) -> list[str]:
    return [one["speaker"] for one in (await transcript(client, seq))["turns"]]


async def heard(api: Api, client: httpx.AsyncClient) -> int:
    await api.announce("talk", title="Talk")
    await hear(client, 0, "Good morning.", "speaker 0")
    await hear(client, 1, "Thank you.", "speaker 1")
    return await hear(client, 2, "We go on.", "speaker 0")


async def test_a_name_holds_for_what_was_said_before_and_later_in_transcript_and_exports(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        seq = await heard(api, client)
        assert await speakers(client, seq) == ["speaker 0", "speaker 1", "speaker 0"]
        before = (await client.get("/v1/sessions/talk/transcript.txt")).headers["etag"]
        await name(client, speaker_0="Ana Lupu")
        assert await speakers(client, seq) == ["Ana Lupu", "speaker 1", "Ana Lupu"]
        for form in ("txt", "vtt", "srt"):
            answer = await client.get(f"/v1/sessions/talk/transcript.{form}", headers={"If-None-Match": before})
            assert answer.status_code == 200
            assert "Ana Lupu" in answer.text
            assert "speaker 0" not in answer.text
        assert (await client.get("/s/talk")).text.count("Ana Lupu</bdi></h2>") == 2
        seq = await hear(client, 3, "And more.", "speaker 1")
        assert await speakers(client, seq) == ["Ana Lupu", "speaker 1", "Ana Lupu", "speaker 1"]


async def test_it_is_given_anew_and_taken_back(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        seq = await heard(api, client)
        await name(client, speaker_0="Anna", speaker_1="Ben")
        await name(client, speaker_0="Ana Lupu", speaker_1=None)
        assert await speakers(client, seq) == ["Ana Lupu", "speaker 1", "Ana Lupu"]


async def test_open_pages_are_told_and_those_that_come_later(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        seq = await heard(api, client)
        async with stream(api, "/v1/sessions/talk/events") as reading:
            screen = Screen()
            await read_until(reading, screen, seq)
            await name(client, speaker_0="Ana Lupu")
            while (event := await reading.next()).name != "session":
                pass
            assert event.data["speakers"] == NAMES
        shown = turns(named(screen.parts.values(), NAMES))
        assert [turn.speaker for turn in shown] == ["Ana Lupu", "speaker 1", "Ana Lupu"]


async def test_search_finds_what_they_said_before_by_the_name_that_holds(tmp_path: Path) -> None:
    async def found(client: httpx.AsyncClient, speaker: str) -> list[str]:
        page: dict[str, Any] = (await client.get("/v1/search", params={"q": "go", "speaker": speaker})).json()
        return [hit["speaker"] for hit in page["hits"]]

    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await transcript(client, await heard(api, client))
        assert await found(client, "speaker 0") == ["speaker 0"]
        await name(client, speaker_0="Anna")
        assert await found(client, "anna") == ["Anna"]
        await name(client, speaker_0="Ana Lupu")
        assert (await found(client, "ana lupu"), await found(client, "anna")) == (["Ana Lupu"], [])
        counts = (await client.get("/v1/search?q=morning")).json()["speakers"]
        assert counts == [{"value": "Ana Lupu", "count": 1}]


async def test_a_label_that_a_captioner_typed_is_not_renamed(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await send(client, ">> SPEAKER 0: I typed that.\n", sender="desk-1")
        seq = await hear(client, 0, "And I was heard.", "SPEAKER 0")
        await name(client, SPEAKER_0="Ana Lupu")
        assert await speakers(client, seq) == ["SPEAKER 0", "Ana Lupu"]


async def test_a_line_from_before_that_comes_again_is_known(tmp_path: Path) -> None:
    """Until 2026-12 a line was written under the name."""
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await name(client, speaker_0="Ana Lupu")
        seq = await hear(client, 0, "Good morning.", "Ana Lupu")
        assert await hear(client, 0, "Good morning.", "speaker 0") == seq


async def test_who_reads_line_by_line_has_each_turn_under_one_name(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await transcript(client, await heard(api, client))

        async def ask(last: int) -> dict[str, Any]:
            answer = await client.get("/captions", params={"event": "talk", "last": last, "length": 1000})
            return dict(answer.json())

        content, last = "", 0
        while (said := await ask(last))["content"]:
            content, last = content + said["content"], said["lastPosition"]
        await name(client, speaker_0="A")
        await hear(client, 3, "Still I.", "speaker 0")
        await transcript(client, await hear(client, 4, "Yes.", "speaker 1"))
        await until(lambda: _ends(ask, last))
        while (said := await ask(last))["content"]:
            content, last = content + said["content"], said["lastPosition"]
        await transcript(client, await hear(client, 5, "New.", "speaker 0"))
        await until(lambda: _ends(ask, last))
        while (said := await ask(last))["content"]:
            content, last = content + said["content"], said["lastPosition"]
        assert content == (
            ">> speaker 0: Good morning. >> speaker 1: Thank you. >> speaker 0: We go on. Still I. >> speaker 1: Yes."
            " >> A: New."
        )


async def _ends(ask: Any, last: int) -> bool:
    return bool((await ask(last))["content"])
