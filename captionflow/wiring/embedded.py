"""Everything in one process, on SQLite."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from captionflow.adapters.memory.off_record_feed import MemoryOffRecordFeed
from captionflow.adapters.memory.source_reports import MemorySourceReports
from captionflow.adapters.memory.step_feed import MemoryStepFeed
from captionflow.adapters.memory.step_queue import index_queues
from captionflow.adapters.sqlite.audit_trail import SqliteAuditTrail
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.demos import SqliteDemos
from captionflow.adapters.sqlite.key_store import SqliteKeyStore
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.keys import settings_key
from captionflow.ports import Demos, Position, SessionStore, StepQueue
from captionflow.settings import Settings
from captionflow.wiring.shared import Ports


@dataclass(frozen=True, slots=True)
class EmbeddedPorts(Ports):
    """What the one process has besides."""

    sender_sessions: SessionStore
    """The same sessions for those who send lines: like the log, it has readers of its own, which wait for no others."""
    demos: Demos
    """A demo that begins again, and its old sessions."""
    segmented: Callable[[], Awaitable[Position]]
    """A position in the line log up to which the turns reflect all lines."""
    index_queues: Callable[[], tuple[StepQueue, StepQueue]]
    """Makes the index's two queues of the steps from now on: facts, and parts of steps whose facts are done."""
    found_at: Callable[[str], None]
    """Tells other processes that want the data folder where this one serves."""


@asynccontextmanager
async def open_embedded(settings: Settings) -> AsyncIterator[EmbeddedPorts]:
    """Open the data folder, and close it at the end, whatever happens in between.

    Raises:
        InUse: another process uses the data folder.
        Misconfigured: it can't be used.
    """
    step_feed = MemoryStepFeed()
    database = Database.open(settings.data_folder / "captionflow.db")
    senders = database.lane("sender")
    try:
        line_log = SqliteLineLog(senders)
        yield EmbeddedPorts(
            line_log=line_log,
            sender_sessions=SqliteSessionStore(senders),
            turn_store=SqliteTurnStore(database),
            search=SqliteSearch(database),
            sessions=SqliteSessionStore(database),
            step_feed=step_feed,
            source_reports=MemorySourceReports(),
            keys=await SqliteKeyStore(database, settings_key(settings.ingest_token)).load(),
            audit=SqliteAuditTrail(database),
            off_record=MemoryOffRecordFeed(),
            demos=SqliteDemos(database),
            segmented=line_log.segmented,
            index_queues=partial(index_queues, step_feed),
            found_at=database.found_at,
        )
    finally:
        await database.close()
