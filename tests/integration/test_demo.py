"""The demo: what an audience reads, and what it leaves behind."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from captionflow.messages import Draft, Session
from captionflow.ports import SearchQuery, SessionFilter
from captionflow.settings import Settings
from captionflow.transcript import Turn, turns
from captionflow.wiring.embedded import open_embedded
from captionflow.wiring.shared import Ports
from services.demo.player import KEPT, PAUSE_SECONDS, SLIPS, WORDS_PER_MINUTE, pieces, play
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.ingest.gateway import Gateway
from services.segment.runner import Runner
from tests.real_program import Server, run_command, spoken
from tests.waiting import until

SHORT = ("A short one\n\n", ">> ANA:  This ", "is ", "all ", "of it.")
SPEAKERS = {"IMANI OYELARAN", "DR. TOMÁS REBELO", "WENDY McALLISTER-KOH"}


class Stage(NamedTuple):
    """A pipeline without a clock."""

    adapters: Ports
    gateway: Gateway

    async def play(self, until: Callable[[], Awaitable[bool]], parts: Sequence[str] | None = None) -> None:
        """Play as fast as the pipeline takes it, until it is so."""
        done = asyncio.Event()

        async def sleep(seconds: float) -> None:
            if seconds == PAUSE_SECONDS:
                await self.settled()
            if seconds > 1 and await until():
                done.set()
                await asyncio.Event().wait()

        there = self.adapters
        demo = asyncio.create_task(play(self.gateway, there.sessions, there.demos, parts=parts, sleep=sleep))
        waiting = asyncio.create_task(done.wait())
        await asyncio.wait([demo, waiting], return_when=asyncio.FIRST_COMPLETED)
        for task in (demo, waiting):
            task.cancel()
        ended = await asyncio.gather(demo, waiting, return_exceptions=True)
        assert isinstance(ended[0], asyncio.CancelledError), ended[0]

    async def ids(self) -> list[str]:
        return sorted(session.id for session in await self.adapters.sessions.list(SessionFilter()))

    async def settled(self) -> None:
        """The pipeline knows of every demo that has ended."""

        async def all_finished() -> bool:
            sessions = await self.adapters.sessions.list(SessionFilter())
            return all(one.status == "finished" for one in sessions if one.demo)

        await until(all_finished)

    async def finished(self, session: str) -> bool:
        return session in await self.ids() and (await self.adapters.sessions.get(session)).status == "finished"

    async def transcript(self, session: str) -> tuple[Turn, ...]:
        found = await self.adapters.turn_store.turns(session, "en")
        return tuple(turn for turn in turns(found.parts) if turn.ordinal)


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    async with open_embedded(Settings(data_folder=folder)) as adapters:
        facts, parts = adapters.index_queues()
        workers = (
            FactsIndexer(facts, adapters.sessions),
            PartIndexer(parts, adapters.turn_store),
            Runner(adapters.line_log, adapters.step_feed, adapters.turn_store),
        )
        work = [asyncio.create_task(worker.run()) for worker in workers]
        yield Stage(adapters, Gateway(adapters.line_log, adapters.sessions))
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)


def test_the_transcript_is_about_ten_minutes_of_three_speakers_with_sounds_and_a_correction(root: Path) -> None:
    done = run_command("segment", root / "services" / "demo" / "transcript.txt")
    labels = set(re.findall(r"^(\S.*):$", done.stdout.decode(), re.MULTILINE))
    assert labels == SPEAKERS | {"MODERATOR", "AUDIENCE"}
    assert 9.5 < len(pieces()) / WORDS_PER_MINUTE < 11
    sounds = [piece for piece in pieces() if piece.startswith(("[Laughter]", "[Applause]"))]
    assert len(sounds) >= 5
    assert [sum(piece.rstrip() == right for piece in pieces()) for right in SLIPS] == [1]


async def test_a_loop_ends_as_a_finished_demo_with_its_correction_made(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.play(lambda: here.finished("demo-1"))
        session = await here.adapters.sessions.get("demo-1")
        assert (session.demo, session.event, session.room) == (True, "Demo", "Demo room")
        assert session.title == "Every Word, Everyone: Who Is Live Captioning For?"
        said = await here.transcript("demo-1")
        assert {turn.speaker for turn in said} == SPEAKERS | {"MODERATOR", "AUDIENCE"}
        text = "\n".join(turn.text for turn in said)
        assert "their slides will be online on Tuesday. Imani Oyelaran is" in text
        assert text.count("Thursday") == 1  # the one that is spoken of


async def test_the_slip_is_seen_before_it_is_corrected(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:

        async def slipped() -> bool:
            return any("online on Thursday." in turn.text for turn in await here.transcript("demo-1"))

        async def noticed() -> bool:
            await until(slipped)
            return True

        await here.play(noticed)


async def test_old_demos_are_forgotten_with_all_that_they_left(tmp_path: Path) -> None:
    async with stage(tmp_path) as here:
        await here.play(lambda: here.finished(f"demo-{KEPT + 3}"), SHORT)
        kept = [f"demo-{KEPT + 2}", f"demo-{KEPT + 3}"]
        assert await here.ids() == kept
        page = await here.adapters.search.search(SearchQuery('"all of it"'))
        assert {hit.session for hit in page.hits} == set(kept)
        assert [record async for record in here.adapters.line_log.read("demo-1", "en")] == []
        assert (await here.transcript("demo-1"), bool(await here.transcript(kept[1]))) == ((), True)


async def test_only_a_demo_can_be_forgotten_and_no_position_is_given_twice(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with open_embedded(Settings(data_folder=tmp_path)) as adapters:
        for name, demo in (("real", False), ("demo-1", True)):
            await adapters.sessions.create(Session(name, 1, now, now, demo=demo))
            await adapters.line_log.append(name, "en", [Draft("desk", 0, "One. ")])
        for name in ("real", "demo-1", "demo-1", "nobody"):
            await adapters.demos.forget(name)
        assert [session.id for session in await adapters.sessions.list(SessionFilter())] == ["real"]
        await adapters.line_log.append("later", "en", [Draft("desk", 0, "Two. ")])
        records = [one async for one in _first(adapters.line_log.follow(), 2)]
        assert [(str(position), record.session) for position, record in records] == [("1", "real"), ("3", "later")]


async def _first(stream: AsyncIterator[object], count: int) -> AsyncIterator[object]:
    for _ in range(count):
        yield await anext(stream)


async def test_a_demo_that_a_stop_cut_short_ends_and_a_name_that_is_taken_is_passed_over(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    async with stage(tmp_path) as here:
        await here.adapters.sessions.create(Session("demo-1", 1, now, now, event="Demo", demo=True, status="live"))
        await here.gateway.accept("demo-1", None, [Draft("demo", 0, ">> A:  Cut sho")])
        await here.adapters.sessions.create(Session("demo-2", 1, now, now, title="Ours"))
        await here.play(lambda: here.finished("demo-3"), SHORT)
        assert await here.finished("demo-1")
        assert (await here.adapters.sessions.get("demo-2")).title == "Ours"


def test_the_program_captions_a_demo_at_once_and_one_that_is_switched_off_leaves_nothing(tmp_path: Path) -> None:
    with Server(tmp_path / "data", DEMO="true") as server:
        server.wait_for_seq("demo-1", 2)
        (session,) = server.get("/v1/sessions")
        assert (session["id"], session["demo"], session["status"]) == ("demo-1", True, "live")
        _, said, _ = server.transcript("demo-1")
        assert spoken(said)[0][0] == "MODERATOR"
        server.announce("ours")
        server.send("ours", 0, ">> A:  Hello.\n")
        server.wait_for_seq("ours", 1)
        server.stop()
        server.settings["DEMO"] = "false"
        server.start()
        server.wait_until_ready()
        assert [session["id"] for session in server.get("/v1/sessions")] == ["ours"]
        server.send("ours", 1, "Again.\n", ends=True)
        assert spoken(server.wait_for_seq("ours", 2)) == [("A", ("Hello. Again.",))]
