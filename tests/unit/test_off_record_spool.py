"""Posts of a session that is off the record wait for the log in memory, in their place, and no disk has them."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from captionflow.adapters.composed.off_record_spool import MAX_BYTES, OffRecordSpool
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.errors import Unavailable
from services.ingest.spooler import Spooler
from tests.integration.test_spooler import Said, Tool, _away, _nothing
from tests.off_record_doors import found
from tests.waiting import until

SIZE = 1_000_000


class Passages:
    """The sessions that are off the record."""

    def __init__(self) -> None:
        self.now: set[str] = set()

    def __call__(self, session: str) -> bool:
        return session in self.now


@pytest.fixture
def off() -> Passages:
    return Passages()


@pytest.fixture
async def spool(tmp_path: Path, off: Passages) -> AsyncIterator[OffRecordSpool]:
    disk = await SqliteSpool.open(tmp_path, SIZE)
    yield OffRecordSpool(disk, off, secrets.token_bytes(8))
    await disk.close()


async def kept(spool: OffRecordSpool, session: str = "talk") -> list[bytes]:
    after, bodies = 0, []
    while page := await spool.oldest(session, after=after, limit=2):
        bodies += [one.body for one in page]
        after = page[-1].position
    return bodies


async def test_what_comes_off_the_record_is_in_memory_and_what_comes_behind_it_on_the_disk(
    spool: OffRecordSpool, off: Passages, tmp_path: Path
) -> None:
    await spool.put("talk", b"kept-one")
    off.now.add("talk")
    position = await spool.put("talk", b"gone-two")
    await spool.replace(position, b"gone-two, made")
    await spool.put("other", b"kept-other")
    off.now.clear()
    await spool.put("talk", b"kept-three, behind it")
    assert await kept(spool) == [b"kept-one", b"gone-two, made", b"kept-three, behind it"]
    assert await kept(spool, "other") == [b"kept-other"]
    assert dict(await spool.sessions()) == {"talk": 3, "other": 1}
    words = ["kept-one", "kept-other", "gone-two", "kept-three"]
    assert set(found([tmp_path], words)) == {"kept-one", "kept-other", "kept-three"}
    assert 0 < spool.used < spool.size


async def test_a_later_process_has_what_was_on_the_record_and_is_told_that_the_rest_is_lost(
    off: Passages, tmp_path: Path
) -> None:
    disk = await SqliteSpool.open(tmp_path, SIZE)
    spool = OffRecordSpool(disk, off, secrets.token_bytes(8))
    await spool.put("talk", b"one")
    off.now.add("talk")
    lost = await spool.put("talk", b"gone")
    off.now.clear()
    await spool.put("talk", b"three")
    spool = OffRecordSpool(disk, off, secrets.token_bytes(8))
    assert await kept(spool) == [b"one", b"", b"three"]
    await spool.remove(lost)
    assert await kept(spool) == [b"one", b"three"]
    await disk.close()


async def test_what_is_removed_takes_no_room_in_memory_and_what_is_replaced_has_its_own_size(
    spool: OffRecordSpool, off: Passages
) -> None:
    off.now.add("talk")
    position = await spool.put("talk", b"x" * MAX_BYTES)
    await spool.replace(position, b"x")
    assert await kept(spool) == [b"x"]
    second = await spool.put("talk", b"x" * (MAX_BYTES - 1))
    for one in (position, second, second):
        await spool.remove(one)
    assert await kept(spool) == []
    await spool.put("talk", b"x" * MAX_BYTES)


async def test_where_the_disk_has_no_room_for_a_place_nothing_is_kept_in_memory(off: Passages, tmp_path: Path) -> None:
    disk = await SqliteSpool.open(tmp_path, 1)
    spool = OffRecordSpool(disk, off, secrets.token_bytes(8))
    off.now.add("talk")
    for _ in range(3):
        with pytest.raises(Unavailable, match="full"):
            await spool.put("talk", b"x" * (MAX_BYTES - 1))
    await disk.close()


async def test_memory_is_bounded(spool: OffRecordSpool, off: Passages) -> None:
    off.now.add("talk")
    await spool.put("talk", b"x" * (MAX_BYTES - 10))
    with pytest.raises(Unavailable):
        await spool.put("talk", b"x" * 11)
    await spool.put("talk", b"x" * 10)


async def test_posts_of_an_outage_around_a_passage_are_written_in_their_order(
    spool: OffRecordSpool, off: Passages, tmp_path: Path
) -> None:
    database = Database.open(tmp_path / "log" / "captionflow.db")
    log = SqliteLineLog(database)
    tool = Tool(log)
    spooler = Spooler(tool, Said, spool, patience_seconds=0.05)
    draining = asyncio.create_task(spooler.run())
    tool.before = _away
    texts = [f"post-{number}" for number in range(6)]
    for number, text in enumerate(texts):
        off.now = {"talk"} if number in {2, 3} else set()
        await spooler.take(Said("talk", text))
    assert set(found([tmp_path], texts)) == {*texts[:2], *texts[4:]}
    tool.before = _nothing
    await until(lambda: not spooler.pending)
    said = [line.text.split()[0] async for record in log.read("talk", "en") for line in record.lines]
    assert said == texts
    spooled = tmp_path / "spool"
    await until(lambda: not found([spooled], texts))
    draining.cancel()
    await asyncio.wait([draining])
    await database.close()


async def test_what_was_lost_with_a_process_holds_up_nothing(off: Passages, tmp_path: Path) -> None:
    disk = await SqliteSpool.open(tmp_path, SIZE)
    database = Database.open(tmp_path / "log" / "captionflow.db")
    log = SqliteLineLog(database)
    for process in range(2):
        tool = Tool(log)
        spooler = Spooler(tool, Said, OffRecordSpool(disk, off, secrets.token_bytes(8)), patience_seconds=0.05)
        await spooler.load()
        if not process:
            tool.before = _away
            for number in range(3):
                off.now = {"talk"} if number == 1 else set()
                await spooler.take(Said("talk", f"post-{number}"))
    draining = asyncio.create_task(spooler.run())
    await until(lambda: not spooler.pending)
    said = [line.text.split()[0] async for record in log.read("talk", "en") for line in record.lines]
    assert said == ["post-0", "post-2"]
    assert (spooler.set_aside, await disk.sessions()) == (0, {})
    draining.cancel()
    await asyncio.wait([draining])
    await database.close()
    await disk.close()
