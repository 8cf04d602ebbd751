"""A session is counted once, and what changes is counted anew (services.api.transcripts.counting)."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Unavailable
from captionflow.figures import Figures, Tally
from captionflow.messages import Session, Stream
from captionflow.turns import WINDOW, Window
from services.api.transcripts.counting import Counting
from services.http.off_loop import OffLoop
from tests.steps import part, step

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session(id="talk", version=1, created_at=NOW, updated_at=NOW)
STREAM = Stream("talk", "en")
TURNS = 2 * WINDOW + 50


class Watched(SqliteTurnStore):
    """Says what was read, and fails when it is told to."""

    windows = 0
    fails_at = 0

    async def window(self, *stream: str, **wanted: Any) -> Window:
        self.windows += 1
        if self.windows == self.fails_at:
            raise Unavailable("A test has it so.")
        return await super().window(*stream, **wanted)


@pytest.fixture
async def turns(tmp_path: Path) -> AsyncIterator[Watched]:
    database = Database.open(tmp_path / "captionflow.db")
    yield Watched(database)
    await database.close()


@pytest.fixture
async def counting(turns: Watched) -> Counting:
    return Counting(turns, OffLoop("pages"))


async def anew(turns: Watched) -> Figures:
    found = await turns.turns(*STREAM)
    tally = Tally()
    tally.add(found.parts)
    return tally.figures(*STREAM, found.last_seq, {})


async def long(turns: Watched) -> None:
    said = (part(n, n, "Two words.", speaker="ANA", closed=True) for n in range(1, TURNS + 1))
    await turns.apply([step(TURNS, *said)])


async def test_a_long_session_is_read_once_and_then_what_follows(turns: Watched, counting: Counting) -> None:
    await long(turns)
    assert (await counting.figures(SESSION, STREAM)).words == 2 * TURNS
    read = turns.windows
    assert read > 2
    assert (await counting.figures(SESSION, STREAM)).words == 2 * TURNS
    assert turns.windows == read
    await turns.apply([step(TURNS + 1, part(TURNS + 1, TURNS + 1, "Three more words."))])
    assert await counting.figures(SESSION, STREAM) == await anew(turns)
    assert turns.windows == read + 1


async def test_a_correction_of_what_was_said_long_ago_is_counted(turns: Watched, counting: Counting) -> None:
    await long(turns)
    await counting.figures(SESSION, STREAM)
    await turns.apply([step(TURNS + 1, part(3, TURNS + 1, "Now there are five words.", speaker="BO", closed=True))])
    found = await counting.figures(SESSION, STREAM)
    assert (found.words, [one.speaker for one in found.speakers]) == (2 * TURNS + 3, ["ANA", "BO"])


async def test_a_count_that_failed_half_way_is_made_anew(turns: Watched, counting: Counting) -> None:
    await long(turns)
    turns.fails_at = 2
    with pytest.raises(Unavailable):
        await counting.figures(SESSION, STREAM)
    assert await counting.figures(SESSION, STREAM) == await anew(turns)
    await turns.apply([step(TURNS + 1, part(TURNS + 1, TURNS + 1, "More."))])
    turns.fails_at = turns.windows + 1
    with pytest.raises(Unavailable):
        await counting.figures(SESSION, STREAM)
    assert await counting.figures(SESSION, STREAM) == await anew(turns)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_comes_it_is_what_a_count_of_all_gives(turns: Watched, counting: Counting, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    for seq in range(1, 120):
        parts = {
            (ordinal, number): part(
                ordinal,
                seq,
                paragraphs=tuple(chance.choices(["One.", "Two words.", "Three short words."], k=chance.randrange(3))),
                number=number,
                speaker=chance.choice(["ANA", "BO", None]),
                closed=chance.random() < 0.8,
                retracted=chance.random() < 0.1,
            )
            for ordinal, number in chance.choices([(n, m) for n in range(1 + seq // 4) for m in range(2)], k=2)
        }
        await turns.apply([step(seq, *parts.values())])
        if chance.random() < 0.5:
            assert await counting.figures(SESSION, STREAM) == await anew(turns)


async def test_of_nothing_there_is_nothing(counting: Counting) -> None:
    found = await counting.figures(SESSION, STREAM)
    assert (found.turns, found.words, found.seconds, found.speakers) == (0, 0, 0, ())
