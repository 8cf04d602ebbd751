"""The sessions in SQLite. What an organiser gave can't be derived and waits for fsync; what the text said can."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from captionflow.adapters.embedded.database import Database
from captionflow.errors import Conflict, NotFound
from captionflow.folding import fold_name
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter

LEARNABLE: Final = ("title", "date", "room", "edition", "about")
"""Fields that the text may fill. Those it did fill are remembered: a later reading of the text may better them."""

_NOT_CONTENT: Final = frozenset({"version", "created_at", "updated_at", "status"})
"""Fields that change by themselves, so that they don't make a session another one when it is created again."""

_encode = msgspec.json.Encoder().encode
decode_session = msgspec.json.Decoder(Session).decode

_Learned = frozenset[str]


class SqliteSessionStore:
    """``SessionStore``. Each session keeps which of its fields were learned from the text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, session: Session) -> Session:
        """See ``SessionStore.create``. Compared is what organisers give: not status, times, version, learned fields."""

        def work(connection: sqlite3.Connection) -> Session:
            found = _find(connection, session.id)
            if found is None:
                _put(connection, session, frozenset())
                return session
            stored, learned = found
            if _given(stored, learned) != _given(session, frozenset()):
                raise Conflict(
                    f"Session {session.id!r} exists with another content: change that one, or take another id."
                )
            return stored

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
                " ORDER BY status = 'live' DESC, date DESC, starts_at DESC, id DESC",
                {"status": wanted.status, "event": _key(wanted.event), "room": _key(wanted.room)},
            ).fetchall()
            return tuple(decode_session(body) for (body,) in rows)

        return await self._database.read(query)

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """See ``SessionStore.replace``. A field that it changes is the organiser's from then on."""

        def work(connection: sqlite3.Connection) -> Session:
            stored, learned = _get(connection, session.id)
            if stored.version != expected_version:
                raise Conflict(
                    f"Session {session.id!r} is at version {stored.version}, not {expected_version}: "
                    "read it again, then decide."
                )
            new = msgspec.structs.replace(session, version=expected_version + 1, created_at=stored.created_at)
            _put(connection, new, frozenset(name for name in learned if getattr(new, name) == getattr(stored, name)))
            return new

        return await self._database.write(work, durable=True)

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """See ``SessionStore.learn``. What it learned before it may better; what was given it leaves alone."""

        def work(connection: sqlite3.Connection) -> Session:
            found = _find(connection, session)
            stored, learned = found or (Session(session, version=0, created_at=at, updated_at=at), frozenset())
            changes = _changes(stored, learned, facts)
            if found is not None and not changes:
                return stored
            new = msgspec.structs.replace(stored, version=stored.version + 1, updated_at=at, **changes)
            _put(connection, new, learned | (changes.keys() & set(LEARNABLE)))
            return new

        return await self._database.write(work, durable=False)


def _changes(stored: Session, learned: _Learned, facts: Facts) -> dict[str, Any]:
    said = {name: getattr(facts, name) for name in LEARNABLE if getattr(facts, name)}
    open_ = {name for name in said if name in learned or not getattr(stored, name)}
    new = {name: value for name, value in said.items() if name in open_} | {"status": facts.status}
    return {name: value for name, value in new.items() if getattr(stored, name) != value}


def _given(session: Session, learned: Iterable[str]) -> dict[str, Any]:
    """The content that organisers gave."""
    content = {name: getattr(session, name) for name in session.__struct_fields__ if name not in _NOT_CONTENT}
    return {name: (None if name in learned else value) or None for name, value in content.items()}


def _get(connection: sqlite3.Connection, session: str) -> tuple[Session, _Learned]:
    found = _find(connection, session)
    if found is None:
        raise NotFound(f"There is no session {session!r}: announce it first.")
    return found


def _find(connection: sqlite3.Connection, session: str) -> tuple[Session, _Learned] | None:
    row = connection.execute("SELECT body, learned FROM sessions WHERE id = ?", (session,)).fetchone()
    return None if row is None else (decode_session(row[0]), frozenset(row[1].split()))


def _put(connection: sqlite3.Connection, session: Session, learned: _Learned) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO sessions (id, status, date, starts_at, event, event_key, room_key, learned, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            session.status,
            session.date or "",
            _sortable(session.starts_at),
            session.event,
            fold_name(session.event),
            fold_name(session.room),
            " ".join(sorted(learned)),
            _encode(session),
        ),
    )


def _sortable(time: datetime | None) -> str:
    return "" if time is None else time.astimezone(UTC).isoformat(timespec="microseconds")


def _key(name: str | None) -> str | None:
    return None if name is None else fold_name(name)
