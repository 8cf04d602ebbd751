"""Search in SQLite's FTS5: words, phrases, filters, counts and stable pages."""

import sqlite3
from typing import Any, Final

import msgspec
import structlog

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search_index import decode_part, has_stale, refresh
from captionflow.adapters.sqlite.session_store import decode_session
from captionflow.errors import Unavailable
from captionflow.folding import fold_name
from captionflow.ports import Count, Hit, SearchPage, SearchQuery
from captionflow.search.highlight import hit_of
from captionflow.search.query import Place, Term, encode_cursor, expression, fingerprint, read_query

log = structlog.get_logger(__name__)

MAX_COUNTS: Final = 50
"""Values a list of counts has at most, the most frequent ones."""

_FROM: Final = """
    FROM search_parts AS hit
    JOIN streams ON streams.id = hit.stream
    LEFT JOIN sessions ON sessions.id = streams.session
    WHERE """

_CONDITIONS: Final = {
    "expression": "hit.id IN (SELECT rowid FROM search_text WHERE search_text MATCH :expression)",
    "speaker": "hit.speaker_key = :speaker",
    "session": "streams.session = :session",
    "language": "streams.language = :language COLLATE NOCASE",
    "event": "sessions.event_key = :event",
    "room": "sessions.room_key = :room",
    "hidden": "streams.session NOT IN (SELECT value FROM json_each(:hidden))",
}

_AFTER: Final = """
    ((coalesce(sessions.date, ''), coalesce(sessions.starts_at, ''), streams.session)
     < (:after_date, :after_starts_at, :after_session)
     OR ((coalesce(sessions.date, ''), coalesce(sessions.starts_at, ''), streams.session)
         = (:after_date, :after_starts_at, :after_session)
         AND (streams.language, hit.ordinal, hit.number) > (:after_language, :after_ordinal, :after_number)))"""
"""Newest session first, then by turn: the order of a page, as a condition on what comes after a place."""


class SqliteSearch:
    """``Search``. Finds every word that the turn store has, also of turns that still grow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def search(self, query: SearchQuery) -> SearchPage:
        """See ``Search.search``; raises ``BadMessage`` as ``read_query`` does."""
        terms, place, hopeless = read_query(query)
        if hopeless:
            return SearchPage((), 0)
        await self._refresh()
        return await self._database.read(lambda connection: _search(connection, query, terms, place))

    async def _refresh(self) -> None:
        """Bring what changed since the last search into the index; without space, search what is there."""
        try:
            if await self._database.read(has_stale):
                while await self._database.write(refresh, durable=False):
                    pass
        except Unavailable as error:
            log.warning("search_index_not_refreshed", reason=str(error))


def _search(
    connection: sqlite3.Connection, query: SearchQuery, terms: tuple[Term, ...], place: Place | None
) -> SearchPage:
    values = _values(query, terms)
    matches = _FROM + " AND ".join(_CONDITIONS[name] for name in values)
    rows = _page(connection, matches, values, place, query.limit + 1)
    more = len(rows) > query.limit
    speakers, events, languages = (
        _counts(connection, matches, values, *column)
        for column in (
            ("min(hit.speaker)", "hit.speaker_key"),
            ("min(sessions.event)", "nullif(sessions.event_key, '')"),
            ("streams.language", "streams.language"),
        )
    )
    return SearchPage(
        hits=tuple(_hit(row, terms) for row in rows[: query.limit]),
        total=connection.execute(f"SELECT count(*) {matches}", values).fetchone()[0],
        speakers=speakers,
        events=events,
        languages=languages,
        next=encode_cursor(_place(query, rows[query.limit - 1])) if more else None,
    )


def _values(query: SearchQuery, terms: tuple[Term, ...]) -> dict[str, str]:
    """What the conditions that this query sets are bound to; at least one."""
    values = {
        "expression": expression(terms) if terms else None,
        "speaker": fold_name(query.speaker) if query.speaker else None,
        "session": query.session or None,
        "language": query.language or None,
        "event": fold_name(query.event) if query.event else None,
        "room": fold_name(query.room) if query.room else None,
        "hidden": msgspec.json.encode(query.hidden).decode() if query.hidden else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _page(
    connection: sqlite3.Connection, matches: str, values: dict[str, str], place: Place | None, limit: int
) -> list[sqlite3.Row]:
    after: dict[str, Any] = {}
    if place is not None:
        matches += f" AND {_AFTER}"
        after = {f"after_{name}": value for name, value in msgspec.structs.asdict(place).items()}
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    # What is put into the statement is this module's own text; all values are bound.
    return cursor.execute(
        f"""
        SELECT page.*, parts.body, sessions.body AS about FROM (
            SELECT hit.id, hit.ordinal, hit.number, streams.session, streams.language,
                   coalesce(sessions.date, '') AS date, coalesce(sessions.starts_at, '') AS starts_at
            {matches}
            ORDER BY date DESC, starts_at DESC, streams.session DESC, streams.language, hit.ordinal, hit.number
            LIMIT :limit
        ) AS page JOIN parts ON parts.id = page.id LEFT JOIN sessions ON sessions.id = page.session
        ORDER BY page.date DESC, page.starts_at DESC, page.session DESC, page.language, page.ordinal, page.number
        """,  # noqa: S608 - our own clauses; values are parameters
        values | after | {"limit": limit},
    ).fetchall()


def _counts(
    connection: sqlite3.Connection, matches: str, values: dict[str, str], name: str, key: str
) -> tuple[Count, ...]:
    rows = connection.execute(
        f"SELECT {name}, count(*) AS hits {matches} AND {key} IS NOT NULL"
        f" GROUP BY {key} ORDER BY hits DESC, {key} LIMIT {MAX_COUNTS}",
        values,
    )
    return tuple(Count(value, count) for value, count in rows)


def _place(query: SearchQuery, row: sqlite3.Row) -> Place:
    return Place(
        fingerprint(query),
        row["date"],
        row["starts_at"],
        row["session"],
        row["language"],
        row["ordinal"],
        row["number"],
    )


def _hit(row: sqlite3.Row, terms: tuple[Term, ...]) -> Hit:
    about = row["about"]
    return hit_of(decode_part(row["body"]), None if about is None else decode_session(about), terms)
