"""Transcripts over HTTP: the same turns that the command line makes of the same file, in every form."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.transcript import digest
from services.ingest.cutter import parse_cut
from services.ingest.pipeline_client import PipelineClient
from services.ingest.readers import read
from services.ingest.replay import ReplayOptions, replay
from tests.integration.api_server import Api, send, serving, transcript

PROGRAM = str(Path(sys.executable).parent / "captionflow")
CUT = "columns:40"
CUES = """WEBVTT

00:01.000 --> 00:03.000
<v Ana>Good morning, [applause] all.

00:03.500 --> 00:05.000
<v Ana>Let us begin & end.

00:05.000 --> 00:07.000
<v Björn>[laughter] Yes.
"""


async def _segmented(file: Path) -> dict[str, Any]:
    found = await asyncio.to_thread(
        subprocess.run, [PROGRAM, "segment", file, "--json", "--cut", CUT], capture_output=True, check=True
    )
    document: dict[str, Any] = json.loads(found.stdout)
    return document


async def _send(client: httpx.AsyncClient, session: str, name: str, data: bytes) -> int:
    """All of the file, and its end; returns how many lines that were."""
    target = PipelineClient(client, session)
    await target.ensure_session(title="From a file")
    options = ReplayOptions("file", parse_cut(CUT), speed=None)
    passages = read(data, name).passages
    return (await replay(passages, target, options, lambda _progress: None)).total


async def _same(tmp_path: Path, file: Path) -> dict[str, Any]:
    """Assert that both ways give the same; returns what the API gave."""
    wanted = await _segmented(file)
    data = await asyncio.to_thread(file.read_bytes)
    # An id holds the session's: under the same one, even the ids are the same.
    session = wanted["turns"][0]["turn_id"].split(".")[0]
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        total = await _send(client, session, file.name, data)
        found = await transcript(client, total, session)
        assert found["turns"] == wanted["turns"]
        assert found["apart"] == wanted["apart"]
        assert digest(found) == digest(wanted)
        assert found["last_seq"] == total
        assert found["session"] == (await client.get(f"/v1/sessions/{session}")).json()
        assert found["session"]["status"] == "finished"
    return found


async def test_posted_lines_become_the_turns_that_the_command_line_makes_of_the_same_file(
    tmp_path: Path, root: Path
) -> None:
    found = await _same(tmp_path, root / "services/demo/transcript.txt")
    assert len(found["turns"]) > 5
    assert any(turn["notes"] for turn in found["turns"])
    for turn in found["turns"]:
        assert list(turn) == ["turn_id", "ordinal", "version", "speaker", "role", "language", "paragraphs", "notes"]


@pytest.mark.parametrize("name", ["formats/01.txt", "formats/06.txt", "formats/14.txt"])
async def test_the_same_holds_for_real_conventions(tmp_path: Path, shared: Path, name: str) -> None:
    await _same(tmp_path, shared / name)


async def test_times_stand_beside_the_turns(tmp_path: Path) -> None:
    file = tmp_path / "talk.vtt"
    file.write_text(CUES)
    found = await _same(tmp_path / "data", file)
    assert [turn["speaker"] for turn in found["turns"]] == ["Ana", "Björn"]
    assert {stamp["turn_id"] for stamp in found["stamps"]} == {turn["turn_id"] for turn in found["turns"]}
    assert all(set(stamp) == {"turn_id", "offset", "start", "end"} for stamp in found["stamps"])


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Api]:
    """A session in which something was said."""
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        await send(client, ">> ANA: Good morning & welcome.", ">> BO: Thank you.")
        await transcript(client, 2)
        yield api


async def test_a_form_is_had_by_accept_or_by_suffix(told: Api) -> None:
    async with told.client() as client:
        for accept, suffix, kind in (
            ("", "json", "application/json"),
            ("*/*", "json", "application/json"),
            ("text/html, */*;q=0.8", "json", "application/json"),
            ("application/json", "json", "application/json"),
            ("text/plain", "txt", "text/plain; charset=utf-8"),
            ("TEXT/VTT", "vtt", "text/vtt; charset=utf-8"),
            ("text/*;q=0.5, text/vtt", "vtt", "text/vtt; charset=utf-8"),
            ("application/x-subrip", "srt", "application/x-subrip; charset=utf-8"),
            ("text/srt;q=0.9, text/plain;q=0.1", "srt", "application/x-subrip; charset=utf-8"),
        ):
            chosen = await client.get("/v1/sessions/talk/transcript", headers={"Accept": accept})
            named = await client.get(f"/v1/sessions/talk/transcript.{suffix}", headers={"Accept": "image/png"})
            assert chosen.status_code == named.status_code == 200
            assert chosen.content == named.content
            assert chosen.headers["content-type"] == named.headers["content-type"] == kind
            assert chosen.headers["vary"] == "Accept, Accept-Encoding"


async def test_who_has_it_is_told_so_until_something_is_said_or_changed(told: Api) -> None:
    async with told.client() as client:
        etags: dict[str, str] = {}
        for suffix in ("json", "txt", "vtt", "srt"):
            path = f"/v1/sessions/talk/transcript.{suffix}"
            etags[path] = (await client.get(path)).headers["etag"]
            for known in (etags[path], f'"other", {etags[path]}', f"W/{etags[path]}", "*"):
                answer = await client.get(path, headers={"If-None-Match": known})
                assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etags[path])
            assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
        assert len(set(etags.values())) == 4
        await client.patch("/v1/sessions/talk", json={"title": "Another title"})
        await send(client, ">> ANA: Bye.", first=2)
        await transcript(client, 3)
        for path, etag in etags.items():
            answer = await client.get(path, headers={"If-None-Match": etag})
            assert (answer.status_code, answer.headers["etag"] != etag) == (200, True)
            assert "Bye." in answer.text


@pytest.mark.parametrize(
    "query", ["columns=5", "columns=x", "lines=0", "cps=1000", "cps=nan", "preset=itv", "names=perhaps"]
)
async def test_limits_that_can_t_be_are_refused_by_name(told: Api, query: str) -> None:
    async with told.client() as client:
        answer = await client.get(f"/v1/sessions/talk/transcript.vtt?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["detail"]


async def test_other_limits_are_another_document(told: Api) -> None:
    async with told.client() as client:
        plain = await client.get("/v1/sessions/talk/transcript.vtt")
        narrow = await client.get("/v1/sessions/talk/transcript.vtt?columns=20")
    assert plain.headers["etag"] != narrow.headers["etag"]


async def test_a_download_has_a_name_of_its_own(told: Api) -> None:
    async with told.client() as client:
        answer = await client.get("/v1/sessions/talk/transcript.vtt?download=1")
        assert answer.headers["content-disposition"] == 'attachment; filename="talk.en.vtt"'
        assert "content-disposition" not in (await client.get("/v1/sessions/talk/transcript.vtt")).headers
