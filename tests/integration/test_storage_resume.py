"""After a restart, what the turns reflect already is not read again, however much it is."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captionflow.messages import Draft, LineRecord, StepRecord
from captionflow.ports import THE_BEGINNING, LineLog, Position
from captionflow.settings import Settings
from captionflow.turns import TurnStore
from captionflow.wiring.embedded import EmbeddedPorts, open_embedded
from services.segment.runner import Runner
from tests.waiting import until

SESSIONS = "one", "two", "three"


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[EmbeddedPorts]:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        yield ports


async def say(log: LineLog, session: str, *numbers: int) -> None:
    await log.append(session, "en", [Draft("desk", number, "words\n") for number in numbers])


async def reflect(store: TurnStore, session: str, seq: int) -> None:
    await store.apply([StepRecord(session, "en", 1, seq, ())])


async def first_after(log: LineLog, position: Position) -> LineRecord:
    return (await anext(log.follow(position)))[1]


async def test_an_empty_log_is_begun_at_its_beginning(ports: EmbeddedPorts) -> None:
    position = await ports.segmented()
    await say(ports.line_log, "one", 0)
    assert (await first_after(ports.line_log, position)).session == "one"


@given(st.lists(st.tuples(st.sampled_from(SESSIONS), st.integers(1, 3)), max_size=12), st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_line_that_the_turns_lack_comes_after_it(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, int]], data: st.DataObject
) -> None:
    async with open_embedded(Settings(data_folder=tmp_path_factory.mktemp("data"))) as ports:
        written: list[tuple[str, int]] = []
        last = dict.fromkeys(SESSIONS, 0)
        for session, lines in records:
            await say(ports.line_log, session, *range(last[session], last[session] + lines))
            last[session] += lines
            written.append((session, last[session]))
        reached = {session: data.draw(st.integers(0, end), session) for session, end in last.items()}
        for session, seq in reached.items():
            if seq:
                await reflect(ports.turn_store, session, seq)
        position = await ports.segmented()
        await say(ports.line_log, "more", 0)
        written.append(("more", 1))
        expected = next(n for n, (session, seq) in enumerate(written) if seq > reached.get(session, 0))
        following = ports.line_log.follow(position)
        found = [(await anext(following))[1] for _ in written[expected:]]
        assert [(one.session, one.lines[-1].seq) for one in found] == written[expected:]


async def test_the_segmenter_begins_there_and_leaves_nothing_out(ports: EmbeddedPorts) -> None:
    begun: list[Position] = []

    class Log:
        """A log that remembers from where it was followed."""

        read = ports.line_log.read

        def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
            begun.append(after)
            return ports.line_log.follow(after)

    for session in SESSIONS:
        await say(ports.line_log, session, 0, 1)
        await reflect(ports.turn_store, session, 2 if session == "one" else 1)
    steps = ports.step_feed.follow()
    runner = Runner(Log(), ports.step_feed, ports.turn_store, begin=ports.segmented)  # type: ignore[arg-type]
    running = asyncio.create_task(runner.run())
    await until(lambda: begun)
    await say(ports.line_log, "one", 2)
    found = [await anext(steps) for _ in SESSIONS]
    assert {(step.session, step.last_seq) for step in found} == {("one", 3), ("two", 2), ("three", 2)}
    assert begun == [await _position_of(ports.line_log, "one")]
    running.cancel()


async def _position_of(log: LineLog, session: str) -> Position:
    async for position, record in log.follow():
        if record.session == session:
            return position
    raise AssertionError
