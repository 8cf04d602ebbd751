"""A rebuild lets go of the index that it held, whatever ends it (services.index.reindex)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

import pytest

from captionflow.errors import Misconfigured, Unavailable
from captionflow.index_building import IndexBuilder
from captionflow.messages import Part, StepRecord, Stream
from services.index import reindex
from services.index.reindex import Reindexer
from tests.steps import part, step

TALK: Final = Stream("talk", "en")


class Log:
    """A line log of one turn."""

    def __init__(self) -> None:
        self._steps = [step(1, part(1, 1, "Good morning."))]

    async def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        if self._steps:
            yield [self._steps.pop()]


class Indices:
    """Two indices. The second one has no end if it is ``slow``; letting go of the first one fails once if ``away``."""

    def __init__(self, *, slow: bool = False, away: bool = False, less: bool = False) -> None:
        self.held = False
        self.used = "one"
        self._slow, self._away, self._less = slow, away, less
        self._parts: list[Part] = []

    async def current(self) -> str:
        return self.used

    async def create(self) -> str:
        return "two"

    async def write(self, _index: str, steps: Sequence[StepRecord]) -> None:
        self._parts += [one for step in steps for one in step.parts]

    async def parts(self, _index: str) -> AsyncIterator[tuple[Stream, Part]]:
        for one in self._parts:
            yield TALK, one
        if self._slow:
            await asyncio.Event().wait()

    async def last_seqs(self, index: str) -> Mapping[Stream, int]:
        return {TALK: 2 if self._less and index == "one" else 1}

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


async def rebuilt(indices: IndexBuilder) -> None:
    await Reindexer(Log(), indices).run()


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
