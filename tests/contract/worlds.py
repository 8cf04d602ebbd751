"""The ways to run, each as a world that the contract suites can open, close and open again.

A new adapter family joins by one more entry in WORLDS; no suite changes. Every test gets an empty world. That the
suites ask for no more than the ports promise is seen by running them on the weakest world that keeps it.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, Self

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
from captionflow.audit import AuditTrail
from captionflow.keys import KeyStore
from captionflow.ports import Demos, LineLog, OffRecordFeed, Search, SessionStore, SourceReports, StepFeed, StepQueue
from captionflow.turns import TurnStore
from tests.contract.distributed_world import DistributedWorld
from tests.contract.weakest import WeakestWorld


class World(Protocol):
    line_log: LineLog
    turn_store: TurnStore
    search: Search
    sessions: SessionStore
    step_feed: StepFeed
    source_reports: SourceReports
    keys: KeyStore
    audit: AuditTrail
    off_record: OffRecordFeed

    def step_queue(self) -> StepQueue:
        """Join those who share the steps that are published from now on, and those that nobody is done with."""

    async def settle(self) -> None:
        """Return when everything that was written can be read, listed and searched."""

    async def reopen(self) -> None:
        """Stop and start again with the same data."""

    async def cut_off(self) -> None:
        """From now on the technology behind the log, the stores and the search can't be reached."""

    async def close(self) -> None:
        """End it, also after ``cut_off``; the world that is opened next has nothing of it."""


class WorldWithDemos(World, Protocol):
    """Who plays the demo has all of it in one process; an installation of several has no demo."""

    demos: Demos


class EmbeddedWorld:
    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    async def open(cls, folder: Path) -> Self:
        world = cls(folder / "data" / "captionflow.db")
        await world._open()
        return world

    async def _open(self) -> None:
        self._database = Database.open(self._path)
        self.line_log: LineLog = SqliteLineLog(self._database)
        self.turn_store: TurnStore = SqliteTurnStore(self._database)
        self.search: Search = SqliteSearch(self._database)
        self.sessions: SessionStore = SqliteSessionStore(self._database)
        self._feed = MemoryStepFeed()
        self.step_feed: StepFeed = self._feed
        self.source_reports: SourceReports = MemorySourceReports()
        self.demos: Demos = SqliteDemos(self._database)
        self.keys: KeyStore = await SqliteKeyStore(self._database).load()
        self.audit: AuditTrail = SqliteAuditTrail(self._database)
        self.off_record: OffRecordFeed = MemoryOffRecordFeed()

    def step_queue(self) -> StepQueue:
        return MemoryStepQueue(self._feed)

    async def settle(self) -> None:
        """SQLite's readers see a commit at once."""

    async def reopen(self) -> None:
        await self._database.close()
        await self._open()

    async def cut_off(self) -> None:
        await self._database.close()

    async def close(self) -> None:
        await self._database.close()


WORLDS: dict[str, Callable[..., Awaitable[World]]] = {
    "embedded": EmbeddedWorld.open,
    "weakest": WeakestWorld.open,
    "distributed": DistributedWorld.open,
}
"""How a world is opened: with a folder, and the addresses of its servers."""

WITH_DEMOS = ("embedded", "weakest")
"""The worlds that are a ``WorldWithDemos``."""

SERVERS: dict[str, tuple[str, ...]] = {
    "embedded": (),
    "weakest": (),
    "distributed": ("elasticsearch_node", "kafka_broker"),
}
"""The fixtures of the servers that a world is opened with."""
