"""The tables, as numbered migrations: ``PRAGMA user_version`` says how many of them a file has seen.

A migration is never edited once released; a change is a new one at the end. Each runs in a transaction of its own, so
a crash leaves the version before or the version after. Only ``streams``, ``records``, ``runs``, ``sessions``,
``keys`` and ``audit`` hold what can't be derived.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from captionflow.errors import Misconfigured
from captionflow.session_order import room_slug

APPLICATION_ID: Final = 0x63617074
"""``capt``: tells our files from other SQLite databases (``PRAGMA application_id``)."""

MIGRATIONS: Final[tuple[str, ...]] = (
    # 1: the line log, the transcripts, the sessions
    """
    CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        session TEXT NOT NULL,
        language TEXT NOT NULL,
        UNIQUE (session, language)
    );
    CREATE TABLE records (
        position INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL REFERENCES streams,
        last_seq INTEGER NOT NULL,
        lines BLOB NOT NULL,
        UNIQUE (stream, last_seq)
    );
    CREATE TABLE runs (
        stream INTEGER NOT NULL REFERENCES streams,
        sender TEXT NOT NULL,
        first_number INTEGER NOT NULL,
        last_number INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        PRIMARY KEY (stream, sender, first_number)
    ) WITHOUT ROWID;
    CREATE TABLE parts (
        id INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL REFERENCES streams,
        turn_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        version INTEGER NOT NULL,
        retracted INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (turn_id, number)
    );
    CREATE INDEX parts_in_order ON parts (stream, ordinal, number);
    CREATE TABLE progress (
        stream INTEGER PRIMARY KEY REFERENCES streams,
        last_seq INTEGER NOT NULL
    );
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        status TEXT NOT NULL,
        date TEXT NOT NULL,
        starts_at TEXT NOT NULL,
        event TEXT NOT NULL,
        event_key TEXT NOT NULL,
        room_key TEXT NOT NULL,
        learned TEXT NOT NULL,
        body BLOB NOT NULL
    ) WITHOUT ROWID;
    """,
    # 2: search. Every part starts stale, so that the first search indexes what an older version stored.
    """
    ALTER TABLE parts ADD COLUMN stale INTEGER NOT NULL DEFAULT 1;
    CREATE INDEX stale_parts ON parts (id) WHERE stale;
    CREATE VIRTUAL TABLE search_text USING fts5(
        words, joined, columnsize = 0,
        tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
    );
    CREATE TABLE search_parts (
        id INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL REFERENCES streams,
        ordinal INTEGER NOT NULL,
        number INTEGER NOT NULL,
        speaker TEXT,
        speaker_key TEXT
    );
    CREATE INDEX search_speakers ON search_parts (speaker_key);
    """,
    # 3: keys, the audit trail, and sessions that not everybody may read
    """
    CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        revoked INTEGER NOT NULL,
        used_at TEXT NOT NULL DEFAULT '',
        body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        body BLOB NOT NULL
    );
    ALTER TABLE sessions ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX closed_sessions ON sessions (id) WHERE closed;
    """,
    # 4: pages of the list of sessions
    """
    ALTER TABLE sessions ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN day TEXT NOT NULL DEFAULT '';
    UPDATE sessions SET live = status = 'live', day = CASE date WHEN '' THEN substr(starts_at, 1, 10) ELSE date END;
    CREATE INDEX sessions_in_order ON sessions (live, day, starts_at, id);
    CREATE INDEX sessions_by_event ON sessions (event_key, live, day, starts_at, id);
    CREATE INDEX sessions_by_room ON sessions (room_key, live, day, starts_at, id);
    """,
    # 5: what changed after a position, for viewers who come back
    """
    CREATE INDEX parts_by_version ON parts (stream, version);
    """,
    # 6: which sessions changed lately
    """
    ALTER TABLE sessions ADD COLUMN changed TEXT NOT NULL DEFAULT '';
    UPDATE sessions SET changed = replace(json_extract(CAST(body AS TEXT), '$.updated_at'), 'Z', '+00:00');
    CREATE INDEX sessions_by_change ON sessions (changed);
    """,
    # 7: the sessions of a room, for its screens
    """
    ALTER TABLE sessions ADD COLUMN slug TEXT NOT NULL DEFAULT '';
    UPDATE sessions SET slug = room_slug(coalesce(json_extract(CAST(body AS TEXT), '$.room'), ''));
    CREATE INDEX sessions_of_room ON sessions (slug, status, live, day, starts_at, id);
    CREATE INDEX sessions_of_room_by_change ON sessions (slug, status, changed, id, day);
    """,
)


def check(connection: sqlite3.Connection, path: object, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Refuse a file that isn't ours or is newer than this program, before anything is written: ``Misconfigured``."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (application or version or tables):
        raise Misconfigured(
            f"{path} is a database of another program: move it away or set CAPTIONFLOW_DATA to another folder."
        )
    if version > len(migrations):
        raise Misconfigured(
            f"{path} was written by a newer captionflow (schema {version}, this one knows {len(migrations)}): "
            "upgrade captionflow or set CAPTIONFLOW_DATA to another folder."
        )


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> tuple[int, int]:
    """Bring a checked file up to date; returns the versions (before, after)."""
    (before,) = connection.execute("PRAGMA user_version").fetchone()
    connection.create_function("room_slug", 1, room_slug, deterministic=True)
    for version, script in enumerate(migrations[before:], before + 1):
        connection.executescript(
            f"BEGIN IMMEDIATE; {script}; "
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; COMMIT;"
        )
    return before, len(migrations)
