"""Forgetting demo sessions, the one exception to a log that keeps everything."""

import sqlite3

from captionflow.adapters.sqlite.readers import Lane
from captionflow.adapters.sqlite.session_rows import decode_session

_OF_A_STREAM = ("records", "runs", "parts", "progress", "search_parts")


class SqliteDemos:
    """``Demos``, in one transaction each."""

    def __init__(self, database: Lane) -> None:
        self._database = database

    async def forget(self, session: str) -> None:
        """See ``Demos.forget``."""
        await self._database.write(lambda connection: _forget(connection, session), durable=False)


def _forget(connection: sqlite3.Connection, session: str) -> None:
    row = connection.execute("SELECT body FROM sessions WHERE id = ?", (session,)).fetchone()
    if row is None or not decode_session(row[0]).demo:
        return
    connection.execute("DELETE FROM sessions WHERE id = ?", (session,))
    for (stream,) in connection.execute("SELECT id FROM streams WHERE session = ?", (session,)).fetchall():
        connection.execute(
            "DELETE FROM search_text WHERE rowid IN (SELECT id FROM search_parts WHERE stream = ?)", (stream,)
        )
        # SQLite would use the highest position a second time, and followers of the log would not see its record: an
        # empty one of no stream keeps it taken.
        connection.execute(
            "UPDATE records SET stream = 0, last_seq = position, lines = '[]'"
            " WHERE stream = ? AND position = (SELECT max(position) FROM records)",
            (stream,),
        )
        for table in _OF_A_STREAM:
            connection.execute(f"DELETE FROM {table} WHERE stream = ?", (stream,))  # noqa: S608 - our own names
        connection.execute("DELETE FROM streams WHERE id = ?", (stream,))
