"""What goes wrong inside the one process: an outage is waited out, a line that can't be used is set aside, and told."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from captionflow.messages import MAX_LINE_CHARS, Draft, Line, Part, SourceReport, StepRecord, Stream
from captionflow.settings import Settings
from captionflow.transcript import newest, turns
from captionflow.wiring.embedded import open_embedded
from services.api.app import create_app
from services.api.main import DISPENSABLE
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.segment.safe_steps import SkippedLine, safe_steps
from services.segment.segmenter import start
from tests.integration.api_server import Api, serving
from tests.waiting import until

WAIT_SECONDS = 20
TOO_LONG = "x" * (MAX_LINE_CHARS + 1)
"""No sender gets such a line in; it stands for all that the segmenter can't take."""


def drafts(*texts: str, first: int = 0) -> list[Draft]:
    return [Draft("desk", first + n, text) for n, text in enumerate(texts)]


async def transcript(api: Api, session: str, seq: int) -> list[tuple[str | None, str]]:
    """Who said what, once the stored turns reflect this position."""
    store = api.adapters.turn_store

    async def reached() -> bool:
        return await store.last_seq(session, "en") >= seq

    await until(reached)
    found = turns((await store.turns(session, "en")).parts)
    return [(turn.speaker, turn.text) for turn in found if turn.ordinal]


async def test_a_line_that_cannot_be_used_is_set_aside_and_costs_no_other_line(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with serving(tmp_path, pipeline=True) as api:
            line_log = api.adapters.line_log
            await line_log.append("talk", "en", drafts(">> ANA: Before.\n", TOO_LONG, ">> BO: After.\n"))
            await line_log.append("other", "en", drafts(">> CY: Elsewhere.\n"))
            expected = [("ANA", "Before."), ("BO", "After.")]
            assert await transcript(api, "talk", 3) == expected
            assert await transcript(api, "other", 1) == [("CY", "Elsewhere.")]
            await line_log.append("talk", "en", drafts(">> DI: And on.\n", first=3))
            assert await transcript(api, "talk", 4) == [*expected, ("DI", "And on.")]
    told = [entry for entry in logs if entry["event"] == "line_set_aside"]
    assert [(entry["session"], entry["seq"], entry["log_level"]) for entry in told] == [("talk", 2, "error")]
    assert "xxx" not in str(told)


async def test_after_a_restart_the_line_that_was_set_aside_is_passed_over_again(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api:
        await api.adapters.line_log.append("talk", "en", drafts(">> ANA: Before.\n", TOO_LONG, ">> BO: After", " all"))
        before = await transcript(api, "talk", 4)
    async with serving(tmp_path, pipeline=True) as api:
        await api.adapters.line_log.append("talk", "en", drafts(" that.\n", first=4))
        assert await transcript(api, "talk", 5) == [*before[:-1], ("BO", "After all that.")]


async def test_a_session_whose_last_line_cannot_be_used_is_up_to_date_all_the_same(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api:
        await api.adapters.line_log.append("talk", "en", drafts(">> ANA: Hello.\n", TOO_LONG))
        assert await transcript(api, "talk", 2) == [("ANA", "Hello.")]


def test_a_line_that_breaks_the_segmenter_is_told_by_kind_and_place_without_what_was_said() -> None:
    lines = [_line(1, ">> ANA: One. "), _line(2, {"said": "a secret"}), _line(3, "Three.")]
    states, records = zip(*safe_steps(start("talk", "en"), lines), strict=True)
    assert states[-1].last_seq == 3
    assert [turn.text for turn in turns(newest(records)) if turn.ordinal] == ["One. Three."]
    (aside,) = (record for record in records if isinstance(record, SkippedLine))
    assert aside.last_seq == 2
    assert "Error in " in aside.reason
    assert "secret" not in str(aside)


def _line(seq: int, text: Any) -> Line:
    return Line(sender="desk", number=seq, text=text, seq=seq, received_at=datetime.now(UTC))


async def test_a_full_disk_is_waited_out_and_readyz_says_so(small_disk: Path) -> None:
    settings = Settings(data_folder=small_disk / "data")
    async with open_embedded(settings) as adapters, asyncio.TaskGroup() as running:
        facts_queue, parts_queue = adapters.index_queues()
        facts, indexer = FactsIndexer(facts_queue, adapters.sessions), PartIndexer(parts_queue, adapters.turn_store)
        app = create_app(adapters, settings, waiting={"index": lambda: indexer.waiting})
        working = [running.create_task(part.run()) for part in (facts, indexer, app.state.hub)]
        await asyncio.sleep(0)  # the hub has subscribed
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here") as client:
            ballast = _fill(small_disk)
            part = Part("talk.en.1", 0, "talk", "en", 1, 1, paragraphs=("word " * 10_000,))
            await adapters.step_feed.publish(StepRecord("talk", "en", 1, 1, (part,)))
            await until(lambda: bool(indexer.waiting))
            answer = await client.get("/readyz")
            assert answer.status_code == 503
            assert "no space" in answer.json()["waiting_for"]["index"]
            assert (await client.get("/healthz")).status_code == 200

            ballast.unlink()
            await until(lambda: not indexer.waiting)
            assert await adapters.turn_store.last_seq("talk", "en") == 1
            assert (await client.get("/readyz")).status_code == 200
        for task in working:
            task.cancel()


async def test_words_that_the_log_has_and_no_reader_gets_are_told_at_the_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another process makes text of lines, as after it was stopped."""
    monkeypatch.setattr("services.api.live.unshown.LATE", timedelta(0))
    async with open_embedded(Settings(data_folder=tmp_path)) as adapters, asyncio.TaskGroup() as running:
        app = create_app(adapters, Settings(data_folder=tmp_path), prepared=True, dispensable=DISPENSABLE)
        working = running.create_task(app.state.hub.run())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:

            async def without() -> set[str]:
                answer = await client.get("/readyz")
                assert answer.status_code == 200
                return set(answer.json()["without"])

            assert await without() == set()
            typed = datetime.now(UTC) + timedelta(minutes=1)
            await adapters.source_reports.publish(
                [SourceReport("talk", "en", "desk", "json", "p", typed, typed, last_word_at=typed)]
            )
            assert await without() == {"segment"}
            assert "start the segment service" in (await client.get("/desk")).text
            await adapters.step_feed.publish(StepRecord("talk", "en", 1, 1, received_at=typed))
            await until(lambda: Stream("talk", "en") in app.state.hub.heard)
            assert await without() == set()
        working.cancel()


def _fill(disk: Path) -> Path:
    """A file that takes all the space that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast
