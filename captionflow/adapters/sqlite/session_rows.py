"""Sessions as rows of the table ``sessions``: how one is written, found and listed. Whose table it is, others know."""

import sqlite3

import msgspec

from captionflow.folding import fold_name
from captionflow.messages import Session
from captionflow.ports import SessionFilter
from captionflow.session_facts import Known
from captionflow.session_order import day_of, room_slug, sortable, start_of

_encode = msgspec.json.Encoder().encode
decode_session = msgspec.json.Decoder(Session).decode


def list_sessions(connection: sqlite3.Connection, wanted: SessionFilter) -> tuple[Session, ...]:
    """See ``SessionStore.list``."""
    return tuple(decode_session(body) for (body,) in connection.execute(*select_page(wanted)))


def select_page(wanted: SessionFilter) -> tuple[str, dict[str, str | int | None]]:
    """The statement and its values. Only conditions that are given are in it, so that an index can be used."""
    live = wanted.status == "live" if wanted.live is None and wanted.status is not None else wanted.live
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


def find_session(connection: sqlite3.Connection, session: str) -> Known | None:
    """The session, if there is one."""
    row = connection.execute("SELECT body, learned FROM sessions WHERE id = ?", (session,)).fetchone()
    return None if row is None else (decode_session(row[0]), frozenset(row[1].split()))


def put_session(connection: sqlite3.Connection, session: Session, learned: frozenset[str]) -> None:
    """Write it, in place of what it was."""
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
