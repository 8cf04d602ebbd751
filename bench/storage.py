"""How fast the embedded storage is, beside the same text given to bare FTS5.

    python -m bench.storage [FOLDER WITH .txt FILES]

Prints the latency of an acknowledged line alone and with 20 senders at once, how many lines a second an import stores,
what a growing turn costs a word, and how long a search takes.
"""

import asyncio
import itertools
import logging
import sqlite3
import sys
import tempfile
import textwrap
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import structlog

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.messages import Draft, Part, StepRecord
from captionflow.ports import SearchQuery

BATCH = 500
PART_CHARS = 4_000


def show(name: str, seconds: Sequence[float]) -> None:
    ranked = sorted(seconds)
    p50, p99 = (ranked[int(len(ranked) * share)] * 1e3 for share in (0.5, 0.99))
    print(f"{name:<44} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms")


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def latency(log: SqliteLineLog, senders: int, lines: int) -> list[float]:
    async def send(sender: int) -> list[float]:
        name = f"{senders}-{sender}"
        return [
            await timed(lambda n=n: log.append("live", "en", [Draft(name, n, "and so we come to the next point\n")]))  # type: ignore[misc]
            for n in range(lines)
        ]

    return list(itertools.chain.from_iterable(await asyncio.gather(*(send(n) for n in range(senders)))))


def parts(text: str) -> list[Part]:
    pieces = textwrap.wrap(text, 700)
    return [
        Part(f"archive.en.{n}", 0, "archive", "en", n, n, speaker=f"SPEAKER {n % 40}", paragraphs=(piece,), closed=True)
        for n, piece in enumerate(pieces, 1)
    ]


async def imports(log: SqliteLineLog, turns: SqliteTurnStore, text: str) -> None:
    lines = [f"{line}\n" for line in textwrap.wrap(text, 32)]
    drafts = [Draft("import", n, line) for n, line in enumerate(lines)]
    start = time.perf_counter()
    for first in range(0, len(drafts), BATCH):
        await log.append("archive", "en", drafts[first : first + BATCH])
    logged = time.perf_counter() - start
    made = parts(text)
    start = time.perf_counter()
    for first in range(0, len(made), 20):
        batch = tuple(made[first : first + 20])
        await turns.apply([StepRecord("archive", "en", batch[0].version, batch[-1].version, batch)])
    indexed = time.perf_counter() - start
    count = len(lines)
    print(f"{'import: lines acknowledged, batches of 500':<44} {count / logged:10,.0f} lines/s")
    print(f"{'import: their parts stored and indexed':<44} {count / indexed:10,.0f} lines/s")
    print(f"{'import: both':<44} {count / (logged + indexed):10,.0f} lines/s")


def bare(folder: Path, text: str) -> None:
    lines = [f"{line}\n" for line in textwrap.wrap(text, 32)]
    pieces = [part.text for part in parts(text)]
    for name, rows in (("a row a line", lines), ("a row a part", pieces)):
        connection = sqlite3.connect(folder / f"{len(rows)}.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
        start = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO t VALUES (?)", [(row,) for row in rows[first : first + BATCH]])
            connection.execute("COMMIT")
        print(f"{f'bare FTS5, {name}':<44} {len(lines) / (time.perf_counter() - start):10,.0f} lines/s")
        connection.close()


async def growing(turns: SqliteTurnStore, search: SqliteSearch, text: str, *, searched: bool) -> list[float]:
    """A part of 4,000 characters that grows word by word; with a search after each word, or none."""
    session = f"growing-{searched}"
    seconds, said = [], ""
    for seq, word in enumerate(text[:PART_CHARS].split(), 1):
        said = f"{said} {word}".strip()
        part = Part(f"{session}.en.1", 0, session, "en", 1, seq, paragraphs=(said,))
        step = StepRecord(session, "en", seq, seq, (part,))
        seconds.append(await timed(lambda step=step: turns.apply([step])))  # type: ignore[misc]
        if searched:
            await search.search(SearchQuery(word, session=session))
    return seconds


def words_of(folder: Path | None) -> str:
    if folder is None:
        return "Good morning and welcome to the session on one-stop shops for the open internet. " * 12_000
    return " ".join(file.read_text(errors="replace") for file in sorted(folder.rglob("*.txt")))


async def main(text: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(dir=".") as data:
        database = Database.open(Path(data) / "captionflow.db")
        log, turns, search = SqliteLineLog(database), SqliteTurnStore(database), SqliteSearch(database)
        show("acknowledged line, one sender", await latency(log, 1, 400))
        show("acknowledged line, 20 senders at once", await latency(log, 20, 50))
        bare(Path(data), text)
        await imports(log, turns, text)
        show("a word of a growing turn", await growing(turns, search, text, searched=False))
        show("a word of a growing turn, searched each time", await growing(turns, search, text, searched=True))
        for query in ("the", "internet", '"of the"', "journalism data"):
            seconds = [await timed(lambda q=query: search.search(SearchQuery(q))) for _ in range(20)]  # type: ignore[misc]
            show(f"search {query} ({(await search.search(SearchQuery(query))).total} hits)", seconds)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(words_of(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
