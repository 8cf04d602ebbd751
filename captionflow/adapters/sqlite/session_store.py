"""The sessions in SQLite. What an organiser gave can't be derived, so it waits for fsync; what the text said can."""

import sqlite3
from datetime import datetime

import msgspec

from captionflow.adapters.sqlite.readers import Lane
from captionflow.adapters.sqlite.search_index import speakers_changed
from captionflow.errors import NotFound
from captionflow.folding import fold_name
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter
from captionflow.session_facts import Known, created, learnt, replaced
from captionflow.session_order import day_of, room_slug, sortable, start_of

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
        """See ``SessionStore.list``."""
        statement, values = _page(wanted)

        def query(connection: sqlite3.Connection) -> tuple[Session, ...]:
            return tuple(decode_session(body) for (body,) in connection.execute(statement, values))

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


def _page(wanted: SessionFilter) -> tuple[str, dict[str, str | int | None]]:
    """The statement and its values. Only conditions that are given are in it, so that an index can be used."""
    live = wanted.live if wanted.status is None else wanted.status == "live"
    by_change = wanted.latest or wanted.changed is not None
    # Few changed lately: SQLite is kept from walking all of them in their order to find those.
    only = "+" if by_change and wanted.slug is None else ""
    given: dict[str, str | int | None] = {
        f"{only}live = :live": live,
        f"{only}status = :status": wanted.status,
        "slug = :slug": wanted.slug,
        f"{only}event_key = :event": _key(wanted.event),
        f"{only}room_key = :room": _key(wanted.room),
        f"{only}closed = :closed": wanted.closed,
        f"{only}day >= :since": wanted.since,
        f"{only}day <= :until": wanted.until,
        "changed >= :changed": None if wanted.changed is None else sortable(wanted.changed),
    }
    conditions = [condition for condition, value in given.items() if value is not None]
    if wanted.closed:  # SQLite would go through all sessions in their order to find the few
        conditions.append("id IN (SELECT id FROM sessions WHERE closed)")
    values: dict[str, str | int | None] = {
        condition.rpartition(":")[2]: value for condition, value in given.items() if value is not None
    }
    if wanted.after is not None:
        values |= dict(zip(("l", "d", "s", "i"), wanted.after, strict=True))
        conditions.append(f"({only}live, day, starts_at, id) {'>' if wanted.reverse else '<'} (:l, :d, :s, :i)")
    way = "ASC" if wanted.reverse else "DESC"
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    order = f"{only}live {way}, day {way}, starts_at {way}, id {way}"
    if wanted.latest:
        order = "changed DESC, id DESC"
    index = ""
    if wanted.slug is not None:
        index = f" INDEXED BY sessions_of_room{'_by_change' if by_change else ''}"
    values["limit"] = -1 if wanted.limit is None else wanted.limit
    select = f"SELECT body FROM sessions{index}{where} ORDER BY {order} LIMIT :limit"  # noqa: S608 - of the words above
    return select, values


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
        " closed, live, day, changed, slug, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.id,
            session.status,
            session.date or "",
            start_of(session),
            session.event,
            fold_name(session.event),
            fold_name(session.room),
            " ".join(sorted(learned)),
            session.closed,
            session.status == "live",
            day_of(session),
            sortable(session.updated_at),
            room_slug(session.room),
            _encode(session),
        ),
    )


def _key(name: str | None) -> str | None:
    return None if name is None else fold_name(name)
