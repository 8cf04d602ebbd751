"""The desk goes off the record while the log is away: nothing said from then on is on a disk, and the log is told."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from captionflow.adapters.composed.copied import Copied
from captionflow.adapters.composed.known_passages import KnownPassages, OffRecordLanguages
from captionflow.adapters.composed.off_record_spool import OffRecordSpool
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.errors import Unavailable
from captionflow.messages import Line, Receipt, Session, Stream
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.post_writing import Sender, ToolPost
from services.sessions.passages import turned
from tests.off_record_doors import found
from tests.waiting import until

TALK = Stream("talk", "en")
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log(SqliteLineLog):
    """One that can be away, and says what it said when it was read last."""

    away = False
    off: tuple[str, ...] = ()

    async def append(self, *line: Any, **times: Any) -> tuple[Receipt, ...]:
        self._look()
        return await super().append(*line, **times)

    async def last_lines(self, *asked: Any, **bounds: Any) -> tuple[Line, ...]:
        self._look()
        return await super().last_lines(*asked, **bounds)

    async def last_number(self, *asked: Any, **bounds: Any) -> int | None:
        self._look()
        return await super().last_number(*asked, **bounds)

    def _look(self) -> None:
        if self.away:
            raise Unavailable("The log is away.")

    def off_record_languages(self, session: str) -> tuple[str, ...]:
        return self.off if session == "talk" else ()

    def off_record_sessions(self) -> Iterable[str]:
        return ["talk"] if self.off else []

    async def ready(self) -> None:
        await until(lambda: not self.away)


class Ingest:
    """A process of ingest on a folder, beside a log."""

    def __init__(self, log: Log, doors: Doors, passages: KnownPassages, folder: Path) -> None:
        self.log = log
        self.doors = doors
        self.passages = passages
        self.folder = folder / "spool"
        self._seq = 0

    async def say(self, *texts: str) -> None:
        for text in texts:
            self._seq += 1
            await self.doors.take(ToolPost("talk", Sender("zoom"), str(self._seq), f"{text}\n", NOW))

    async def written(self) -> list[str]:
        """What the log has of each line, once the spool is empty: its text, or that it is withheld."""
        await until(lambda: not self.doors.spooler.pending)
        lines = [line async for record in self.log.read(*TALK) for line in record.lines]
        return [_shown(line) for line in lines]


def _shown(line: Line) -> str:
    if line.off_record is not None:
        return "off" if line.off_record else "on"
    return "withheld" if line.withheld else line.text.strip()


@asynccontextmanager
async def running(database: Database, folder: Path, *, away: bool = False) -> AsyncIterator[Ingest]:
    log = Log(database)
    log.away = away
    sessions = SqliteSessionStore(database)
    disk = await SqliteSpool.open(folder, 1_000_000)
    copied = Copied(disk.copy_of("lines"), OffRecordLanguages)
    await copied.load()
    passages = KnownPassages(log, copied)
    spool = OffRecordSpool(disk, passages, secrets.token_bytes(8))
    doors = Doors(Gateway(log, sessions), log, sessions, spool=spool, passages=passages)
    await doors.load()
    tasks = [asyncio.create_task(doors.spooler.run()), asyncio.create_task(passages.run(copied))]
    yield Ingest(log, doors, passages, folder)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await disk.close()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database.open(tmp_path / "log" / "captionflow.db")
    await SqliteSessionStore(database).create(Session("talk", 1, NOW, NOW))
    yield database
    await database.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ingest.doors.TURN_SECONDS", 0.2)


async def test_where_the_log_is_there_it_has_the_passage_when_the_call_is_answered(
    database: Database, tmp_path: Path
) -> None:
    async with running(database, tmp_path) as ingest:
        await ingest.say("before")
        assert await ingest.doors.turn(TALK, on=True) == "changed"
        await ingest.say("secret")
        assert await ingest.doors.turn(TALK, on=False) == "changed"
        assert await ingest.doors.turn(TALK, on=False) == "same"
        await ingest.say("after")
        assert await ingest.written() == ["before", "off", "withheld", "on", "after"]
        assert not ingest.passages("talk")


async def test_a_passage_of_an_outage_is_in_the_log_in_its_place_and_no_disk_has_its_words(
    database: Database, tmp_path: Path
) -> None:
    async with running(database, tmp_path) as ingest:
        ingest.log.away = True
        await ingest.say("before0")
        assert await ingest.doors.turn(TALK, on=True) == "waiting"
        await ingest.say("secret1", "secret2")
        assert await ingest.doors.turn(TALK, on=False) == "waiting"
        await ingest.say("after3")
        words = ["secret1", "secret2", "after3"]
        assert set(found([ingest.folder], words)) == {"after3"}
        ingest.log.away = False
        assert await ingest.written() == ["before0", "off", "withheld", "withheld", "on", "after3"]
        await until(lambda: not found([ingest.folder], words))
        assert not ingest.passages("talk")


async def test_after_a_restart_in_the_outage_it_is_still_off_the_record_and_the_passage_is_told(
    database: Database, tmp_path: Path
) -> None:
    async with running(database, tmp_path, away=True) as ingest:
        await ingest.say("before")
        assert await ingest.doors.turn(TALK, on=True) == "waiting"
        await ingest.say("secret1")
    async with running(database, tmp_path, away=True) as ingest:
        assert ingest.passages("talk")
        await ingest.say("secret2")
        assert not found([ingest.folder], ["secret1", "secret2"])
        ingest.log.away = False
        assert await ingest.written() == ["before", "off", "withheld"]
        assert await turned(ingest.log, TALK, on=False) == "changed"
        assert not ingest.passages("talk")


async def test_what_was_off_the_record_before_an_outage_is_known_to_a_process_that_starts_in_it(
    database: Database, tmp_path: Path
) -> None:
    async with running(database, tmp_path) as ingest:
        ingest.log.off = ("en",)
        ingest.passages.note("talk")
        assert ingest.passages("talk")
        await until(lambda: bool(found([tmp_path / "spool"], ['"talk"'])))
    async with running(database, tmp_path, away=True) as ingest:
        assert (ingest.passages("talk"), ingest.passages("other")) == (True, False)
        await ingest.say("secret")
        assert not found([ingest.folder], ["secret"])
        ingest.log.away = False
        await until(lambda: not ingest.passages("talk"))  # the log has been read, and it is over


async def test_without_room_in_the_spool_the_log_is_asked_itself(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> int:
        raise Unavailable("The spool is full.")

    async with running(database, tmp_path) as ingest:
        monkeypatch.setattr(SqliteSpool, "put", full)
        assert await ingest.doors.turn(TALK, on=True) == "changed"
        ingest.log.away = True
        with pytest.raises(Unavailable):
            await ingest.doors.turn(TALK, on=False)
        assert not ingest.passages("talk")


async def test_the_end_of_a_passage_ends_none_that_began_after_it(database: Database, tmp_path: Path) -> None:
    async with running(database, tmp_path, away=True) as ingest:
        assert await ingest.doors.turn(TALK, on=False) == "waiting"
        ingest.log._clock = lambda: datetime(2030, 1, 1, tzinfo=UTC)
        ingest.log.away = False
        await turned(ingest.log, TALK, on=True)
        assert await ingest.written() == ["off"]
