"""The one place that chooses adapters: from the settings to the ports that the services get."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from captionflow.ports import Demos, LineLog, Search, SessionStore, StepFeed, TurnStore
from captionflow.settings import Settings


@dataclass(frozen=True, slots=True)
class Adapters:
    """Everything that the services need from the outside."""

    line_log: LineLog
    turn_store: TurnStore
    search: Search
    sessions: SessionStore
    step_feed: StepFeed
    demos: Demos


@asynccontextmanager
async def open_adapters(settings: Settings) -> AsyncIterator[Adapters]:
    """Open what the settings ask for, and close it at the end, whatever happens in between.

    Raises:
        Misconfigured: the data folder can't be used, or another process uses it.
    """
    # Imported here, so that a process loads only the technology that it was told to use.
    from captionflow.adapters.embedded.database import Database  # noqa: PLC0415  see above
    from captionflow.adapters.embedded.sqlite_demos import SqliteDemos  # noqa: PLC0415  see above
    from captionflow.adapters.embedded.sqlite_log import SqliteLineLog  # noqa: PLC0415  see above
    from captionflow.adapters.embedded.sqlite_search import SqliteSearch  # noqa: PLC0415  see above
    from captionflow.adapters.embedded.sqlite_sessions import SqliteSessionStore  # noqa: PLC0415  see above
    from captionflow.adapters.embedded.sqlite_store import SqliteTurnStore  # noqa: PLC0415  see above
    from captionflow.adapters.embedded.step_feed import MemoryStepFeed  # noqa: PLC0415  see above

    database = Database.open(settings.data_folder / "captionflow.db")
    try:
        yield Adapters(
            line_log=SqliteLineLog(database),
            turn_store=SqliteTurnStore(database),
            search=SqliteSearch(database),
            sessions=SqliteSessionStore(database),
            step_feed=MemoryStepFeed(),
            demos=SqliteDemos(database),
        )
    finally:
        await database.close()
