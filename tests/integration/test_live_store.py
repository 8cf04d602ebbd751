"""What an api process keeps itself and what the archive has are one transcript, whichever of them is ahead."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
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


def part_of(session: str, turn: int) -> Part:
    return Part(f"{session}.en.{turn}", 0, session, "en", turn, turn, paragraphs=("Said.",), closed=True)


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


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 26, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def live(scratch: Database, archive: TurnStore, *, lines: int = LINES, clock: Clock | None = None) -> LiveTurnStore:
    local = SqliteTurnStore(scratch, searchable=False)
    return LiveTurnStore(
        local, archive, check=lambda: None, lines=lambda _session, _language: lines, clock=clock or Clock()
    )


async def rows(scratch: Database) -> int:
    """Of parts and progress, of all sessions."""
    await scratch.write(lambda _: None, durable=True)  # behind all that was written before
    counts = "SELECT (SELECT count(*) FROM parts) + (SELECT count(*) FROM progress) + (SELECT count(*) FROM streams)"
    return int(await scratch.read(lambda one: one.execute(counts).fetchone()[0]))


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


DAY = timedelta(days=1)


@pytest.mark.parametrize("first", [1, 3])
async def test_what_the_archive_has_and_the_topic_has_not_any_more_is_forgotten_and_read_as_before(
    scratch: Database, archive: SqliteTurnStore, tmp_path: Path, first: int
) -> None:
    clock = Clock()
    await archive.apply(STEPS)
    store = live(scratch, archive, clock=clock)
    await store.keep(STEPS[first - 1 :])
    clock.now += DAY / 2
    assert await store.prune(DAY) == 0
    clock.now += DAY
    found = await whole(archive, tmp_path)
    async with aclosing(store.pages("talk", "en")) as pages:
        begun = [await anext(pages)]  # somebody reads it just now
        assert await store.prune(DAY) == 1
        assert await store.turns("talk", "en") == found
        begun += [page async for page in pages]
    assert [one for page in begun for one in page.parts] == list(found.parts)
    assert await store.prune(DAY) == 0
    assert await rows(scratch) == 0
    assert await store.turns("talk", "en") == found
    assert await store.last_seq("talk", "en") == LINES


@pytest.mark.parametrize("prunes", [1, 2, 3])
async def test_a_session_that_was_forgotten_goes_on(scratch: Database, archive: SqliteTurnStore, prunes: int) -> None:
    clock = Clock()
    await archive.apply(STEPS[:5])
    store = live(scratch, archive, clock=clock)
    await store.keep(STEPS[:5])
    clock.now += 2 * DAY
    for _ in range(prunes):
        await store.prune(DAY)
    await store.keep(STEPS[5:])
    for _ in range(3):
        assert [one.text for one in (await store.turns("talk", "en")).parts] == [
            "As of line 2.",
            "As of line 4.",
            "As of line 6.",
        ]
        assert await store.last_seq("talk", "en") == LINES
        assert await store.prune(DAY) == 0, "the archive has not got what is new"


async def test_what_the_archive_has_not_got_is_not_forgotten(scratch: Database, archive: SqliteTurnStore) -> None:
    clock = Clock()
    await archive.apply(STEPS[:5])
    store = live(scratch, archive, clock=clock)
    await store.keep(STEPS)
    clock.now += 9 * DAY
    for _ in range(3):
        assert await store.prune(DAY) == 0
    assert (await store.turns("talk", "en")).parts[-1].text == "As of line 6."


async def test_while_the_archive_is_down_nothing_is_forgotten(scratch: Database, down: ElasticTurnStore) -> None:
    clock = Clock()
    store = live(scratch, down, clock=clock)
    await store.keep(STEPS)
    clock.now += 9 * DAY
    for _ in range(2):
        with pytest.raises(Unavailable):
            await store.prune(DAY)
    assert (await store.turns("talk", "en")).parts[-1].text == "As of line 6."


async def test_a_step_is_as_old_as_its_line(scratch: Database, archive: SqliteTurnStore) -> None:
    """A process that starts reads what the topic still has, and does not keep it for as long once more."""
    clock = Clock()
    await archive.apply(STEPS)
    store = live(scratch, archive, clock=clock)
    await store.keep([msgspec.structs.replace(one, received_at=clock.now - 2 * DAY) for one in STEPS])
    assert await store.prune(DAY) == 1


async def test_databases_do_not_grow_with_the_sessions_that_come_and_go(
    scratch: Database, archive: SqliteTurnStore
) -> None:
    clock = Clock()
    store = live(scratch, archive, clock=clock)
    for day in range(20):
        steps = [StepRecord(f"talk-{day}", "en", n, n, (part_of(f"talk-{day}", n),)) for n in range(1, 10)]
        await archive.apply(steps)
        await store.keep(steps)
        await store.last_seq("talk-0", "en")
        clock.now += DAY
        await store.prune(DAY * 2)
    assert await rows(scratch) <= 4 * (9 + 2)
