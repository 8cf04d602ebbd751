"""How long a search takes embedded, its counts, facets and highlights included, beside bare FTS5 on the same index.

    python -m bench.search [TURNS]

Bare FTS5 counts the rows and gives the twenty newest; it knows no sessions, no speakers and no texts. Both are asked in
turn. *cpu* is the processor's time in milliseconds, median of all, which a busy machine changes little; *wall* is what
who asks waits for, the way to the process that searches and back included.
"""

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.elastic import BACKFILL, TURNS_A_SESSION, Sessions, chunks, steps
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.search_sql import answer, question
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.ports import SearchQuery, SessionFilter
from captionflow.search.query import expression, parse, read_query

TURNS = 200_000
SEARCHES = 40


async def fill(database: Database, turns: int) -> None:
    sessions, store = SqliteSessionStore(database), SqliteTurnStore(database)
    for session in await Sessions(turns // TURNS_A_SESSION).list(SessionFilter()):
        await sessions.create(session)
    for batch in chunks(steps(turns), BACKFILL):
        await store.apply(batch)


def bare(connection: sqlite3.Connection, query: SearchQuery) -> None:
    asked = (expression(parse(query.text)),)
    connection.execute("SELECT count(*) FROM search_text WHERE search_text MATCH ?", asked).fetchone()
    newest = "SELECT rowid FROM search_text WHERE search_text MATCH ? ORDER BY rowid DESC LIMIT 20"
    connection.execute(newest, asked).fetchall()


def ours(connection: sqlite3.Connection, query: SearchQuery) -> int:
    terms, place, _ = read_query(query)
    return answer(connection, question(query, terms, place)).total


def cpu(work: Callable[[sqlite3.Connection, SearchQuery], object], on: sqlite3.Connection, query: SearchQuery) -> float:
    began = time.process_time()
    work(on, query)
    return (time.process_time() - began) * 1e3


async def measure(name: str, search: SqliteSearch, path: Path, queries: Sequence[SearchQuery]) -> None:
    hits: list[int] = []
    took: dict[str, list[float]] = {"ours": [], "bare": [], "wall": []}
    with sqlite3.connect(path) as connection:
        for query in queries:
            took["bare"].append(cpu(bare, connection, query))
            took["ours"].append(cpu(ours, connection, query))
            began = time.perf_counter()
            hits.append((await search.search(query)).total)
            took["wall"].append((time.perf_counter() - began) * 1e3)
    connection.close()
    middle = {name: statistics.median(found) for name, found in took.items()}
    print(
        f"{name:<28} {statistics.median(hits):>9,.0f} hits   cpu {middle['ours']:6.1f} ms, bare {middle['bare']:5.1f}  "
        f"wall p50 {middle['wall']:6.1f} ms, p99 {sorted(took['wall'])[int(len(queries) * 0.99)]:6.1f} ms"
    )


async def main(turns: int) -> None:
    chance = random.Random(2)  # noqa: S311 - the same searches in each run

    def some(form: str, lowest: int, highest: int, count: int = SEARCHES, **more: str) -> list[SearchQuery]:
        ranks = ([chance.randrange(lowest, highest) for _ in range(form.count("{}"))] for _ in range(count))
        return [SearchQuery(form.format(*found), **more) for found in ranks]

    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "captionflow.db")
        await fill(database, turns)
        search = SqliteSearch(database)
        await search.search(SearchQuery("word1"))  # its process is there
        print(f"{turns:,} turns")
        for name, queries in (
            ("a rare word", some("word{}", 5_000, 30_000)),
            ("a usual word", some("word{}", 100, 2_000)),
            ("two usual words", some("word{} word{}", 100, 2_000)),
            ("one of the 20 commonest", some("word{}", 0, 20)),
            ("the commonest", [SearchQuery("word0")] * SEARCHES),
            ("a phrase of common words", some('"word{} word{}"', 0, 20)),
            ("a usual word, one speaker", some("word{}", 100, 2_000, speaker="SPEAKER 7")),
            ("a common word, one session", some("word{}", 0, 20, session="talk-7")),
        ):
            await measure(name, search, database.path, queries)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else TURNS))
