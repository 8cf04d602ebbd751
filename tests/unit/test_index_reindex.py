"""A rebuild needs memory for the streams that go on, and lets go of the index that it held, whatever ends it."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import pytest

from captionflow.errors import Misconfigured, Rejected, Unavailable
from captionflow.index_building import IndexBuilder
from captionflow.messages import Part, StepRecord, Stream
from captionflow.transcript import latest
from services.index import reindex
from services.index.reindex import Rebuilt, Reindexer
from tests.step_log import StepLog
from tests.steps import part, step

TALK: Final = Stream("talk", "en")


class Indices:
    """Two indices. The second one has no end if it is ``slow``; letting go of the first one fails once if ``away``."""

    def __init__(self, *, slow: bool = False, away: bool = False, less: bool = False) -> None:
        self.held = False
        self.used = "one"
        self._slow, self._away, self._less = slow, away, less
        self.refusing = ""
        """The turn that it never takes."""
        self.written: list[StepRecord] = []
        self.sizes: list[int] = []
        """How many parts came at a time."""

    async def current(self) -> str:
        return self.used

    async def create(self) -> str:
        return "two"

    async def write(self, _index: str, steps: Sequence[StepRecord]) -> None:
        self.written += steps
        self.sizes.append(sum(len(one.parts) for one in steps))
        if bad := [one for step in steps for one in step.parts if one.turn_id == self.refusing]:
            raise Rejected("It is too long.", parts=tuple(bad))

    async def parts(self, _index: str) -> AsyncIterator[tuple[Stream, Part]]:
        for one in latest(one for said in self.written for one in said.parts).values():
            if one.turn_id != self.refusing:
                yield Stream(one.session, one.language), one
        if self._slow:
            await asyncio.Event().wait()

    async def last_seqs(self, index: str) -> Mapping[Stream, int]:
        if index == "one":
            return {TALK: 2} if self._less else {}
        return {one.stream: one.last_seq for one in self.written}

    async def block_writes(self, _index: str) -> None:
        self.held = True

    async def allow_writes(self, _index: str) -> None:
        if self.held and self._away:
            self._away = False
            raise Unavailable("Elasticsearch is away.")
        self.held = False

    async def swap(self, _old: str, new: str) -> None:
        self.used = new

    async def unused(self) -> Sequence[str]:
        return ()

    async def drop(self, _index: str) -> None:
        """There is none."""


def one_turn() -> StepLog:
    return StepLog([step(1, part(1, 1, "Good morning."))])


async def rebuilt(indices: IndexBuilder) -> Rebuilt:
    return await Reindexer(one_turn(), indices).run()


async def test_the_old_one_stays_as_it_was_when_the_new_one_is_in_its_place() -> None:
    indices = Indices()
    await rebuilt(indices)
    assert (indices.used, indices.held) == ("two", True)


@pytest.mark.parametrize("away", [False, True])
async def test_one_that_is_not_verified_in_time_is_given_up_and_the_old_one_takes_writes_again(
    monkeypatch: pytest.MonkeyPatch, *, away: bool
) -> None:
    monkeypatch.setattr(reindex, "HELD_SECONDS", 0.01)
    indices = Indices(slow=True, away=away)
    with pytest.raises(Unavailable, match="two was not verified in"):
        await rebuilt(indices)
    assert (indices.used, indices.held) == ("one", False)


async def test_one_that_has_less_is_given_up_and_the_old_one_takes_writes_again() -> None:
    indices = Indices(less=True, away=True)
    with pytest.raises(Misconfigured, match="has less than one"):
        await rebuilt(indices)
    assert (indices.used, indices.held) == ("one", False)


async def test_who_breaks_it_off_waits_until_the_old_one_takes_writes_again() -> None:
    indices = Indices(slow=True, away=True)
    running = asyncio.create_task(rebuilt(indices))
    while not indices.held:
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (indices.used, indices.held) == ("one", False)


def growing(*rounds: Sequence[StepRecord]) -> StepLog:
    """A log that has the next of these at each look."""
    waiting = list(rounds)

    def grow(log: StepLog) -> None:
        if waiting:
            log.steps += waiting.pop(0)

    return StepLog(before_look=grow)


def said(session: str, first: int, last: int) -> list[StepRecord]:
    """Lines of a session, two a turn."""
    return [step(n, part((n + 1) // 2, n, f"As of {n}.", session=session), session=session) for n in range(first, last)]


@pytest.mark.parametrize("kept", [0, 1, 256])
async def test_a_stream_that_goes_on_is_read_once_more_and_then_only_what_is_new(
    monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(reindex, "CATCH_UP", 0)
    monkeypatch.setattr(reindex, "MAX_GROWING", kept)
    monkeypatch.setattr(reindex, "BATCH", 3)
    log = growing(
        [*said("old", 1, 8), *said("a", 1, 4), *said("b", 1, 4)],
        [*said("a", 4, 6), *said("b", 4, 5)],
        [*said("a", 6, 9), *said("new", 1, 2)],
        [],
        said("a", 9, 10),
    )
    indices = Indices()
    found = await Reindexer(log, indices).run()
    assert (found.streams, found.parts) == (4, 4 + 5 + 2 + 1)
    read = [stream.session for stream in log.read]
    assert read.count("old") == read.count("new") == 1
    assert read.count("b") == 2
    assert read.count("a") == {0: 4, 1: 3, 256: 2}[kept]
    assert len(indices.written) == len(log.steps), "a step was written twice"


async def test_what_is_written_in_one_go_is_bounded_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of a file may be a turn, and a record of an import has hundreds of lines."""
    monkeypatch.setattr(reindex, "BATCH", 100)
    log = StepLog([step(n, *(part(40 * n + one, n) for one in range(40))) for n in range(1, 31)])
    indices = Indices()
    found = await Reindexer(log, indices).run()
    assert found.parts == 30 * 40
    assert max(indices.sizes) < 100 + 40


async def test_what_the_index_refuses_is_left_out_of_what_is_compared_also_when_it_is_said_again() -> None:
    log = growing(
        [step(1, part(1, 1), part(2, 1)), *said("other", 1, 3)],
        [step(2, part(1, 2, "Bye."), part(2, 2, "Bye."))],
    )
    indices = Indices()
    indices.refusing = "talk.en.1"
    found = await Reindexer(log, indices).run()
    assert (found.streams, found.parts, found.refused) == (2, 2, 1)


class Archive:
    """A log of so many finished sessions of a hundred turns, and an index of it that is made up when it is read."""

    def __init__(self, sessions: int) -> None:
        self._sessions = sessions

    async def streams(self) -> Sequence[Stream]:
        return [Stream(f"talk-{number}", "en") for number in range(self._sessions)]

    async def last_seq(self, _stream: Stream) -> int:
        return 100

    def steps_of(self, stream: Stream) -> "Told":
        return Told(stream.session)


class Told:
    def __init__(self, session: str) -> None:
        self._session = session

    async def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        for n in range(1, 101):
            yield [step(n, part(n, n, session=self._session), session=self._session)]


class ArchiveIndices(Indices):
    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive

    async def write(self, _index: str, _steps: Sequence[StepRecord]) -> None:
        """It is known what they say."""

    async def parts(self, _index: str) -> AsyncIterator[tuple[Stream, Part]]:
        for stream in await self._archive.streams():
            async for steps in self._archive.steps_of(stream).more():
                yield stream, steps[0].parts[0]

    async def last_seqs(self, index: str) -> Mapping[Stream, int]:
        return {} if index == "one" else dict.fromkeys(await self._archive.streams(), 100)


async def test_memory_does_not_grow_with_the_parts_of_finished_sessions() -> None:
    async def peak(sessions: int) -> int:
        archive = Archive(sessions)
        tracemalloc.start()
        found = await Reindexer(archive, ArchiveIndices(archive)).run()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found.parts == sessions * 100
        return most

    few, many = await peak(20), await peak(120)
    assert (many - few) / 100 / 100 < 40, "bytes for each part more; a part's hash alone would take 180"
