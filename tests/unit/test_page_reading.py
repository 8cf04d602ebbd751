"""Which piece of a transcript a page shows (services.api.pages.reading)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.messages import Part, Stamp, Stream
from captionflow.stamps import pack
from captionflow.turns import WINDOW, Place, TurnStore
from services.api.pages.reading import END_CHARS, END_PARTS, Piece, Wanted, end, piece, pieces, quoted, wanted
from services.api.pages.turn_views import Before
from tests.steps import part, step

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
STREAM = Stream("talk", "en")
TURNS = 2 * WINDOW + 50


def turn(number: int) -> Part:
    return part(number, number, times=pack([Stamp(0, NOW + timedelta(seconds=number))]))


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[TurnStore]:
    database = Database.open(tmp_path / "data" / "captionflow.db")
    yield SqliteTurnStore(database)
    await database.close()


@pytest.fixture
async def store(empty: TurnStore) -> TurnStore:
    await empty.apply([step(TURNS, part(0, 1, "head"), *map(turn, range(1, TURNS)))])
    return empty


def ends(found: Piece) -> tuple[int, int]:
    return found.parts[0].ordinal, found.parts[-1].ordinal


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, Wanted()),
        ({"turn": "t12", "after": "12.0", "before": "3.1"}, Wanted("t12", Place(12, 0), Place(3, 1))),
        ({"after": "-1.0", "before": "12"}, Wanted()),
        ({"after": "9" * 99 + ".0", "before": "١.٢"}, Wanted()),
    ],
)
def test_an_address_says_which_piece_is_wanted(query: dict[str, str], expected: Wanted) -> None:
    assert wanted(query) == expected


async def test_what_fits_is_shown_whole_whatever_is_wanted(empty: TurnStore) -> None:
    await empty.apply([step(9, turn(1), turn(2))])
    for asked in (Wanted(), Wanted(turn="t2"), Wanted(after=Place(1, 0)), Wanted(before=Place(1, 0))):
        found = await piece(empty, STREAM, asked)
        assert (ends(found), found.earlier, found.later) == ((1, 2), None, None)
    assert await end(empty, STREAM) == (await piece(empty, STREAM, Wanted()))._replace(seq=9)  # as of that line


@pytest.mark.parametrize(
    ("asked", "expected", "earlier", "later"),
    [
        (Wanted(), (0, 399), None, "399.0"),
        (Wanted(after=Place(399, 0)), (400, 799), "400.0", "799.0"),
        (Wanted(after=Place(799, 0)), (800, TURNS - 1), "800.0", None),
        (Wanted(after=Place(9999, 0)), (0, 399), None, "399.0"),
        (Wanted(after=Place(100, 0)), (0, 399), None, "399.0"),
        (Wanted(before=Place(800, 0)), (400, 799), "400.0", "799.0"),
        (Wanted(before=Place(400, 0)), (0, 399), None, "399.0"),
        (Wanted(before=Place(7, 0)), (0, 399), None, "399.0"),
        (Wanted(turn="t7"), (0, 399), None, "399.0"),
        (Wanted(turn="t402"), (392, 791), "392.0", "791.0"),
        (Wanted(turn="t9999"), (0, 399), None, "399.0"),
        (Wanted(turn="<b>"), (0, 399), None, "399.0"),
    ],
)
async def test_a_long_one_is_shown_in_pieces(
    store: TurnStore, asked: Wanted, expected: tuple[int, int], earlier: str | None, later: str | None
) -> None:
    found = await piece(store, STREAM, asked)
    assert (ends(found), found.earlier, found.later) == (expected, earlier, later)


async def test_a_piece_knows_what_was_said_before_it(store: TurnStore) -> None:
    begin = NOW + timedelta(seconds=1)
    later = await piece(store, STREAM, Wanted(after=Place(399, 0)))
    assert later.known == Before(begin, NOW + timedelta(seconds=399))
    assert later.views[0].elapsed == "6:39"
    last = await end(store, STREAM)
    assert (ends(last), last.earlier, last.later) == ((TURNS - END_PARTS, TURNS - 1), f"{TURNS - END_PARTS}.0", None)
    assert last.known == Before(begin, NOW + timedelta(seconds=TURNS - END_PARTS - 1))


async def test_the_end_is_as_short_as_fills_a_screen_in_whole_turns(empty: TurnStore) -> None:
    long = "Good morning. " * (END_CHARS // 14 + 1)
    await empty.apply([step(9, turn(1), part(2, 2, long), part(3, 3, "And you?"), part(4, 4, long))])
    assert (ends(await end(empty, STREAM)), (await end(empty, STREAM)).earlier) == ((4, 4), "4.0")
    await empty.apply([step(10, part(4, 10, "Yes."))])
    last = await end(empty, STREAM)
    assert (ends(last), last.earlier) == ((2, 4), "2.0")


async def test_of_an_endless_turn_the_end_is_shown(empty: TurnStore) -> None:
    half = "Good morning. " * (END_CHARS // 28 + 1)
    await empty.apply([step(9, turn(1), *(part(2, 2 + n, half, number=n) for n in range(20)))])
    last = await end(empty, STREAM)
    assert (last.parts[0].number, last.parts[-1].number, last.earlier) == (16, 19, "2.16")


async def test_a_turn_is_quoted_from_the_part_that_is_named_on_and_no_other_with_it(empty: TurnStore) -> None:
    await empty.apply([step(9, turn(1), *(part(2, 2 + n, f"Part {n}.", number=n) for n in range(5)), turn(3))])

    async def found(anchor: str) -> list[tuple[int, int]] | None:
        piece = await quoted(empty, STREAM, anchor)
        return piece and [(one.ordinal, one.number) for one in piece.parts]

    assert await found("t1") == [(1, 0)]
    assert await found("t2") == [(2, 0), (2, 1), (2, 2)]
    assert await found("t2-p4") == [(2, 4)]
    assert await found("t7") is None
    assert await found("2") is None


async def test_all_of_it_comes_piece_by_piece(store: TurnStore) -> None:
    found = [one async for one in pieces(store, STREAM, {})]
    assert [ends(one) for one in found] == [(0, 399), (400, 799), (800, TURNS - 1)]
    assert [one.known.said for one in found[1:]] == [NOW + timedelta(seconds=n) for n in (399, 799)]
