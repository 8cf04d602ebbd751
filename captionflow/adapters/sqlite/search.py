"""Search in SQLite's FTS5: words, phrases, filters, counts and stable pages."""

import asyncio
from typing import Final

import structlog

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search_index import has_stale, refresh
from captionflow.adapters.sqlite.search_processes import SearchProcesses
from captionflow.adapters.sqlite.search_sql import question
from captionflow.errors import Unavailable
from captionflow.ports import SearchPage, SearchQuery
from captionflow.search.query import read_query

log = structlog.get_logger(__name__)

_REST: Final = 3
"""So many times as long as a refresh took the writer is left alone before the next one."""


class SqliteSearch:
    """``Search``. Finds every word that the turn store has, also of turns that still grow.

    Processes of its own read the index: whatever is asked for, what runs in this one hardly notices.
    """

    def __init__(self, database: Database) -> None:
        self._database = database.lane("search")
        self._processes = SearchProcesses(database.path)
        database.on_close(self._processes.close)
        self._refreshing = asyncio.Lock()
        self._rested_at = 0.0

    async def search(self, query: SearchQuery) -> SearchPage:
        """See ``Search.search``; raises ``BadMessage`` as ``read_query`` does."""
        terms, place, hopeless = read_query(query)
        if hopeless:
            return SearchPage((), 0)
        await self._refresh()
        return await self._processes.ask(question(query, terms, place))

    async def _refresh(self) -> None:
        """Bring what changed since the last search into the index; without space, search what is there.

        One at a time, and at most a quarter of the time: the writer has senders to serve.
        """
        loop = asyncio.get_running_loop()
        async with self._refreshing:
            try:
                if not await self._database.read(has_stale):
                    return
                await asyncio.sleep(self._rested_at - loop.time())
                began = loop.time()
                while await self._database.write(refresh, durable=False):
                    pass
                self._rested_at = loop.time() + _REST * (loop.time() - began)
            except Unavailable as error:
                log.warning("search_index_not_refreshed", reason=str(error))
