"""Sessions' languages as small numbers: a *stream* is one language of one session."""

import sqlite3


def find_stream(connection: sqlite3.Connection, session: str, language: str) -> int | None:
    """The number of the stream, or None if nothing was ever said in it."""
    row = connection.execute(
        "SELECT id FROM streams WHERE session = ? AND language = ?", (session, language)
    ).fetchone()
    return None if row is None else int(row[0])


def make_stream(connection: sqlite3.Connection, session: str, language: str) -> int:
    """The number of the stream, a new one if need be."""
    found = find_stream(connection, session, language)
    if found is not None:
        return found
    cursor = connection.execute("INSERT INTO streams (session, language) VALUES (?, ?)", (session, language))
    return int(cursor.lastrowid or 0)
