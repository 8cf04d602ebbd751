"""What an api process keeps itself and what the archive has are one transcript, whichever of them is ahead."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from captionflow.adapters.composed.live_turn_store import LiveTurnStore, open_scratch
from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Unavailable
from captionflow.messages import Part, StepRecord
from captionflow.turns import THE_END, THE_START, Place, Turns, TurnStore, Window, place_of

LINES = 6


def step(seq: int, *parts: Part) -> StepRecord:
    return StepRecord("talk", "en", seq, seq, parts)


def part(turn: int, version: int, text: str, *, retracted: bool = False) -> Part:
    return Part(f"talk.en.{turn}", 0, "talk", "en", turn, version, paragraphs=(text,), closed=True, retracted=retracted)


STEPS = [step(seq, part((seq + 1) // 2, seq, f"As of line {seq}.")) for seq in range(1, LINES + 1)]
"""Two lines a turn: the second one changes it."""


@pytest.fixture
async def down() -> AsyncIterator[ElasticTurnStore]:
    """An archive that can't be reached: nothing listens at the port of the discard service."""
    client = connect(["http://127.0.0.1:9"])
    yield ElasticTurnStore(client, read="talks", write="talks")
    await client.close()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteTurnStore]:
    """A real store; which technology it is built on is no matter here."""
    database = Database.open(tmp_path / "archive" / "archive.db")
    yield SqliteTurnStore(database)
    database._shut()


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Database]:
    database = open_scratch(tmp_path)
    yield database
    database._shut()


def live(scratch: Database, archive: TurnStore, *, lines: int = LINES) -> LiveTurnStore:
    local = SqliteTurnStore(scratch, searchable=False)
    return LiveTurnStore(local, archive, check=lambda: None, lines=lambda _session, _language: lines)


async def read_back(store: TurnStore, *, limit: int) -> list[Part]:
    """All of it, window by window from its end."""
    found: list[Part] = []
    before = THE_END
    while True:
        window = await store.window("talk", "en", before=before, limit=limit)
        found = [*window.parts, *found]
        if not window.more:
            return found
        before = place_of(window.parts[0])


async def read_on(store: TurnStore, *, limit: int) -> list[Part]:
    """The same from its beginning."""
    found: list[Part] = []
    after = THE_START
    while True:
        window = await store.window("talk", "en", after=after, limit=limit)
        found += window.parts
        if not window.more:
            return found
        after = place_of(window.parts[-1])


async def whole(archive: SqliteTurnStore, tmp_path: Path) -> Turns:
    """What a store says that was given everything."""
    database = Database.open(tmp_path / "whole" / "whole.db")
    store = SqliteTurnStore(database)
    await store.apply(STEPS)
    found = await store.turns("talk", "en")
    await database.close()
    return found


async def test_a_session_whose_beginning_the_topic_has_needs_no_archive(
    scratch: Database, down: ElasticTurnStore
) -> None:
    store = live(scratch, down)
    await store.keep(STEPS[:4])
    await store.keep(STEPS[4:])
    assert [one.text for one in (await store.window("talk", "en", limit=2)).parts] == ["As of line 4.", "As of line 6."]
    assert await store.last_seq("talk", "en") == LINES


async def test_a_session_in_which_nothing_was_said_needs_no_archive(scratch: Database, down: ElasticTurnStore) -> None:
    store = live(scratch, down, lines=0)
    assert await store.turns("talk", "en") == Turns((), 0)
    assert await store.last_seq("talk", "en") == 0


async def test_an_old_session_is_read_from_the_archive(scratch: Database, archive: SqliteTurnStore) -> None:
    await archive.apply(STEPS)
    store = live(scratch, archive)
    assert await store.turns("talk", "en") == await archive.turns("talk", "en")
    assert await store.last_seq("talk", "en") == LINES


@pytest.mark.parametrize("first", range(2, LINES + 1))
@pytest.mark.parametrize("archived", range(1, LINES + 1))
async def test_wherever_the_topic_begins_and_the_archive_ends_nothing_is_missing_and_nothing_is_old(
    scratch: Database, archive: SqliteTurnStore, tmp_path: Path, first: int, archived: int
) -> None:
    await archive.apply(STEPS[:archived])
    store = live(scratch, archive)
    await store.keep(STEPS[first - 1 :])
    if archived < first - 1:
        with pytest.raises(Unavailable, match="not in the archive yet"):
            await store.turns("talk", "en")
        with pytest.raises(Unavailable):
            await store.last_seq("talk", "en")
        return
    found = await whole(archive, tmp_path)
    assert await store.turns("talk", "en") == found
    assert await read_back(store, limit=2) == await read_on(store, limit=2) == list(found.parts)
    assert await store.last_seq("talk", "en") == LINES


@pytest.mark.parametrize("first", range(1, LINES + 1))
@pytest.mark.parametrize("after", range(LINES + 1))
async def test_what_changed_is_known_since_the_topic_begins(
    scratch: Database, archive: SqliteTurnStore, first: int, after: int
) -> None:
    await archive.apply(STEPS)
    store = live(scratch, archive)
    await store.keep(STEPS[first - 1 :])
    found = await store.changes("talk", "en", after)
    assert (found.more, found.last_seq) == (after < first - 1, LINES)
    wanted = () if found.more else [one for one in (await archive.turns("talk", "en")).parts if one.version > after]
    assert sorted(found.parts, key=place_of) == list(wanted)


async def test_changes_are_told_whole_or_not_at_all_and_have_what_was_taken_back(
    scratch: Database, archive: SqliteTurnStore
) -> None:
    store = live(scratch, archive)
    assert (await store.changes("talk", "en", 0)).more  # nothing is known of it
    await store.keep([*STEPS, step(7, part(3, 7, "", retracted=True))])
    found = await store.changes("talk", "en", 4)
    assert [(one.version, one.retracted) for one in found.parts] == [(7, True)]
    assert not (await store.changes("talk", "en", 0, limit=3)).more
    assert await store.changes("talk", "en", 0, limit=2) == Window((), 7, more=True)
    assert await store.changes("talk", "en", 2**62) == Window((), 7)
    assert await archive.changes("another", "en", 0) == Window((), 0)


async def test_a_turn_that_was_taken_back_does_not_come_again_from_the_archive(
    scratch: Database, archive: SqliteTurnStore
) -> None:
    await archive.apply(STEPS[:6])
    store = live(scratch, archive)
    await store.keep([step(7, part(3, 7, "", retracted=True)), step(8, part(4, 8, "Other words."))])
    texts = [one.text for one in (await store.turns("talk", "en")).parts]
    assert texts == ["As of line 2.", "As of line 4.", "Other words."]
    for limit in (1, 2, 3):
        windows = [await read_back(store, limit=limit), await read_on(store, limit=limit)]
        assert [[one.text for one in parts] for parts in windows] == [texts, texts]
    assert await store.place("talk", "en", "talk.en.2") == Place(2, 0)
    assert await store.place("talk", "en", "talk.en.3") is None


async def test_a_hole_in_what_the_topic_has_is_filled_by_the_archive_or_told(
    scratch: Database, archive: SqliteTurnStore, tmp_path: Path
) -> None:
    store = live(scratch, archive)
    await store.keep([*STEPS[:2], *STEPS[4:]])
    with pytest.raises(Unavailable):
        await store.turns("talk", "en")
    await archive.apply(STEPS[:5])
    assert await store.turns("talk", "en") == await whole(archive, tmp_path)


async def test_nothing_is_told_before_the_topic_was_read(scratch: Database, archive: SqliteTurnStore) -> None:
    def unread() -> None:
        raise Unavailable("Still being read.")

    store = LiveTurnStore(SqliteTurnStore(scratch), archive, check=unread, lines=lambda _session, _language: 0)
    with pytest.raises(Unavailable, match="Still being read"):
        await store.turns("talk", "en")
    with pytest.raises(Unavailable, match="Still being read"):
        await store.last_seq("talk", "en")


async def test_what_an_earlier_process_kept_is_gone(tmp_path: Path) -> None:
    for _ in range(2):
        database = open_scratch(tmp_path)
        store = SqliteTurnStore(database)
        assert await store.last_seq("talk", "en") == 0
        await store.apply(STEPS)
        await database.close()
