"""The sessions of a topic in a file, up to an offset: memory is not needed for them, nor the records before that.

What a batch of records says, and up to where that is, is one transaction: a process that ends in any way finds both as
they were before it, or both as they are behind it. All of it can be made again from the topic: it is thrown away if
that is another one, or is read otherwise, and if the file is damaged or of a newer version.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import structlog

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.failures import translated_os
from captionflow.adapters.sqlite.session_rows import find_session, list_sessions, put_session
from captionflow.data_folder import FOLDER_MODE
from captionflow.errors import InUse, Misconfigured
from captionflow.messages import Session
from captionflow.ports import SessionFilter
from captionflow.session_facts import Known

log = structlog.get_logger(__name__)

FILE: Final = "sessions.db"
_CACHE_KIB: Final = 256
"""What a connection keeps in memory of the file. With more, each would take up all sessions that there are, slowly."""
MAX_PROCESSES: Final = 64
"""So many of one kind may share a data folder."""
# The sessions themselves are in the table that the embedded mode has, too.
_TABLES: Final = (
    # ``position``: before this offset all is taken. ``whole``: where the topic ended when it was begun.
    "CREATE TABLE IF NOT EXISTS topic (id TEXT NOT NULL, position INTEGER NOT NULL, whole INTEGER NOT NULL)",
    # The newest record that gave a session's speakers other names.
    "CREATE TABLE IF NOT EXISTS renamed (session TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS renamed_in_order ON renamed (position)",
)
_IS_WHOLE: Final = "SELECT EXISTS (SELECT 1 FROM topic WHERE position >= whole)"


class SqliteSessionTable:
    """Made by ``open`` or ``temporary``. One reader of the topic writes it; all may read."""

    def __init__(self, database: Database, temporary: Path | None = None) -> None:
        self._database = database
        self._temporary = temporary

    @classmethod
    async def open(cls, data_folder: Path, process: str) -> Self:
        """That of this kind of process in a data folder: the first which no other process has now.

        Where none can be, it is a temporary one.

        Raises:
            Unavailable: there is no space.
        """
        for fresh, event in ((False, "sessions_read_again"), (True, "sessions_not_kept")):
            try:
                return await cls._with_tables(_first_free(data_folder, process, fresh=fresh))
            except Misconfigured as error:
                log.warning(event, folder=str(data_folder), reason=str(error))
        return await cls.temporary()

    @classmethod
    async def temporary(cls) -> Self:
        """An empty one, of which nothing stays behind ``close``."""
        folder = Path(tempfile.mkdtemp(prefix="captionflow-sessions-"))
        return await cls._with_tables(_opened(folder), folder)

    @classmethod
    async def _with_tables(cls, database: Database, temporary: Path | None = None) -> Self:
        def make(connection: sqlite3.Connection) -> None:
            for statement in _TABLES:
                connection.execute(statement)

        try:
            await database.write(make, durable=True)
        except BaseException:
            await database.close()
            raise
        return cls(database, temporary)

    async def begin(self, topic_id: str | None, end: int) -> int:
        """From which offset on the topic has to be read, which ends there now.

        ``topic_id``: which topic it is, and what is read of it; None: nobody knows.
        """

        def work(connection: sqlite3.Connection) -> int:
            row = connection.execute("SELECT id, position FROM topic").fetchone()
            if row is not None and topic_id == row[0] and row[1] <= end:
                return int(row[1])
            for table in ("sessions", "renamed", "topic"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - of the words above
            connection.execute("INSERT INTO topic VALUES (?, 0, ?)", (topic_id or "", end))
            return 0

        return await self._database.write(work, durable=True)

    async def put(self, sessions: Collection[Known], renamed: Mapping[str, int], position: int) -> None:
        """Take these sessions, those whose speakers were ``renamed`` by which record, and that all before is taken."""

        def work(connection: sqlite3.Connection) -> None:
            for known in sessions:
                put_session(connection, *known)
            connection.executemany("INSERT OR REPLACE INTO renamed VALUES (?, ?)", renamed.items())
            connection.execute("UPDATE topic SET position = ?", (position,))

        await self._database.write(work, durable=True)

    async def find(self, sessions: Collection[str]) -> dict[str, Known]:
        """Those of them that there are, by id."""

        def work(connection: sqlite3.Connection) -> dict[str, Known]:
            found = ((one, find_session(connection, one)) for one in sessions)
            return {one: known for one, known in found if known is not None}

        return await self._database.read(work)

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        return await self._database.scan(lambda connection: list_sessions(connection, wanted))

    async def renamed(self, position: int, limit: int) -> Sequence[tuple[str, int]]:
        """Whose speakers got other names by the record there or behind it; the newest of each, in their order."""
        query = "SELECT session, position FROM renamed WHERE position >= ? ORDER BY position LIMIT ?"
        return await self._database.read(lambda one: one.execute(query, (position, limit)).fetchall())

    async def remembers(self) -> bool:
        """Whether an earlier process has read a whole topic; which one, the topic has to tell."""
        return await self._database.read(_is_whole)

    async def remembered(self, session: str) -> Session | None:
        """What ``remembers`` knows of a session."""

        def work(connection: sqlite3.Connection) -> Session | None:
            found = find_session(connection, session) if _is_whole(connection) else None
            return None if found is None else found[0]

        return await self._database.read(work)

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._database.close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def _is_whole(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute(_IS_WHOLE).fetchone()[0])


def _opened(folder: Path, *, fresh: bool = False) -> Database:
    return Database.open(folder / FILE, fresh=fresh, cache_kib=_CACHE_KIB)


def _first_free(data_folder: Path, process: str, *, fresh: bool) -> Database:
    """Opened; ``fresh``: without what was in it."""
    try:
        data_folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise translated_os(error, data_folder) from error
    for name in (process, *(f"{process}-{number}" for number in range(2, MAX_PROCESSES + 1))):
        with suppress(InUse):
            return _opened(data_folder / f"sessions-{name}", fresh=fresh)
    raise Misconfigured(f"{MAX_PROCESSES} processes use the data folder {data_folder}: give each one of its own.")
