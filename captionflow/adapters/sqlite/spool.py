"""A spool in a file of its own (WAL, ``synchronous=FULL``). Its writer is the line log's: one fsync for many posts."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.failures import translated_os
from captionflow.adapters.sqlite.topic_copy import SqliteTopicCopy
from captionflow.errors import Unavailable
from captionflow.ports import Spooled

MIGRATIONS: Final[tuple[str, ...]] = (
    # AUTOINCREMENT: a position is not used a second time, also when the highest one was removed.
    """
    CREATE TABLE posts (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        session TEXT NOT NULL,
        body BLOB NOT NULL
    );
    CREATE INDEX posts_of_session ON posts (session, position);
    """,
    # ``copies``: the topics of which a whole copy is in ``copied``.
    """
    CREATE TABLE copies (topic TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE copied (
        topic TEXT NOT NULL,
        id TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (topic, id)
    ) WITHOUT ROWID;
    """,
)
FOLDER: Final = "spool"
_OVERHEAD_BYTES: Final = 100
"""What SQLite needs for a row and its entry in the index, roughly."""


class SqliteSpool:
    """``Spool``. Made by ``SqliteSpool.open``."""

    def __init__(self, database: Database, size: int, used: int) -> None:
        self._database = database
        self._size = size
        self._used = used

    @classmethod
    async def open(cls, data_folder: Path, size: int) -> Self:
        """The spool in a data folder, which is made if it isn't there; no other process can open it until ``close``.

        Raises:
            InUse: another process has it.
            Misconfigured: the folder can't be used.
            Unavailable: there is no space.
        """
        database = _open(data_folder)
        try:
            used = await database.read(_used)
        except BaseException:
            await database.close()
            raise
        return cls(database, size, used)

    @property
    def used(self) -> int:
        """See ``Spool.used``."""
        return self._used

    @property
    def size(self) -> int:
        """See ``Spool.size``."""
        return self._size

    def copy_of(self, topic: str) -> SqliteTopicCopy:
        """The copy of a topic beside what is spooled; it does not count for ``used``."""
        return SqliteTopicCopy(self._database, topic)

    async def put(self, session: str, body: bytes, *, wordless: bool = False) -> int:  # noqa: ARG002 - all is kept here
        """See ``Spool.put``."""
        needed = len(body) + _OVERHEAD_BYTES
        if self._used + needed > self._size:
            raise Unavailable("The spool is full: what was acknowledged is safe, and more is taken once Kafka is back.")
        self._used += needed  # before it waits for the disk, so that many at once can't be more than fit

        def insert(connection: sqlite3.Connection) -> int:
            insertion = "INSERT INTO posts (session, body) VALUES (?, ?) RETURNING position"
            (position,) = connection.execute(insertion, (session, body)).fetchone()
            return int(position)

        try:
            return await self._database.write(insert, durable=True)
        except Exception:
            self._used -= needed
            raise

    async def replace(self, position: int, body: bytes) -> None:
        """See ``Spool.replace``."""

        def update(connection: sqlite3.Connection) -> int:
            before = _bytes(connection, position)
            connection.execute("UPDATE posts SET body = ? WHERE position = ?", (body, position))
            return 0 if before is None else len(body) - before

        more = await self._database.write(update, durable=True)
        self._used += more  # others may have changed it meanwhile

    async def remove(self, position: int) -> None:
        """See ``Spool.remove``."""

        def delete(connection: sqlite3.Connection) -> int:
            before = _bytes(connection, position)
            connection.execute("DELETE FROM posts WHERE position = ?", (position,))
            return 0 if before is None else before + _OVERHEAD_BYTES

        # Durable work shares a transaction with other such work, and it is mostly there: all else goes one by one.
        less = await self._database.write(delete, durable=True)
        self._used -= less

    async def erase(self) -> None:
        """See ``Spool.erase``."""
        await self._database.erase()

    async def oldest(self, session: str, *, after: int, limit: int) -> Sequence[Spooled]:
        """See ``Spool.oldest``."""
        query = "SELECT position, body FROM posts WHERE session = ? AND position > ? ORDER BY position LIMIT ?"
        rows = await self._database.read(lambda one: one.execute(query, (session, after, limit)).fetchall())
        return [Spooled(position, session, body) for position, body in rows]

    async def sessions(self) -> Mapping[str, int]:
        """See ``Spool.sessions``."""
        query = "SELECT session, count(*) FROM posts GROUP BY session ORDER BY min(position)"
        return dict(await self._database.read(lambda one: one.execute(query).fetchall()))

    async def close(self) -> None:
        """Finish what is being written. Repeating it does nothing."""
        await self._database.close()


def _open(data_folder: Path) -> Database:
    try:
        data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise translated_os(error, data_folder) from error
    return Database.open(data_folder / FOLDER / "spool.db", migrations=MIGRATIONS, erasing=True)


def _used(connection: sqlite3.Connection) -> int:
    (used,) = connection.execute("SELECT coalesce(sum(length(body) + ?), 0) FROM posts", (_OVERHEAD_BYTES,)).fetchone()
    return int(used)


def _bytes(connection: sqlite3.Connection, position: int) -> int | None:
    row = connection.execute("SELECT length(body) FROM posts WHERE position = ?", (position,)).fetchone()
    return None if row is None else int(row[0])
