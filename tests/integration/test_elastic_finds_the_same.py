"""The same transcripts in SQLite and in Elasticsearch: turn for turn the same, found by the same searches."""

import random
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from captionflow.adapters.elastic.search import ElasticSearch
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.messages import Facts, Session, StepRecord
from captionflow.ports import Search, SearchPage, SearchQuery
from captionflow.transcript import digest, document
from captionflow.turns import TurnStore
from services.segment.segmenter import start, step
from tests.integration.elastic_index import fresh_index
from tests.stack.servers import Server
from tests.unit.segment_material import cut, line

AT = datetime(2015, 11, 12, tzinfo=UTC)
SRCCON = 10
SEARCHES = 150
SEED = 20151112


@dataclass(frozen=True)
class Both:
    """The same steps in both, and what was in them."""

    sqlite: tuple[TurnStore, Search]
    elastic: tuple[TurnStore, Search]
    sessions: dict[str, str]
    """Text by session."""


@pytest.fixture
def files(shared: Path) -> list[Path]:
    """The seed transcript, and some of SRCCON from all its years."""
    srccon = sorted(shared.glob("srccon/20*/Session*"))
    chosen = [*shared.glob("igf/*.txt"), *srccon[:: len(srccon) // SRCCON][:SRCCON]]
    assert len(chosen) == SRCCON + 1
    return chosen


@pytest.fixture
async def both(files: list[Path], elasticsearch_node: Server, tmp_path: Path) -> AsyncIterator[Both]:
    database = Database.open(tmp_path / "captionflow.db")
    about = SqliteSessionStore(database)
    async with fresh_index(elasticsearch_node.address, page=7) as index:
        sqlite = SqliteTurnStore(database)
        sessions: dict[str, str] = {}
        for number, path in enumerate(files):
            session = re.sub("[^a-z0-9]+", "-", path.stem.lower())
            sessions[session] = path.read_text(encoding="utf-8-sig")
            event, date, room = ("IGF", "SRCCON 14")[number % 2], f"2015-11-{number % 7 + 1:02}", f"Room {number}"
            known = Session(session, version=1, created_at=AT, updated_at=AT, event=event, date=date, room=room)
            await about.create(known)
            for batch in batches(session, sessions[session]):
                await sqlite.apply(batch)
                await index.store.apply(batch)
        await index.refresh()
        yield Both(
            (sqlite, SqliteSearch(database)),
            (index.store, ElasticSearch(index.client, about, index=index.names.read)),
            sessions,
        )
    await database.close()


def batches(session: str, text: str) -> Iterator[list[StepRecord]]:
    """The steps that a segmenter makes of a text in pieces of 70 columns, some at a time."""
    lines = [line(number, piece) for number, piece in enumerate(cut(text, "70"), 1)]
    state = start(session, "en")
    for begin in range(0, len(lines), 300):
        state, steps = step(state, lines[begin : begin + 300])
        yield steps


def searches(sessions: dict[str, str]) -> Iterator[SearchQuery]:
    """Words and phrases of the texts, with and without filters, page after page of a few."""
    chance = random.Random(SEED)  # noqa: S311 - the same searches in each run
    for _ in range(SEARCHES):
        session, text = chance.choice(list(sessions.items()))
        words = text.split()
        begin = chance.randrange(len(words))
        some = words[begin : begin + chance.randint(1, 4)]
        query = SearchQuery(
            f'"{" ".join(some)}"' if chance.random() < 0.4 else " ".join(some), limit=chance.randint(1, 9)
        )
        yield query
        for name, value in (("session", session), ("event", "igf"), ("room", "ROOM 3"), ("language", "EN")):
            if chance.random() < 0.2:
                yield msgspec.structs.replace(query, **{name: value})
    for speaker in ("moderator", "Leon Felipe", "nobody"):
        yield SearchQuery("", speaker=speaker)
        yield SearchQuery("the", speaker=speaker)


async def pages(search: Search, query: SearchQuery, most: int = 4) -> list[SearchPage]:
    """The first pages of what a search finds, without their cursors, which each adapter makes as it likes."""
    found: list[SearchPage] = []
    while len(found) < most:
        page = await search.search(query)
        found.append(msgspec.structs.replace(page, next=None))
        if page.next is None:
            break
        query = msgspec.structs.replace(query, cursor=page.next)
    return found


async def test_transcripts_are_the_same_turn_for_turn(both: Both) -> None:
    for session in both.sessions:
        for limit in (1, 10, 400):
            windows = [await store.window(session, "en", limit=limit) for store, _ in (both.sqlite, both.elastic)]
            assert windows[0] == windows[1], session
        sqlite, elastic = [await store.turns(session, "en") for store, _ in (both.sqlite, both.elastic)]
        assert elastic == sqlite, session
        assert len(elastic.parts) > 1
        assert digest(document(elastic.parts, Facts())) == digest(document(sqlite.parts, Facts()))


async def test_the_same_searches_find_the_same_turns_in_the_same_order_with_the_same_counts(both: Both) -> None:
    some = 0
    for query in searches(both.sessions):
        found = await pages(both.elastic[1], query)
        assert found == await pages(both.sqlite[1], query), query
        some += bool(found[0].total)
    assert some > SEARCHES / 2
