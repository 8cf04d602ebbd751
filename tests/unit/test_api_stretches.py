"""What a live viewer gets of a transcript (services.api.live.stretches)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.messages import Stamp, Stream
from captionflow.stamps import pack
from captionflow.turns import WINDOW, Place, TurnStore, parsed, spelled
from services.api.live.stretches import Stretch, stretch
from tests.steps import part, step

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
STREAM = Stream("talk", "en")
TURNS = WINDOW + 50


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TurnStore]:
    database = Database.open(tmp_path / "data" / "captionflow.db")
    yield SqliteTurnStore(database)
    await database.close()


async def test_a_short_transcript_is_all_there(store: TurnStore) -> None:
    assert await stretch(store, STREAM) == Stretch(0)
    parts = part(0, 1, "Head"), part(1, 1), part(2, 2)
    await store.apply([step(2, *parts)])
    assert await stretch(store, STREAM) == Stretch(2, parts)
    assert await stretch(store, STREAM, last=2) == Stretch(2, parts[1:])
    assert await stretch(store, STREAM, last=1) == Stretch(2, parts[2:], "2.0")
    assert await stretch(store, STREAM, Place(1, 0)) == Stretch(2, parts[:1])


@pytest.mark.parametrize(
    ("times", "begin"), [((), None), (pack([Stamp(0, 7.5)]), None), (pack([Stamp(0, NOW)]), NOW)], ids=repr
)
async def test_the_end_of_a_long_one_says_when_it_began(
    store: TurnStore, times: tuple[int, ...], begin: datetime | None
) -> None:
    parts = [part(n, n, times=times) for n in range(1, TURNS + 1)]
    await store.apply([step(TURNS, part(0, 1, times=pack([Stamp(0, datetime(2020, 1, 1, tzinfo=UTC))])), *parts)])
    assert await stretch(store, STREAM) == Stretch(TURNS, tuple(parts[50:]), "51.0", begin)
    assert len((await stretch(store, STREAM, Place(51, 0))).parts) == 51


def test_a_place_is_read_as_it_was_spelled() -> None:
    assert parsed(spelled(Place(12, 3))) == Place(12, 3)
    assert [parsed(text) for text in (None, "", "12", "-1.0", "1.2.3", "١.٢")] == [None] * 6
