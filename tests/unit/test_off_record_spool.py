"""Posts of a session that is off the record wait for the log in memory, in their order, and no disk has them."""

import asyncio
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
    yield OffRecordSpool(disk, off)
    await disk.close()


async def kept(spool: OffRecordSpool, session: str = "talk") -> list[bytes]:
    after, bodies = 0, []
    while page := await spool.oldest(session, after=after, limit=2):
        bodies += [one.body for one in page]
        after = page[-1].position
    return bodies


async def test_what_comes_off_the_record_and_behind_it_is_in_memory_and_in_order(
    spool: OffRecordSpool, off: Passages, tmp_path: Path
) -> None:
    await spool.put("talk", b"kept-one")
    off.now.add("talk")
    position = await spool.put("talk", b"gone-two")
    await spool.replace(position, b"gone-two, made")
    await spool.put("other", b"kept-other")
    off.now.clear()
    await spool.put("talk", b"gone-three, behind it")
    assert await kept(spool) == [b"kept-one", b"gone-two, made", b"gone-three, behind it"]
    assert await kept(spool, "other") == [b"kept-other"]
    assert dict(await spool.sessions()) == {"talk": 1, "other": 1}
    assert set(found([tmp_path], ["kept-one", "kept-other", "gone-two", "gone-three"])) == {"kept-one", "kept-other"}
    assert 0 < spool.used < spool.size


async def test_when_memory_is_empty_the_disk_is_used_again_and_nothing_of_it_is_passed_over(
    spool: OffRecordSpool, off: Passages
) -> None:
    await spool.put("talk", b"one")
    off.now.add("talk")
    in_memory = await spool.put("talk", b"two")
    off.now.clear()
    (first,) = await spool.oldest("talk", after=0, limit=9)
    await spool.remove(first.position)
    (second,) = await spool.oldest("talk", after=first.position, limit=9)
    assert second.position == in_memory
    await spool.remove(in_memory)
    await spool.remove(in_memory)
    await spool.replace(in_memory, b"nothing is there")
    await spool.put("talk", b"three")
    assert [one.body for one in await spool.oldest("talk", after=in_memory, limit=9)] == [b"three"]


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
    assert set(found([tmp_path], texts)) == set(texts[:2])
    tool.before = _nothing
    await until(lambda: not spooler.pending)
    said = [line.text.split()[0] async for record in log.read("talk", "en") for line in record.lines]
    assert said == texts
    draining.cancel()
    await asyncio.wait([draining])
    await database.close()
