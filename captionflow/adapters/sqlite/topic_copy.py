"""The copy of a topic, in the file of the spool: what is read of both must be there at the same start."""

import sqlite3
from collections.abc import Mapping

from captionflow.adapters.sqlite.database import Database


class SqliteTopicCopy:
    """``TopicCopy``, in the tables that ``sqlite.spool`` makes. Of another topic there is another copy."""

    def __init__(self, database: Database, topic: str) -> None:
        self._database = database
        self._topic = topic

    async def read(self) -> Mapping[str, bytes] | None:
        """See ``TopicCopy.read``."""

        def select(connection: sqlite3.Connection) -> Mapping[str, bytes] | None:
            if connection.execute("SELECT 1 FROM copies WHERE topic = ?", (self._topic,)).fetchone() is None:
                return None
            return dict(connection.execute("SELECT id, body FROM copied WHERE topic = ?", (self._topic,)))

        return await self._database.read(select)

    async def replace(self, messages: Mapping[str, bytes]) -> None:
        """See ``TopicCopy.replace``."""

        def begin_again(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM copied WHERE topic = ?", (self._topic,))
            connection.execute("INSERT OR IGNORE INTO copies (topic) VALUES (?)", (self._topic,))
            self._put(connection, messages)

        await self._database.write(begin_again, durable=True)

    async def put(self, messages: Mapping[str, bytes]) -> None:
        """See ``TopicCopy.put``."""
        await self._database.write(lambda connection: self._put(connection, messages), durable=True)

    def _put(self, connection: sqlite3.Connection, messages: Mapping[str, bytes]) -> None:
        rows = [(self._topic, name, body) for name, body in messages.items()]
        connection.executemany("INSERT OR REPLACE INTO copied (topic, id, body) VALUES (?, ?, ?)", rows)
