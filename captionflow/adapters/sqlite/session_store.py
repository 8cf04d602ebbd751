"""The sessions in SQLite. What an organiser gave can't be derived, so it waits for fsync; what the text said can."""

import sqlite3
from datetime import UTC, datetime

import msgspec

from captionflow.adapters.sqlite.readers import Lane
from captionflow.adapters.sqlite.search_index import speakers_changed
from captionflow.errors import NotFound
from captionflow.folding import fold_name
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter
from captionflow.session_facts import Known, created, learnt, replaced

_encode = msgspec.json.Encoder().encode
decode_session = msgspec.json.Decoder(Session).decode


class SqliteSessionStore:
    """``SessionStore``. Each session keeps which of its fields were learned from the text."""

    def __init__(self, database: Lane) -> None:
        self._database = database

    async def create(self, session: Session) -> Session:
        """See ``SessionStore.create``. Compared is what organisers give: not status, times, version, learned fields."""

        def work(connection: sqlite3.Connection) -> Session:
            found = _find(connection, session.id)
            known = created(found, session)
            if found is None:
                _put(connection, *known)
            return known[0]

        return await self._database.write(work, durable=True)

    async def get(self, session: str) -> Session:
        """See ``SessionStore.get``."""
        return await self._database.read(lambda connection: _get(connection, session)[0])

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``. Sessions without a date come last."""

        def query(connection: sqlite3.Connection) -> tuple[Session, ...]:
            rows = connection.execute(
                "SELECT body FROM sessions WHERE (:status IS NULL OR status = :status)"
                " AND (:event IS NULL OR event_key = :event) AND (:room IS NULL OR room_key = :room)"
                " AND (:closed IS NULL OR closed = :closed)"
                " ORDER BY status = 'live' DESC, date DESC, starts_at DESC, id DESC",
                {
                    "status": wanted.status,
                    "event": _key(wanted.event),
                    "room": _key(wanted.room),
                    "closed": wanted.closed,
                },
            ).fetchall()
            return tuple(decode_session(body) for (body,) in rows)

        return await self._database.scan(query)

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """See ``SessionStore.replace``. A field that it changes is the organiser's from then on."""

        def work(connection: sqlite3.Connection) -> Session:
            before = _get(connection, session.id)
            new, learned = replaced(before, session, expected_version)
            _put(connection, new, learned)
            if new.speakers != before[0].speakers:
                speakers_changed(connection, new.id)
            return new

        return await self._database.write(work, durable=True)

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """See ``SessionStore.learn``. It may replace fields that it learned before, but not what an organiser gave."""

        def work(connection: sqlite3.Connection) -> Session:
            found = _find(connection, session)
            known = learnt(found, session, facts, at)
            if known is not found:
                _put(connection, *known)
            return known[0]

        return await self._database.write(work, durable=False)


def _get(connection: sqlite3.Connection, session: str) -> Known:
    found = _find(connection, session)
    if found is None:
        raise NotFound(f"There is no session {session!r}: announce it first.")
    return found


def _find(connection: sqlite3.Connection, session: str) -> Known | None:
    row = connection.execute("SELECT body, learned FROM sessions WHERE id = ?", (session,)).fetchone()
    return None if row is None else (decode_session(row[0]), frozenset(row[1].split()))


def _put(connection: sqlite3.Connection, session: Session, learned: frozenset[str]) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO sessions (id, status, date, starts_at, event, event_key, room_key, learned,"
        " closed, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            session.status,
            session.date or "",
            _sortable(session.starts_at),
            session.event,
            fold_name(session.event),
            fold_name(session.room),
            " ".join(sorted(learned)),
            session.closed,
            _encode(session),
        ),
    )


def _sortable(time: datetime | None) -> str:
    return "" if time is None else time.astimezone(UTC).isoformat(timespec="microseconds")


def _key(name: str | None) -> str | None:
    return None if name is None else fold_name(name)
