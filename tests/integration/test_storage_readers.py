"""Who reads a data folder keeps nobody waiting who must not wait: senders, a stop."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.errors import Unavailable
from tests.waiting import until

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
MANY = 20
SOON_SECONDS = 10


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(tmp_path / "captionflow.db")
    yield database
    await database.close()


class Endless:
    """Reading without an end."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def __call__(self, connection: sqlite3.Connection) -> None:
        self.begun.set()
        connection.execute(ENDLESS).fetchone()


def one(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT 1").fetchone()[0])


async def test_look_ups_and_senders_wait_for_no_long_reading(database: Database) -> None:
    senders = database.lane("sender")
    reading = [asyncio.create_task(database.scan(Endless())) for _ in range(MANY)]
    looking = [asyncio.create_task(database.read(Endless())) for _ in range(MANY)]
    async with asyncio.timeout(SOON_SECONDS):
        assert await senders.read(one) == 1
        assert await senders.write(one, durable=True) == 1
        for task in looking:
            task.cancel()
        assert await database.read(one) == 1
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, *looking, return_exceptions=True)


async def test_what_nobody_waits_for_any_more_is_interrupted_and_its_thread_is_free(database: Database) -> None:
    senders = database.lane("sender")
    work = Endless()
    reading = asyncio.create_task(senders.read(work))
    await asyncio.to_thread(work.begun.wait, SOON_SECONDS)
    reading.cancel()
    async with asyncio.timeout(SOON_SECONDS):
        assert await senders.read(one) == 1


async def test_closing_waits_for_nobody_who_reads(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    begun, stuck, work = threading.Event(), threading.Event(), Endless()

    def held(_: sqlite3.Connection) -> None:
        begun.set()
        stuck.wait()

    reading = [asyncio.create_task(database.scan(work)), asyncio.create_task(database.scan(held))]
    for one_has_begun in (work.begun, begun):
        await asyncio.to_thread(one_has_begun.wait, SOON_SECONDS)
    began = time.monotonic()
    await database.close()
    assert time.monotonic() - began < SOON_SECONDS / 2
    with pytest.raises(Unavailable):
        await reading[0]
    with pytest.raises(Unavailable):
        await database.read(one)
    stuck.set()
    await reading[1]
    again = Database.open(tmp_path / "captionflow.db")
    assert await again.read(one) == 1
    await again.close()


async def test_what_a_reader_raises_is_raised_where_it_is_waited_for(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await database.read(lambda _: 1 // 0)
    assert await database.read(one) == 1


async def test_a_snapshot_is_closed_when_its_thread_has_left_it_and_not_before(database: Database) -> None:
    begun, goes_on, found = threading.Event(), threading.Event(), asyncio.Queue[object]()
    loop = asyncio.get_running_loop()
    used: list[sqlite3.Connection] = []

    def slow(connection: sqlite3.Connection) -> None:
        used.append(connection)
        begun.set()
        goes_on.wait()
        try:
            told: object = one(connection)
        except sqlite3.Error as error:
            told = error
        loop.call_soon_threadsafe(found.put_nowait, told)

    async def view() -> None:
        async with database.view() as view:
            await view.read(slow)

    viewing = asyncio.create_task(view())
    await asyncio.to_thread(begun.wait)
    viewing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await viewing
    goes_on.set()
    async with asyncio.timeout(SOON_SECONDS):
        assert await found.get() == 1
    await until(lambda: all(thread.name != "captionflow-snapshot" for thread in threading.enumerate()))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        one(used[0])
