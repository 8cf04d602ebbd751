"""What was acknowledged survives the end of the process, whenever and however it comes."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Misconfigured
from captionflow.messages import Draft, Part, StepRecord
from tests.real_program import start_process

SENDERS = 4

WRITER = """
import asyncio, sys
from pathlib import Path
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Misconfigured
from captionflow.messages import Draft, Part, StepRecord

async def send(log, turns, sender, start):
    for number in range(start, 1_000_000):
        (receipt,) = await log.append("talk", "en", [Draft(sender, number, f"{sender} says {number}\\n")])
        sys.stdout.write(f"{sender} {number} {receipt.seq}\\n")
        sys.stdout.flush()
        part = Part("talk.en.1", 0, "talk", "en", 1, receipt.seq, paragraphs=(f"word{receipt.seq}",))
        await turns.apply([StepRecord("talk", "en", receipt.seq, receipt.seq, (part,))])

async def main():
    database = Database.open(Path(sys.argv[1]))
    log, turns = SqliteLineLog(database), SqliteTurnStore(database)
    senders = [f"desk-{n}" for n in range(int(sys.argv[2]))]
    starts = [await log.last_number("talk", "en", sender) or 0 for sender in senders]  # the last one again, as a retry
    await asyncio.gather(*(send(log, turns, *each) for each in zip(senders, starts)))

asyncio.run(main())
"""


def _write_and_kill(path: Path, acknowledged_lines: int) -> dict[tuple[str, int], int]:
    """Let a process append until it has acknowledged so many lines, then SIGKILL it; returns (sender, number) → seq."""
    process = start_process(sys.executable, "-c", WRITER, path, SENDERS, stdout=subprocess.PIPE)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(acknowledged_lines)]
    process.kill()
    rest, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL
    acknowledged += [line for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]
    fields = [line.decode().split() for line in acknowledged]
    return {(sender, int(number)): int(seq) for sender, number, seq in fields}


async def _stored(path: Path) -> dict[tuple[str, int], int]:
    database = Database.open(path)
    log = SqliteLineLog(database)
    lines = [line async for record in log.read("talk", "en") for line in record.lines]
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.text == f"{line.sender} says {line.number}\n" for line in lines)
    await database.close()
    return {(line.sender, line.number): line.seq for line in lines}


async def test_lines_acknowledged_before_a_kill_are_there_and_the_next_process_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "data" / "captionflow.db"
    acknowledged: dict[tuple[str, int], int] = {}
    for count in (1, 37, 150, 11):
        acknowledged |= await asyncio.to_thread(_write_and_kill, path, count)
        stored = await _stored(path)
        assert acknowledged.items() <= stored.items()
        assert len(stored) <= len(acknowledged) + SENDERS * 4  # at most what was on its way
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("INSERT INTO search_text (search_text) VALUES ('integrity-check')")
    connection.close()


async def test_only_durable_work_waits_for_the_disk(tmp_path: Path) -> None:
    """SQLite fsyncs each commit when ``synchronous`` is FULL (2), and only at checkpoints when it is NORMAL (1)."""
    database = Database.open(tmp_path / "captionflow.db")

    def synchronous(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA synchronous").fetchone()[0])

    for durable, level in ((True, 2), (False, 1), (True, 2)):
        assert await database.write(synchronous, durable=durable) == level
    await database.close()


def _wal_bytes(database: Database) -> int:
    return Path(f"{database.path}-wal").stat().st_size


async def test_appends_that_wait_together_share_a_transaction(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    log = SqliteLineLog(database)
    await log.append("talk", "en", [Draft("d", 0, "x")])
    before = _wal_bytes(database)
    await log.append("talk", "en", [Draft("d", 1, "x")])
    one = _wal_bytes(database) - before
    await asyncio.gather(*(log.append("talk", "en", [Draft("d", n, "x")]) for n in range(2, 102)))
    hundred = _wal_bytes(database) - before - one
    assert hundred < 20 * one
    await database.close()


async def test_what_is_queued_when_it_closes_is_written(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    log = SqliteLineLog(database)
    appends = [
        asyncio.create_task(log.append("talk", "en", [Draft("desk-0", n, f"desk-0 says {n}\n")])) for n in range(20)
    ]
    await asyncio.sleep(0)
    await database.close()
    answers = await asyncio.gather(*appends)
    assert len(await _stored(database.path)) == len(answers) == 20


@pytest.mark.parametrize("durable", [True, False])
async def test_work_that_fails_leaves_nothing_behind(tmp_path: Path, durable: bool) -> None:
    database = Database.open(tmp_path / "captionflow.db")

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO streams (session, language) VALUES ('a', 'b')")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await database.write(fail, durable=durable)
    count = await database.read(lambda connection: connection.execute("SELECT count(*) FROM streams").fetchone()[0])
    assert count == 0
    await database.close()


async def test_a_transcript_is_read_from_one_state(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    turns = SqliteTurnStore(database)

    def part(ordinal: int, n: int) -> Part:
        return Part(f"talk.en.{ordinal}", 0, "talk", "en", ordinal, n, paragraphs=(f"{n}",))

    async def write() -> None:
        for n in range(1, 100):
            await turns.apply([StepRecord("talk", "en", n, n, (part(1, n), part(2, n)))])

    writing = asyncio.create_task(write())
    while not writing.done():
        found = await turns.turns("talk", "en")
        assert {int(one.text) for one in found.parts} <= {found.last_seq}
    await writing
    await database.close()


async def test_a_record_that_cannot_be_read_stays_where_it_is_and_the_others_are_read(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    log = SqliteLineLog(database)
    for number in range(3):
        await log.append("talk", "en", [Draft("desk", number, f"{number}\n")])
    await database.write(
        lambda connection: connection.execute("UPDATE records SET lines = '[{broken' WHERE last_seq = 2"), durable=True
    )
    assert [line.seq async for record in log.read("talk", "en") for line in record.lines] == [1, 3]
    following = log.follow()
    assert [(await anext(following))[1].lines[0].seq for _ in range(2)] == [1, 3]
    assert (await log.append("talk", "en", [Draft("desk", 3, "3\n")]))[0].seq == 4
    with pytest.raises(Misconfigured, match="damaged"):
        await log.append("talk", "en", [Draft("desk", 1, "1\n")])
    await database.close()
