"""The processes that search: whatever happens to one, search goes on, and nothing goes on that nobody waits for."""

import asyncio
import io
import os
import signal
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.search_processes import PROCESSES
from captionflow.adapters.sqlite.search_sql import Question
from captionflow.adapters.sqlite.searcher import Searcher, Stopped
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Misconfigured, Unavailable
from captionflow.messages import Part, StepRecord
from captionflow.ports import SearchQuery
from tests.waiting import until

QUERY = SearchQuery("word")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(tmp_path / "captionflow.db")
    part = Part("talk.en.1", 0, "talk", "en", 1, 1, paragraphs=("word",), closed=True)
    await SqliteTurnStore(database).apply([StepRecord("talk", "en", 1, 1, (part,))])
    yield database
    await database.close()


@pytest.fixture
def search(database: Database) -> SqliteSearch:
    return SqliteSearch(database)


def processes() -> list[int]:
    """Our children that search."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"sqlite.searcher" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def test_there_are_so_many_processes_and_all_end_with_the_database(
    database: Database, search: SqliteSearch
) -> None:
    assert processes() == []
    pages = await asyncio.gather(*(search.search(QUERY) for _ in range(4 * PROCESSES)))
    assert [page.total for page in pages] == [1] * 4 * PROCESSES
    assert 1 <= len(processes()) <= PROCESSES
    await database.close()
    assert processes() == []
    with pytest.raises(Unavailable):
        await search.search(QUERY)


async def test_one_that_is_killed_is_started_again(search: SqliteSearch) -> None:
    await search.search(QUERY)
    (process,) = processes()
    os.kill(process, signal.SIGSTOP)
    asked = asyncio.create_task(search.search(QUERY))
    await asyncio.sleep(0)
    os.kill(process, signal.SIGKILL)
    with pytest.raises(Unavailable, match="try again"):
        await asked
    assert (await search.search(QUERY)).total == 1


async def test_one_that_does_not_stop_when_nobody_waits_is_ended(search: SqliteSearch) -> None:
    await search.search(QUERY)
    (process,) = processes()
    os.kill(process, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await search.search(QUERY)
    await until(lambda: process not in processes())
    assert (await search.search(QUERY)).total == 1


async def test_one_that_stops_goes_on_with_the_next_search(search: SqliteSearch) -> None:
    await search.search(QUERY)
    before = processes()
    for _ in range(20):
        asked = asyncio.create_task(search.search(QUERY))
        await asyncio.sleep(0.002)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    assert (await search.search(QUERY)).total == 1
    assert set(before) <= set(processes())


async def test_a_damaged_index_is_told_as_what_it_is(database: Database, search: SqliteSearch) -> None:
    await database.write(lambda on: on.execute("DELETE FROM search_text_data WHERE id > 10"), durable=True)
    with pytest.raises(Misconfigured, match="damaged"):
        await search.search(QUERY)


async def test_half_a_surrogate_pair_is_found_nowhere(search: SqliteSearch) -> None:
    assert (await search.search(SearchQuery("word", session="\ud800"))).total == 0


async def test_a_stop_leaves_nothing_open_whatever_it_interrupts(database: Database, tmp_path: Path) -> None:
    """It may come in the middle of the end of a search, which a next one then could not begin behind."""
    searcher = Searcher(tmp_path / "captionflow.db", io.BytesIO(), io.BytesIO())
    asked = Question((), "ana", None, None, None, None, (), None, 20, "")
    over = threading.Event()

    def interrupt() -> None:
        while not over.is_set():
            searcher._connection.interrupt()
            time.sleep(0)

    interrupting = threading.Thread(target=interrupt)
    searcher._stop.set()
    interrupting.start()
    try:
        answers = []
        for _ in range(10_000):
            answers.append(searcher._answer(asked))
            assert not searcher._connection.in_transaction
        assert Stopped() in answers
    finally:
        over.set()
        interrupting.join()
        searcher._connection.close()
