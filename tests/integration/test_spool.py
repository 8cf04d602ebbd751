"""The spool on SQLite: bounded, in order, and there again after any stop."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.errors import InUse, Unavailable
from tests.off_record_doors import found
from tests.real_program import start_process

SIZE = 100_000

WRITER = """
import asyncio, sys
from pathlib import Path
from captionflow.adapters.sqlite.spool import SqliteSpool

async def put(spool, session):
    for number in range(1_000_000):
        position = await spool.put(session, f"{session} {number}".encode())
        if number % 3 == 0:
            await spool.replace(position, f"{session} {number} replaced".encode())
        sys.stdout.write(f"{session} {number}\\n")
        sys.stdout.flush()

async def main():
    spool = await SqliteSpool.open(Path(sys.argv[1]), 100_000_000)
    await asyncio.gather(*(put(spool, f"talk-{n}") for n in range(4)))

asyncio.run(main())
"""


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[SqliteSpool]:
    spool = await SqliteSpool.open(tmp_path, SIZE)
    yield spool
    await spool.close()


async def bodies(spool: SqliteSpool, session: str, *, after: int = 0) -> list[bytes]:
    return [one.body for one in await spool.oldest(session, after=after, limit=1_000_000)]


async def test_each_session_has_its_posts_in_order(spool: SqliteSpool) -> None:
    for number in range(6):
        await spool.put(f"talk-{number % 2}", b"%d" % number)
    assert await bodies(spool, "talk-0") == [b"0", b"2", b"4"]
    assert await bodies(spool, "talk-1") == [b"1", b"3", b"5"]
    assert await spool.sessions() == {"talk-0": 3, "talk-1": 3}
    first, second = await spool.oldest("talk-0", after=0, limit=2)
    assert await bodies(spool, "talk-0", after=first.position) == [b"2", b"4"]
    assert (second.session, second.body) == ("talk-0", b"2")


async def test_what_is_removed_is_gone_and_no_position_is_used_twice(spool: SqliteSpool) -> None:
    position = await spool.put("talk", b"one")
    await spool.remove(position)
    await spool.remove(position)
    await spool.replace(position, b"away")
    assert await spool.sessions() == {}
    assert spool.used == 0
    assert await spool.put("talk", b"two") > position


async def test_of_what_was_removed_or_replaced_no_file_has_a_byte_once_it_is_erased(
    spool: SqliteSpool, tmp_path: Path
) -> None:
    texts = [f"gone{number:04}" for number in range(40)]
    positions = [await spool.put("talk", f"{text} {'x' * 90 * number}".encode()) for number, text in enumerate(texts)]
    await spool.put("talk", b"kept")
    for position in positions[:20]:
        await spool.replace(position, b"other")
    for position in positions[10:]:
        await spool.remove(position)
    assert found([tmp_path], texts)
    await spool.erase()
    assert set(found([tmp_path], [*texts, "kept"])) == {"kept"}
    await spool.erase()


async def test_while_somebody_reads_what_was_removed_it_is_not_said_to_be_erased(
    spool: SqliteSpool, tmp_path: Path
) -> None:
    position = await spool.put("talk", b"gone")
    with closing(sqlite3.connect(tmp_path / "spool" / "spool.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM posts").fetchall()
        await spool.remove(position)
        with pytest.raises(Unavailable):
            await spool.erase()
    await spool.erase()
    assert not found([tmp_path], ["gone"])


async def test_a_replaced_post_stays_in_its_place(spool: SqliteSpool) -> None:
    first = await spool.put("talk", b"one")
    await spool.put("talk", b"two")
    await spool.replace(first, b"the first")
    assert await bodies(spool, "talk") == [b"the first", b"two"]


async def test_it_is_there_again_when_it_is_opened_again(tmp_path: Path) -> None:
    spool = await SqliteSpool.open(tmp_path, SIZE)
    await spool.put("talk", b"one")
    position = await spool.put("talk", b"two")
    await spool.replace(position, b"two and more")
    used = spool.used
    await spool.close()
    spool = await SqliteSpool.open(tmp_path, SIZE)
    assert await bodies(spool, "talk") == [b"one", b"two and more"]
    assert spool.used == used
    await spool.close()


async def test_what_does_not_fit_is_refused_and_the_rest_is_kept(spool: SqliteSpool) -> None:
    answers = await asyncio.gather(*(spool.put("talk", bytes(10_000)) for _ in range(20)), return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, int)]
    assert len(kept) == 9
    assert all(isinstance(answer, Unavailable) for answer in answers if answer not in kept)
    assert spool.used <= SIZE
    assert len(await bodies(spool, "talk")) == 9
    await spool.replace(kept[0], bytes(20_000))  # on its way out
    await spool.remove(kept[0])
    await spool.put("talk", bytes(10_000))


async def test_a_full_disk_refuses_and_what_was_kept_is_safe(small_disk: Path) -> None:
    spool = await SqliteSpool.open(small_disk, 100 * 1024 * 1024)

    async def fill() -> None:
        while True:
            await spool.put("talk", bytes(50_000))
            kept.append(1)

    kept: list[int] = []
    with pytest.raises(Unavailable, match="no space left"):
        await fill()
    assert kept
    assert len(await bodies(spool, "talk")) == len(kept)
    assert spool.used < 2 * 1024 * 1024
    await spool.close()


async def test_it_belongs_to_one_process(spool: SqliteSpool, tmp_path: Path) -> None:
    assert spool.used == 0
    with pytest.raises(InUse):
        await SqliteSpool.open(tmp_path, SIZE)


def put_and_kill(folder: Path) -> dict[str, int]:
    """Let a process put posts, then SIGKILL it; the last number of each session that it had an answer for."""
    put: dict[str, int] = {}
    process = start_process(sys.executable, "-c", WRITER, folder, stdout=subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(150):
        session, number = process.stdout.readline().decode().split()
        put[session] = int(number)
    process.kill()
    process.communicate()
    return put


async def test_what_was_put_is_there_after_a_kill(tmp_path: Path) -> None:
    put = await asyncio.to_thread(put_and_kill, tmp_path)
    spool = await SqliteSpool.open(tmp_path, SIZE)
    for session, last in put.items():
        found = [body.decode() for body in await bodies(spool, session)]
        assert len(found) > last
        for number, body in enumerate(found[: last + 1]):
            assert body == (f"{session} {number} replaced" if number % 3 == 0 else f"{session} {number}")
    await spool.close()
