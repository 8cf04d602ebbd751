"""The state of a talk that is over gives way to what is live; opened again, the talk goes on as if it had not."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from captionflow.kept import MAX_OVER
from captionflow.messages import Draft, LineRecord, StepRecord
from captionflow.ports import THE_BEGINNING, Position
from captionflow.settings import Settings
from captionflow.wiring.embedded import EmbeddedPorts, open_embedded
from services.segment.runner import Runner
from services.segment.safe_steps import safe_steps
from services.segment.segmenter import start

TALK = (
    Draft("desk", 0, ">> ANA: Good morning. "),
    Draft("desk", 1, "It is nine.\n"),
    Draft("desk", 2, "", ends=True),
)
AGAIN = (
    Draft("desk", 3, "(End of session)\n"),
    Draft("desk", 4, ">> BEN: One more thing.\n"),
    Draft("desk", 5, "", ends=True),
)


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[EmbeddedPorts]:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        yield ports


class Log:
    """A line log that counts how often each session was read from its beginning."""

    def __init__(self, ports: EmbeddedPorts) -> None:
        self._log = ports.line_log
        self.read_again: Counter[str] = Counter()

    def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
        return self._log.follow(after)

    async def append(self, session: str, language: str, drafts: Sequence[Draft]) -> object:
        return await self._log.append(session, language, drafts)

    def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        self.read_again[session] += 1
        return self._log.read(session, language, after)


class Talks:
    """What a runner makes of what is said, one line at a time; each step is stored."""

    def __init__(self, ports: EmbeddedPorts) -> None:
        self.log = Log(ports)
        self.steps: defaultdict[str, list[StepRecord]] = defaultdict(list)
        self._ports = ports
        self._stored = asyncio.Event()

    @asynccontextmanager
    async def segmented(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            runner = Runner(self.log, self._ports.step_feed, self._ports.turn_store)
            running = [tasks.create_task(work) for work in (self._keep(), runner.run())]
            yield
            for task in running:
                task.cancel()

    async def _keep(self) -> None:
        async for record in self._ports.step_feed.follow():
            await self._ports.turn_store.apply([record])
            self.steps[record.session].append(record)
            self._stored.set()

    async def say(self, session: str, *drafts: Draft) -> None:
        for draft in drafts:
            self._stored.clear()
            await self.log.append(session, "en", [draft])
            await self._stored.wait()

    async def segmented_alone(self, session: str) -> list[object]:
        state, records = start(session, "en"), list[object]()
        async for record in self._ports.line_log.read(session, "en"):
            for after, made in safe_steps(state, record.lines):
                state = after
                records.append(made)
        return records


async def test_only_the_talks_that_ended_last_are_kept_and_any_goes_on_where_it_ended(ports: EmbeddedPorts) -> None:
    talks = Talks(ports)
    first, *others, latest = (f"talk-{number}" for number in range(MAX_OVER + 1))
    async with talks.segmented():
        await talks.say("goes-on", *TALK[:2])
        for session in (first, *others, latest):
            await talks.say(session, *TALK)
        assert not talks.log.read_again
        for session in (first, latest):
            await talks.say(session, *AGAIN)
        await talks.say("goes-on", *TALK[2:])
    assert talks.log.read_again == {first: 1}
    for session in (first, latest):
        assert talks.steps[session] == await talks.segmented_alone(session)
