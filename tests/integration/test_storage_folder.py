"""What a data folder that can't be used gets: a clear error, and nothing lost."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.schema import MIGRATIONS
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Misconfigured, Unavailable
from captionflow.messages import Draft, Part, StepRecord
from captionflow.ports import SearchQuery, SessionFilter
from captionflow.session_order import room_slug

V1 = Path(__file__).parent / "storage_v1.sql"


async def _texts(log: SqliteLineLog) -> list[str]:
    return [line.text async for record in log.read("talk", "en") for line in record.lines]


def test_a_folder_is_made_if_its_parent_is_there(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "data" / "captionflow.db")
    asyncio.run(database.close())
    assert (tmp_path / "data" / "captionflow.db").exists()


def test_nobody_else_on_the_machine_can_look_into_a_folder_that_was_made(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = Database.open(folder / "captionflow.db")
    asyncio.run(SqliteLineLog(database).append("talk", "en", [Draft("desk", 0, "Words.")]))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    asyncio.run(database.close())
    assert modes == {"data": 0o700} | dict.fromkeys(modes.keys() - {"data"}, 0o600)
    assert {"captionflow.db", "captionflow.db-wal", "captionflow.lock"} <= modes.keys()


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o750)
    asyncio.run(Database.open(folder / "captionflow.db").close())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o750


def test_a_folder_whose_parent_is_missing_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere"):
        Database.open(tmp_path / "nowhere" / "data" / "captionflow.db")


def test_a_file_in_the_place_of_the_folder_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("I am a file")
    with pytest.raises(Misconfigured, match="not a folder"):
        Database.open(tmp_path / "data" / "captionflow.db")


def test_a_read_only_folder_is_refused_by_name(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(Misconfigured, match=str(small_disk)):
        Database.open(small_disk / "captionflow.db")
    with pytest.raises(Misconfigured, match=str(small_disk)):
        Database.open(small_disk / "data" / "captionflow.db")


async def test_a_second_process_on_the_same_folder_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    path = tmp_path / "captionflow.db"
    database = Database.open(path)
    program = f"from captionflow.adapters.sqlite.database import *; Database.open(Path({str(path)!r}))"
    second = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert second.returncode != 0
    assert "errors.InUse" in second.stderr
    assert str(tmp_path) in second.stderr
    with pytest.raises(Misconfigured, match="in use"):
        Database.open(path)
    await SqliteLineLog(database).append("talk", "en", [Draft("d", 0, "still here")])
    await database.close()
    again = Database.open(path)
    assert await _texts(SqliteLineLog(again)) == ["still here"]
    await again.close()


async def test_a_full_disk_is_unavailable_and_appending_goes_on_once_there_is_space(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(512 * 1024))
    database = Database.open(small_disk / "captionflow.db")
    log = SqliteLineLog(database)
    acknowledged: list[str] = []

    async def fill() -> None:
        while True:
            text = f"{len(acknowledged)} {'x' * 400}\n"
            await log.append("talk", "en", [Draft("d", len(acknowledged), text)])
            acknowledged.append(text)

    with pytest.raises(Unavailable, match="space"):
        await fill()
    assert len(acknowledged) > 100
    for _ in range(5):
        with pytest.raises(Unavailable):
            await log.append("talk", "en", [Draft("d", len(acknowledged), "y" * 4000 + "\n")])
    assert await _texts(log) == acknowledged
    ballast.unlink()
    await log.append("talk", "en", [Draft("d", len(acknowledged), "on again\n")])
    assert await _texts(log) == [*acknowledged, "on again\n"]
    await database.close()
    again = Database.open(small_disk / "captionflow.db")
    assert await _texts(SqliteLineLog(again)) == [*acknowledged, "on again\n"]
    await again.close()


async def test_on_a_full_disk_one_can_still_read_and_search(small_disk: Path) -> None:
    database = Database.open(small_disk / "captionflow.db")
    turns, search = SqliteTurnStore(database), SqliteSearch(database)
    await turns.apply(
        [StepRecord("talk", "en", 1, 1, (Part("talk.en.1", 0, "talk", "en", 1, 1, paragraphs=("word",)),))]
    )
    assert (await search.search(SearchQuery("word"))).total == 1

    async def fill() -> None:
        for seq in range(2, 10_000):
            part = Part(f"talk.en.{seq}", 0, "talk", "en", seq, seq, paragraphs=(f"{seq} more " * 200,))
            await turns.apply([StepRecord("talk", "en", seq, seq, (part,))])

    with pytest.raises(Unavailable):
        await fill()
    assert (await turns.turns("talk", "en")).last_seq > 1
    assert (await search.search(SearchQuery("word"))).total == 1
    await database.close()


def test_no_space_to_make_the_file_is_unavailable(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(2 * 1024 * 1024 - 4096))
    with pytest.raises(Unavailable, match="space"):
        Database.open(small_disk / "captionflow.db")


async def test_a_file_of_the_first_schema_is_migrated_with_all_it_has(tmp_path: Path) -> None:
    path = tmp_path / "captionflow.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(V1.read_text())
    connection.close()
    database = Database.open(path)
    assert await _texts(SqliteLineLog(database)) == [">> ANA: Hello\n", "world.\n"]
    talk = await SqliteSessionStore(database).get("talk")
    assert talk.title == "A talk"
    assert await SqliteSessionStore(database).list(SessionFilter(slug=room_slug(talk.room))) == (talk,)
    assert (await SqliteTurnStore(database).turns("talk", "en")).last_seq == 2
    page = await SqliteSearch(database).search(SearchQuery("hello world"))
    assert [hit.session_title for hit in page.hits] == ["A talk"]
    (receipt,) = await SqliteLineLog(database).append("talk", "en", [Draft("desk-1", 2, "More.\n")])
    assert receipt.seq == 3
    await database.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_a_file_of_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "captionflow.db"
    asyncio.run(Database.open(path, migrations=(*MIGRATIONS, "CREATE TABLE tomorrow (x)")).close())
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="newer captionflow"):
        Database.open(path)
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_older_version(tmp_path: Path) -> None:
    path = tmp_path / "captionflow.db"
    with pytest.raises(sqlite3.OperationalError):
        Database.open(path, migrations=(*MIGRATIONS, "CREATE TABLE half (x); CREATE TABLE half (x)"))
    database = Database.open(path)
    asyncio.run(database.close())


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "captionflow.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="another program"):
        Database.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"just some text " * 100, bytes(range(256)) * 64], ids=["text", "binary"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "captionflow.db"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=str(tmp_path)):
        Database.open(path)
    assert path.read_bytes() == content


def test_an_empty_file_is_a_new_database(tmp_path: Path) -> None:
    path = tmp_path / "captionflow.db"
    path.touch()
    asyncio.run(Database.open(path).close())


async def test_a_closed_database_is_unavailable_and_closing_it_twice_is_nothing(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    await database.close()
    await database.close()
    with pytest.raises(Unavailable):
        await SqliteLineLog(database).append("talk", "en", [Draft("d", 0, "x")])
    with pytest.raises(Unavailable):
        await SqliteLineLog(database).last_number("talk", "en", "d")
