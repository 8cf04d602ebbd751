"""The file that a process keeps sessions in (captionflow.adapters.sqlite.session_table), and what it is good for."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.session_table import FILE, SqliteSessionTable
from captionflow.messages import Session
from captionflow.ports import SessionFilter

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TOPIC = "first"
BATCHES = 30

ENDLESS = """
import asyncio, itertools, sys
from pathlib import Path
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from tests.integration.test_session_table import TOPIC, session

async def run():
    table = await SqliteSessionTable.open(Path(sys.argv[1]), "test")
    await table.begin(TOPIC, 0)
    for n in itertools.count():
        names = [f"talk-{n}-{m}" for m in range(3)]
        await table.put([(session(one), frozenset()) for one in names], dict.fromkeys(names, n), n + 1)
        print(n, flush=True)

asyncio.run(run())
"""
"""Writes three sessions and renames them with each record, and says so."""


def session(name: str, title: str = "") -> Session:
    return Session(name, 1, NOW, NOW, title=title)


async def opened(folder: Path) -> SqliteSessionTable:
    return await SqliteSessionTable.open(folder, "test")


async def ids(table: SqliteSessionTable) -> Sequence[str]:
    return sorted(one.id for one in await table.list(SessionFilter()))


@pytest.fixture
async def left(tmp_path: Path) -> Path:
    """What a process left that had read a topic of two records."""
    table = await opened(tmp_path)
    assert await table.begin(TOPIC, 2) == 0
    await table.put([(session("hall"), frozenset())], {}, 1)
    assert not await table.remembers()
    assert await table.remembered("hall") is None  # the other record may say something else of it
    await table.put([(session("annex", "Renamed"), frozenset({"title"}))], {"annex": 1}, 2)
    await table.close()
    return tmp_path


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "file"
    made.write_text("no folder")
    yield made
    assert made.read_text() == "no folder"


async def test_a_process_goes_on_where_the_last_one_was(left: Path) -> None:
    table = await opened(left)
    assert await table.begin(TOPIC, 9) == 2
    assert await table.find(["annex", "other"]) == {"annex": (session("annex", "Renamed"), frozenset({"title"}))}
    assert list(await table.renamed(1, 10)) == [("annex", 1)]
    assert list(await table.renamed(2, 10)) == []
    assert await table.remembers()
    await table.close()


@pytest.mark.parametrize(
    ("topic", "end"), [("second", 9), (TOPIC, 1), (None, 9)], ids=["another topic", "a topic with less", "no name"]
)
async def test_what_may_not_be_of_this_topic_is_thrown_away(left: Path, topic: str | None, end: int) -> None:
    table = await opened(left)
    assert await table.begin(topic, end) == 0
    assert await ids(table) == []
    assert list(await table.renamed(0, 10)) == []
    assert not await table.remembers()
    await table.close()


async def test_a_process_that_is_killed_leaves_what_it_said_up_to_where_it_was(tmp_path: Path) -> None:
    writing = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENDLESS, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert writing.stdout is not None
    for _ in range(BATCHES):
        assert await writing.stdout.readline()
    writing.send_signal(signal.SIGKILL)
    await writing.wait()
    table = await opened(tmp_path)
    position = await table.begin(TOPIC, 2**62)
    assert position >= BATCHES
    expected = sorted(f"talk-{n}-{m}" for n in range(position) for m in range(3))
    assert await ids(table) == expected
    assert sorted(name for name, _ in await table.renamed(0, 2**31)) == expected
    await table.close()


async def test_a_damaged_file_is_made_anew(left: Path) -> None:
    (left / "sessions-test" / FILE).write_bytes(b"damaged" * 4_096)
    table = await opened(left)
    assert not await table.remembers()
    assert await table.begin(TOPIC, 9) == 0
    await table.close()


async def test_processes_that_share_a_folder_have_files_of_their_own(left: Path) -> None:
    tables = [await opened(left) for _ in range(3)]
    assert [await ids(table) for table in tables] == [["annex", "hall"], [], []]
    for table in tables:
        await table.close()


async def test_where_no_file_can_be_there_is_a_temporary_one(file: Path) -> None:
    table = await opened(file)
    assert await table.begin(TOPIC, 1) == 0
    await table.put([(session("hall"), frozenset())], {}, 1)
    assert await ids(table) == ["hall"]
    await table.close()


async def test_no_connection_takes_all_sessions_into_memory_with_time(tmp_path: Path) -> None:
    """SQLite keeps 2 MB of the file for each of them, page by page as it is read."""

    def kept(connection: sqlite3.Connection) -> int:
        (negative_kib,) = connection.execute("PRAGMA cache_size").fetchone()
        return -int(negative_kib)

    table = await opened(tmp_path)
    database = table._database
    assert {await database.read(kept), await database.scan(kept), await database.write(kept, durable=False)} == {256}
    await table.close()
