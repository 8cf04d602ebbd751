"""One search as SQL: all hits are counted by stream and by speaker, then those of the page are looked up.

Counting takes what FTS5 finds in the order of its rows, which are beside each other in ``search_parts`` too, and gives
it to Python as JSON, a window of rows at a time: grouping in SQL would sort all of it. What is known of a session is
looked up once for each stream, and only the streams that a page reaches into are looked at again.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from captionflow.adapters.sqlite.search_index import decode_part
from captionflow.cursors import write_cursor
from captionflow.folding import fold_name
from captionflow.messages import Session
from captionflow.ports import Count, Hit, SearchPage, SearchQuery
from captionflow.search.highlight import hit_of
from captionflow.search.query import Place, Term, expression, fingerprint

MAX_COUNTS: Final = 50
"""Values a list of counts has at most, the most frequent ones."""

_WINDOW: Final = 32_768
"""Rows that are counted at once: what is in memory, and what passes until a search sees that it was stopped."""
_FEW_STREAMS: Final = 100
"""Of so many it is looked up which rows they have, before anything is counted."""

_OF_STREAMS: Final = {
    "session": "streams.session = :session",
    "language": "streams.language = :language COLLATE NOCASE",
    "event": "sessions.event_key = :event",
    "room": "sessions.room_key = :room",
}
_ALL_STREAMS: Final = "FROM streams LEFT JOIN sessions ON sessions.id = streams.session"
_HIDDEN: Final = "SELECT id FROM streams WHERE session IN (SELECT value FROM json_each(:hidden))"
_KNOWN: Final = f"""
    SELECT streams.id, streams.session, streams.language, coalesce(sessions.date, ''), coalesce(sessions.starts_at, ''),
        sessions.event, sessions.event_key
    {_ALL_STREAMS} WHERE streams.id IN (SELECT value FROM json_each(?))"""  # noqa: S608 - our own clauses

_decode_session = msgspec.json.Decoder(Session).decode
_decode_streams = msgspec.json.Decoder(list[int]).decode
_decode_speakers = msgspec.json.Decoder(list[str | None]).decode
_encode = msgspec.json.Encoder().encode


class Question(msgspec.Struct, frozen=True):
    """A search as a searcher is asked it; names are folded, and there are terms or a speaker."""

    terms: tuple[Term, ...]
    speaker: str | None
    session: str | None
    language: str | None
    event: str | None
    room: str | None
    hidden: tuple[str, ...]
    after: Place | None
    limit: int
    fingerprint: str


class Stop(Exception):
    """Nobody waits for the answer any more."""


class _Stream(NamedTuple):
    """What the order of hits and the counts need of a stream."""

    id: int
    session: str
    language: str
    date: str
    starts_at: str
    event: str | None
    event_key: str | None

    @property
    def age(self) -> tuple[str, str, str]:
        """Pages begin with the highest."""
        return self.date, self.starts_at, self.session


def question(query: SearchQuery, terms: tuple[Term, ...], after: Place | None) -> Question:
    """What a query asks for, behind a place if one is given."""
    return Question(
        terms=terms,
        speaker=fold_name(query.speaker) if query.speaker else None,
        session=query.session or None,
        language=query.language or None,
        event=fold_name(query.event) if query.event else None,
        room=fold_name(query.room) if query.room else None,
        hidden=query.hidden,
        after=after,
        limit=query.limit,
        fingerprint=fingerprint(query),
    )


def answer(connection: sqlite3.Connection, asked: Question, stopped: Callable[[], bool] = lambda: False) -> SearchPage:
    """The page, on one snapshot. ``stopped`` is asked again and again; once it is true, ``Stop`` is raised."""
    matches = _Matches(connection, asked)
    hits, speakers = matches.counted(stopped)
    streams = _known(connection, hits)
    found = list(_page(matches, streams, asked, stopped))
    shown = found[: asked.limit]
    return SearchPage(
        hits=tuple(_shown(connection, shown, asked.terms, stopped)),
        total=hits.total(),
        speakers=_ranked((label, fold_name(label), count) for label, count in speakers.items() if label),
        events=_ranked((one.event or "", one.event_key or "", hits[one.id]) for one in streams),
        languages=_ranked((one.language, one.language, hits[one.id]) for one in streams),
        next=_cursor(asked, *shown[-1][1:]) if len(found) > asked.limit else None,
    )


class _Matches:
    """The rows that a question asks for."""

    def __init__(self, connection: sqlite3.Connection, asked: Question) -> None:
        self._connection = connection
        self._values: dict[str, Any] = {"expression": expression(asked.terms), "speaker": asked.speaker}
        self._rows = (
            "search_text CROSS JOIN search_parts AS hit ON hit.id = search_text.rowid"
            " WHERE search_text MATCH :expression AND search_text.rowid BETWEEN :low AND :high"
            if asked.terms
            else "search_parts AS hit WHERE hit.id BETWEEN :low AND :high"
        )
        if asked.speaker is not None:
            self._rows += " AND hit.speaker_key = :speaker"
        only = _chosen(connection, asked)
        if only is not None:
            self._rows += " AND hit.stream IN (SELECT value FROM json_each(:only))"
            self._values["only"] = _encode(only).decode()
        if asked.hidden:
            self._rows += f" AND hit.stream NOT IN ({_HIDDEN})"
            self._values["hidden"] = _encode(asked.hidden).decode()
        self._low, self._high = self._range(only)

    def counted(self, stopped: Callable[[], bool]) -> tuple[Counter[int], Counter[str | None]]:
        """How many there are by stream, and by speaker as it is written."""
        streams: Counter[int] = Counter()
        speakers: Counter[str | None] = Counter()
        query = f"SELECT json_group_array(hit.stream), json_group_array(hit.speaker) FROM {self._rows}"  # noqa: S608 - our own clauses; values are parameters
        for low in range(self._low, self._high + 1, _WINDOW):
            _check(stopped)
            high = min(low + _WINDOW - 1, self._high)
            ((in_streams, by_speakers),) = self._connection.execute(query, self._values | {"low": low, "high": high})
            streams.update(_decode_streams(in_streams))
            speakers.update(_decode_speakers(by_speakers))
        return streams, speakers

    def of_stream(self, stream: int, after: Place | None, limit: int) -> list[tuple[int, int, int]]:
        """The first so many of a stream, in its order: id, ordinal and number."""
        low, high = self._range([stream])
        query = f"SELECT hit.id, hit.ordinal, hit.number FROM {self._rows} AND hit.stream = :stream"  # noqa: S608 - as above
        values = {"low": low, "high": high, "stream": stream, "limit": limit}
        if after is not None:
            query += " AND (hit.ordinal, hit.number) > (:ordinal, :number)"
            values |= {"ordinal": after.ordinal, "number": after.number}
        query += " ORDER BY hit.ordinal, hit.number LIMIT :limit"
        return self._connection.execute(query, self._values | values).fetchall()

    def _range(self, streams: Sequence[int] | None) -> tuple[int, int]:
        """The lowest and the highest row of these streams, as far as that is soon known."""
        # Each in a query of its own, which looks at one end of an index: both in one look at all of it.
        query, values = "SELECT (SELECT min(id) FROM search_parts), (SELECT max(id) FROM search_parts)", {}
        if streams is not None and len(streams) <= _FEW_STREAMS:
            query = "SELECT min(id), max(id) FROM parts WHERE stream IN (SELECT value FROM json_each(:streams))"
            values = {"streams": _encode(streams).decode()}
        low, high = self._connection.execute(query, values).fetchone()
        return (1, 0) if low is None else (low, high)


def _chosen(connection: sqlite3.Connection, asked: Question) -> list[int] | None:
    """The streams that the filters leave; None if they leave all."""
    values = {name: value for name in _OF_STREAMS if (value := getattr(asked, name)) is not None}
    if not values:
        return None
    where = " AND ".join(_OF_STREAMS[name] for name in values)
    return [one for (one,) in connection.execute(f"SELECT streams.id {_ALL_STREAMS} WHERE {where}", values)]


def _known(connection: sqlite3.Connection, streams: Iterable[int]) -> list[_Stream]:
    rows = connection.execute(_KNOWN, (_encode(list(streams)).decode(),))
    return [_Stream(*row) for row in rows]


def _page(
    matches: _Matches, streams: Sequence[_Stream], asked: Question, stopped: Callable[[], bool]
) -> Iterator[tuple[int, _Stream, int, int]]:
    """One hit more than a page shows, if there are so many: id, stream, ordinal and number."""
    left = asked.limit + 1
    after = asked.after
    for one in _in_order(streams, after):
        _check(stopped)
        within = after is not None and (one.session, one.language) == (after.session, after.language)
        for row, ordinal, number in matches.of_stream(one.id, after if within else None, left):
            yield row, one, ordinal, number
            left -= 1
        if not left:
            return


def _in_order(streams: Sequence[_Stream], after: Place | None) -> Iterator[_Stream]:
    """Newest session first, then by language; from the stream of the place on, if that is given."""
    ordered = sorted(sorted(streams, key=lambda one: one.language), key=lambda one: one.age, reverse=True)
    if after is None:
        return iter(ordered)
    age = after.date, after.starts_at, after.session
    return (one for one in ordered if one.age < age or (one.age == age and one.language >= after.language))


def _shown(
    connection: sqlite3.Connection,
    rows: Sequence[tuple[int, _Stream, int, int]],
    terms: Sequence[Term],
    stopped: Callable[[], bool],
) -> Iterator[Hit]:
    sessions: dict[str, Session | None] = {}
    for row, stream, _, _ in rows:
        _check(stopped)
        if stream.session not in sessions:
            about = connection.execute("SELECT body FROM sessions WHERE id = ?", (stream.session,)).fetchone()
            sessions[stream.session] = None if about is None else _decode_session(about[0])
        (body,) = connection.execute("SELECT body FROM parts WHERE id = ?", (row,)).fetchone()
        yield hit_of(decode_part(body), sessions[stream.session], terms)


def _ranked(counted: Iterable[tuple[str, str, int]]) -> tuple[Count, ...]:
    """The most frequent by key, each under the lowest of its labels; without a key nothing is counted."""
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for label, key, count in counted:
        if key:
            counts[key] += count
            labels[key] = min(label, labels.get(key, label))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(labels[key], count) for key, count in ranked[:MAX_COUNTS])


def _cursor(asked: Question, stream: _Stream, ordinal: int, number: int) -> str:
    return write_cursor(Place(asked.fingerprint, *stream.age, stream.language, ordinal, number))


def _check(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise Stop
