"""The search index's tables, and how a stored part gets into them.

A closed part is indexed in the transaction that stores it. An open part changes with every word, and to index it anew
each time would cost the square of its length: it is marked *stale* and indexed by the next search, at most once per
search and change. So search finds every stored word at once, and what a part costs stays in proportion to its text.
"""

import sqlite3
import time

import msgspec

from captionflow.folding import fold_name, index_terms
from captionflow.messages import Part
from captionflow.transcript import named

PARTS_A_REFRESH = 20
REFRESH_SECONDS = 0.005
"""What one transaction of ``refresh`` may take, so that it never holds up the log: stale parts, and time."""


_PUT = """
INSERT INTO search_parts (id, stream, ordinal, number, speaker, speaker_key) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET stream = excluded.stream, ordinal = excluded.ordinal, number = excluded.number,
    speaker = excluded.speaker, speaker_key = excluded.speaker_key
"""
"""No ``OR REPLACE``: SQLite begins a savepoint for one, and FTS5 writes out what it gathered at each savepoint."""


class _Named(msgspec.Struct):
    """Of a session, the names of its speakers."""

    speakers: dict[str, str] = {}


_decode_named = msgspec.json.Decoder(_Named).decode
decode_part = msgspec.json.Decoder(Part).decode


def index_part(connection: sqlite3.Connection, part_id: int, stream: int, part: Part) -> None:
    """Index this part as it is now; a retracted part or one without spoken words is removed."""
    words, joined = index_terms("" if part.retracted else part.text)
    if not words:
        connection.execute("DELETE FROM search_text WHERE rowid = ?", (part_id,))
        connection.execute("DELETE FROM search_parts WHERE id = ?", (part_id,))
        return
    connection.execute(
        "INSERT OR REPLACE INTO search_text (rowid, words, joined) VALUES (?, ?, ?)", (part_id, words, joined)
    )
    (part,) = named([part], _names(connection, stream) if part.given else {})
    connection.execute(
        _PUT,
        (part_id, stream, part.ordinal, part.number, part.speaker, fold_name(part.speaker or "") or None),
    )


def speakers_changed(connection: sqlite3.Connection, session: str) -> None:
    """The next search finds what this session's speakers said by the names that they have now."""
    connection.execute(
        "UPDATE parts SET stale = 1 WHERE stream IN (SELECT id FROM streams WHERE session = ?)", (session,)
    )


def has_stale(connection: sqlite3.Connection) -> bool:
    """Whether the index lags behind the parts."""
    return connection.execute("SELECT 1 FROM parts WHERE stale LIMIT 1").fetchone() is not None


def refresh(connection: sqlite3.Connection) -> bool:
    """Index the oldest stale parts; returns whether there may be more."""
    deadline = time.monotonic() + REFRESH_SECONDS
    rows = connection.execute(
        "SELECT id, stream, body FROM parts WHERE stale ORDER BY id LIMIT ?", (PARTS_A_REFRESH,)
    ).fetchall()
    for part_id, stream, body in rows:
        index_part(connection, part_id, stream, decode_part(body))
        connection.execute("UPDATE parts SET stale = 0 WHERE id = ?", (part_id,))
        if time.monotonic() > deadline:
            return True
    return len(rows) == PARTS_A_REFRESH


def _names(connection: sqlite3.Connection, stream: int) -> dict[str, str]:
    row = connection.execute(
        "SELECT sessions.body FROM streams JOIN sessions ON sessions.id = streams.session WHERE streams.id = ?",
        (stream,),
    ).fetchone()
    return {} if row is None else _decode_named(row[0]).speakers
