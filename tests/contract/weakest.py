"""A world that keeps what the ports promise and nothing beyond, so that no suite leans on what only SQLite can give.

It is the embedded world with its strengths taken away: the log has partitions, and no order between them; what is
written to the stores is read only when it has settled; the feed begins too early and says everything twice.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from captionflow.adapters.memory.off_record_feed import MemoryOffRecordFeed
from captionflow.adapters.memory.source_reports import MemorySourceReports
from captionflow.adapters.memory.step_feed import MemoryStepFeed
from captionflow.adapters.memory.step_queue import MemoryStepQueue
from captionflow.adapters.sqlite.audit_trail import SqliteAuditTrail
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.demos import SqliteDemos
from captionflow.adapters.sqlite.key_store import SqliteKeyStore
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import NotFound
from captionflow.messages import (
    MAX_RECORD_BYTES,
    Draft,
    Facts,
    Line,
    LineRecord,
    Receipt,
    Session,
    SourceReport,
    StepRecord,
    Stream,
)
from captionflow.ports import (
    THE_BEGINNING,
    Demos,
    LineLog,
    Position,
    Search,
    SessionFilter,
    SessionStore,
    SourceReports,
    StepFeed,
    StepQueue,
)
from captionflow.turns import THE_END, WINDOW, Place, Turns, TurnStore, Window

PARTITIONS = 2


class PartitionedLog:
    """A log for each partition; a position is where each of them stands. Records are read in pieces of one line."""

    def __init__(self, partitions: Sequence[LineLog]) -> None:
        self._partitions = partitions

    def _of(self, session: str) -> LineLog:
        return self._partitions[zlib.crc32(session.encode()) % len(self._partitions)]

    async def append(
        self,
        session: str,
        language: str,
        drafts: Sequence[Draft],
        *,
        said_at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> tuple[Receipt, ...]:
        log = self._of(session)
        if sum(len(draft.text) for draft in drafts) < MAX_RECORD_BYTES // 8:
            return await log.append(session, language, drafts, said_at=said_at, arrived=arrived)
        receipts: list[Receipt] = []
        for draft in drafts:  # a large batch is written line by line, and may end anywhere
            receipts += await log.append(session, language, [draft], said_at=said_at, arrived=arrived)
        return tuple(receipts)

    async def last_number(self, session: str, language: str, sender: str, *, before: int | None = None) -> int | None:
        return await self._of(session).last_number(session, language, sender, before=before)

    async def last_lines(
        self, session: str, language: str, sender: str, *, limit: int, after: int = -1
    ) -> tuple[Line, ...]:
        return await self._of(session).last_lines(session, language, sender, limit=limit, after=after)

    async def last_seq(self, session: str, language: str) -> int:
        return await self._of(session).last_seq(session, language)

    async def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        async for record in self._of(session).read(session, language, after):
            for line in record.lines:
                yield msgspec.structs.replace(record, lines=(line,))

    async def streams(self) -> Sequence[Stream]:
        return sorted([stream for partition in self._partitions for stream in await partition.streams()])

    async def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
        reached = msgspec.json.decode(after or b'["",""]', type=list[Position])
        found: asyncio.Queue[tuple[int, Position, LineRecord]] = asyncio.Queue(1)

        async def forward(number: int) -> None:
            async for position, record in self._partitions[number].follow(reached[number]):
                await found.put((number, position, record))

        following = [asyncio.create_task(forward(number)) for number in range(PARTITIONS)]
        try:
            while True:
                getting = asyncio.create_task(found.get())
                await asyncio.wait([getting, *following], return_when=asyncio.FIRST_COMPLETED)
                for task in following:
                    if task.done():
                        getting.cancel()
                        task.result()
                number, reached[number], record = await getting
                yield Position(msgspec.json.encode(reached).decode()), record
        finally:
            for task in following:
                task.cancel()


class LateTurnStore:
    """What is written is seen when it has settled."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store
        self._written: list[StepRecord] = []

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        await self._store.last_seq("", "")  # it can be reached
        self._written += steps

    async def settle(self) -> None:
        written, self._written = self._written, []
        await self._store.apply(written)

    async def turns(self, session: str, language: str) -> Turns:
        return await self._store.turns(session, language)

    async def window(
        self, session: str, language: str, *, after: Place | None = None, before: Place = THE_END, limit: int = WINDOW
    ) -> Window:
        return await self._store.window(session, language, after=after, before=before, limit=limit)

    async def pages(self, session: str, language: str) -> AsyncGenerator[Turns]:
        async with aclosing(self._store.pages(session, language)) as pages:
            async for page in pages:
                yield page

    async def place(self, session: str, language: str, turn_id: str, number: int = 0) -> Place | None:
        return await self._store.place(session, language, turn_id, number)

    async def last_seq(self, session: str, language: str) -> int:
        return await self._store.last_seq(session, language)


class LateSessionStore:
    """A list shows what had settled before it."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._settled: set[str] = set()

    async def settle(self) -> None:
        self._settled = {session.id for session in await self._store.list(SessionFilter())}

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        whole = msgspec.structs.replace(wanted, limit=None)
        found = [session for session in await self._store.list(whole) if session.id in self._settled]
        return tuple(found[: wanted.limit])

    async def create(self, session: Session) -> Session:
        return await self._store.create(session)

    async def get(self, session: str) -> Session:
        return await self._store.get(session)

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        return await self._store.replace(session, expected_version=expected_version)

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        return await self._store.learn(session, facts, at=at)


class PartitionedDemos:
    """The session is known in one database, and its lines may be in another."""

    def __init__(self, databases: Sequence[Database]) -> None:
        self._databases = databases

    async def forget(self, session: str) -> None:
        try:
            known = await SqliteSessionStore(self._databases[0]).get(session)
        except NotFound:
            return
        for database in self._databases:
            await SqliteSessionStore(database).create(known)
            await SqliteDemos(database).forget(session)


class StutteringFeed:
    """Says every step twice, and to who comes later the last one from before."""

    def __init__(self) -> None:
        self._feed = MemoryStepFeed()
        self._last: list[StepRecord] = []

    async def publish(self, step: StepRecord) -> None:
        self._last = [step]
        for _ in range(2):
            await self._feed.publish(step)

    def queue(self) -> StepQueue:
        return MemoryStepQueue(self._feed)

    def follow(self) -> AsyncIterator[StepRecord]:
        return _Follower(list(self._last), self._feed.follow())


class StutteringReports(MemorySourceReports):
    """Says everything twice, and last what was said first."""

    async def publish(self, reports: Sequence[SourceReport]) -> None:
        await super().publish(reports)
        await super().publish(reports[::-1])


class _Follower(AsyncIterator[StepRecord]):
    def __init__(self, first: list[StepRecord], rest: AsyncIterator[StepRecord]) -> None:
        self._first = first
        self._rest = rest

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StepRecord:
        return self._first.pop() if self._first else await anext(self._rest)


class WeakestWorld:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    async def open(cls, folder: Path) -> Self:
        world = cls(folder)
        await world._open()
        return world

    async def _open(self) -> None:
        self._reached = True
        self._databases = [Database.open(self._folder / f"{n}" / "captionflow.db") for n in range(PARTITIONS)]
        stores = self._databases[0]
        self._turns = LateTurnStore(SqliteTurnStore(stores))
        self._sessions = LateSessionStore(SqliteSessionStore(stores))
        self.line_log: LineLog = PartitionedLog([SqliteLineLog(database) for database in self._databases])
        self.turn_store: TurnStore = self._turns
        self.sessions: SessionStore = self._sessions
        self.search: Search = SqliteSearch(stores)
        self._feed = StutteringFeed()
        self.step_feed: StepFeed = self._feed
        self.source_reports: SourceReports = StutteringReports()
        self.demos: Demos = PartitionedDemos(self._databases)
        self.keys = await SqliteKeyStore(stores).load()
        self.audit = SqliteAuditTrail(stores)
        self.off_record = MemoryOffRecordFeed()

    def step_queue(self) -> StepQueue:
        return self._feed.queue()

    async def settle(self) -> None:
        await self._turns.settle()
        await self._sessions.settle()

    async def reopen(self) -> None:
        if self._reached:
            await self.settle()
        await self.cut_off()
        await self._open()

    async def cut_off(self) -> None:
        self._reached = False
        for database in self._databases:
            await database.close()

    async def close(self) -> None:
        await self.cut_off()
