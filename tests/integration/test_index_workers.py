"""The index's two workers in one process: nothing is skipped, and facts are written before parts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest

from captionflow.errors import Rejected, Unavailable
from captionflow.messages import Draft, Facts, Part, Session, StepRecord
from captionflow.ports import DeadLetters, SessionStore
from captionflow.settings import Settings
from captionflow.turns import TurnStore
from captionflow.wiring.embedded import EmbeddedPorts, open_embedded
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.segment.runner import Runner
from tests.waiting import until


def step(seq: int, *, title: str | None = None, text: str = "Hello.") -> StepRecord:
    part = Part(f"talk.en.{seq}", 0, "talk", "en", seq, seq, paragraphs=(text,))
    return StepRecord("talk", "en", seq, seq, (part,), Facts(title=title) if title else None)


class Outage:
    """Makes the call of a store fail until it is over."""

    def __init__(self) -> None:
        self.over = False
        self.tries = 0

    def check(self) -> None:
        self.tries += 1
        if not self.over:
            raise Unavailable("The store is away.", retry_after=0)


class AwaySessions:
    """A session store of which only what the index uses may be away."""

    def __init__(self, store: SessionStore, outage: Outage) -> None:
        self._store, self._outage = store, outage
        self.create, self.get, self.list, self.replace = store.create, store.get, store.list, store.replace

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        self._outage.check()
        return await self._store.learn(session, facts, at=at)


class AwayTurns:
    """A turn store that may be away when it is written to."""

    def __init__(self, store: TurnStore, outage: Outage) -> None:
        self._store, self._outage = store, outage
        self.turns, self.last_seq = store.turns, store.last_seq

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        self._outage.check()
        await self._store.apply(steps)


class ChoosyTurns(AwayTurns):
    """Rejects every part whose text is bad."""

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        await super().apply(steps)
        bad = tuple(part for one in steps for part in one.parts if part.text == "bad")
        if bad:
            raise Rejected("It can't be stored.", parts=bad)


def over() -> Outage:
    outage = Outage()
    outage.over = True
    return outage


class Letters:
    def __init__(self) -> None:
        self.kept: list[tuple[bytes | None, str, str]] = []

    async def put(self, _value: bytes, *, key: bytes | None, origin: str, reason: str) -> None:
        self.kept.append((key, origin, reason))


class Index:
    """Both workers on the stores of a data folder."""

    def __init__(
        self, ports: EmbeddedPorts, turns: TurnStore, sessions: SessionStore, letters: DeadLetters | None = None
    ) -> None:
        self.changed: list[Session] = []
        self.written: list[int] = []
        facts, parts = ports.index_queues()
        self.facts = FactsIndexer(facts, sessions, on_session=self.changed.append)
        self.parts = PartIndexer(parts, turns, letters, on_written=self._note)
        self.tasks: list[asyncio.Task[None]] = []

    def _note(self, steps: Sequence[StepRecord]) -> None:
        self.written += [one.last_seq for one in steps]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.tasks = [asyncio.create_task(worker.run()) for worker in (self.facts, self.parts)]
        yield
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_facts_are_written_first_and_what_is_away_is_waited_for(tmp_path: Path) -> None:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        sessions, turns = Outage(), Outage()
        index = Index(ports, AwayTurns(ports.turn_store, turns), AwaySessions(ports.sessions, sessions))
        async with index.running():
            await ports.step_feed.publish(step(1, title="A talk"))
            await until(lambda: sessions.tries > 1)
            assert (index.facts.waiting, turns.tries) == ("The store is away.", 0)
            sessions.over = True
            await until(lambda: turns.tries > 1)
            assert (index.facts.waiting, index.parts.waiting) == ("", "The store is away.")
            assert (await ports.sessions.get("talk")).title == "A talk"
            turns.over = True
            await until(lambda: index.written == [1])
            assert index.parts.waiting == ""
            assert await ports.turn_store.last_seq("talk", "en") == 1


async def test_a_session_is_told_of_when_its_facts_changed_and_only_then(tmp_path: Path) -> None:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        index = Index(ports, ports.turn_store, ports.sessions)
        async with index.running():
            for one in (step(1, title="A talk"), step(2, title="A talk"), step(3)):
                await ports.step_feed.publish(one)
                await until(lambda seq=one.last_seq: index.written[-1:] == [seq])
        assert [session.title for session in index.changed] == ["A talk"]


async def test_facts_that_a_stop_came_before_are_written_after_the_next_start(tmp_path: Path) -> None:
    """The crash that the order of the queues is for: neither facts nor parts were written when it came."""
    drafts = [Draft("desk", 0, "Internet Governance Forum\nA Talk of Note\n12 November 2015\n\n>> ANA: Hello.\n")]
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        away = Outage()
        index = Index(ports, ports.turn_store, AwaySessions(ports.sessions, away))
        running = asyncio.create_task(Runner(ports.line_log, ports.step_feed, ports.turn_store).run())
        async with index.running():
            await ports.line_log.append("talk", "en", drafts)
            await until(lambda: away.tries > 0)
        running.cancel()
        assert await ports.turn_store.last_seq("talk", "en") == 0
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        index = Index(ports, ports.turn_store, ports.sessions)
        running = asyncio.create_task(Runner(ports.line_log, ports.step_feed, ports.turn_store).run())
        async with index.running():
            await until(lambda: bool(index.written))
            assert (await ports.sessions.get("talk")).date == "2015-11-12"
        running.cancel()


async def test_parts_that_can_never_be_stored_go_to_the_dead_letters_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        letters = Letters()
        index = Index(ports, ChoosyTurns(ports.turn_store, over()), ports.sessions, letters)
        async with index.running():
            for one in (step(1), step(2, text="bad"), step(3)):
                await ports.step_feed.publish(one)
            await until(lambda: index.written == [1, 2, 3])
    assert letters.kept == [(b"talk", "talk.en.2/0", "It can't be stored.")]


async def test_without_dead_letters_a_part_that_can_never_be_stored_ends_the_worker(tmp_path: Path) -> None:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        index = Index(ports, ChoosyTurns(ports.turn_store, over()), ports.sessions)
        async with index.running():
            await ports.step_feed.publish(step(1, text="bad"))
            with pytest.raises(Rejected):
                await asyncio.wait_for(index.tasks[1], 20)
    assert index.written == []
