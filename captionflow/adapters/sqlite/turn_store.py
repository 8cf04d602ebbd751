"""The transcripts in SQLite: one row a part. Derived from the line log, so nothing here waits for fsync."""

import sqlite3
from collections.abc import AsyncGenerator, Iterable, Sequence
from functools import partial

import msgspec

from captionflow.adapters.sqlite.readers import Lane
from captionflow.adapters.sqlite.search_index import decode_part, index_part
from captionflow.adapters.sqlite.streams import find_stream, make_stream
from captionflow.messages import Part, StepRecord, Stream
from captionflow.transcript import advancing, latest, replaces
from captionflow.turns import THE_END, THE_START, WINDOW, Place, Turns, Window, place_of, window

_encode = msgspec.json.Encoder().encode


class SqliteTurnStore:
    """``TurnStore``. A power cut may undo the newest steps, which are made again from the log, but never a line.

    ``searchable``: closed parts go into the search index at once. Without it nothing is found, and a closed part
    costs a tenth.
    """

    def __init__(self, database: Lane, *, searchable: bool = True) -> None:
        self._database = database
        self._searchable = searchable

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``. Only the newest version of each part in ``steps`` is written."""
        if steps:
            await self._database.write(
                lambda connection: _apply(connection, steps, searchable=self._searchable), durable=False
            )

    async def forget(self, session: str, language: str) -> None:
        """Delete what is known of a stream, as if nothing had been said in it. For stores without a search index."""

        def delete(connection: sqlite3.Connection) -> None:
            stream = find_stream(connection, session, language)
            for table, key in (("parts", "stream"), ("progress", "stream"), ("streams", "id")):
                connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (stream,))  # noqa: S608 - two of our own words

        await self._database.write(delete, durable=False)

    async def turns(self, session: str, language: str, *, retracted: bool = False) -> Turns:
        """See ``TurnStore.turns``.

        ``retracted``: such parts are returned too, for callers that merge them with another store.
        """

        def query(connection: sqlite3.Connection) -> Turns:
            stream = find_stream(connection, session, language)
            if stream is None:
                return Turns((), 0)
            parts = _read(connection, stream, THE_START, -1, retracted=retracted)
            return Turns(tuple(parts), _progress(connection, stream))

        return await self._database.scan(query)

    async def window(  # noqa: PLR0913 - what a window is
        self,
        session: str,
        language: str,
        *,
        after: Place | None = None,
        before: Place = THE_END,
        limit: int = WINDOW,
        retracted: bool = False,
    ) -> Window:
        """See ``TurnStore.window``; ``retracted`` as for ``turns``: then it may end inside of a turn."""
        backwards = after is None

        def query(connection: sqlite3.Connection) -> Window:
            stream = find_stream(connection, session, language)
            if stream is None:
                return Window((), 0)
            place = before if after is None else after
            found = _read(connection, stream, place, limit + 1, backwards=backwards, retracted=retracted)
            seq = _progress(connection, stream)
            if not retracted:
                return window(found, seq, limit, backwards=backwards)
            kept = found[-limit:] if backwards else found[:limit]
            return Window(tuple(kept), seq, more=len(found) > limit)

        return await self._database.scan(query)

    async def pages(self, session: str, language: str) -> AsyncGenerator[Turns]:
        """See ``TurnStore.pages``."""
        async with self._database.view() as view:
            place = THE_START
            while True:
                page = await view.read(partial(_page, stream=Stream(session, language), place=place))
                yield page
                if len(page.parts) < WINDOW:
                    return
                place = place_of(page.parts[-1])

    async def place(self, session: str, language: str, turn_id: str, number: int = 0) -> Place | None:
        """See ``TurnStore.place``."""

        def query(connection: sqlite3.Connection) -> Place | None:
            stream = find_stream(connection, session, language)
            row = connection.execute(
                "SELECT ordinal, number FROM parts WHERE turn_id = ? AND number = ? AND stream = ? AND NOT retracted",
                (turn_id, number, stream),
            ).fetchone()
            return None if row is None else Place(*row)

        return await self._database.read(query)

    async def changes(self, session: str, language: str, after: int, *, limit: int = WINDOW) -> Window:
        """See ``LiveTurns.changes``."""

        def query(connection: sqlite3.Connection) -> Window:
            stream = find_stream(connection, session, language)
            if stream is None:
                return Window((), 0)
            chosen = "FROM parts WHERE stream = ? AND version > ? LIMIT ?"
            wanted = (stream, after, limit + 1)
            seq = _progress(connection, stream)
            (count,) = connection.execute(f"SELECT count(*) FROM (SELECT 1 {chosen})", wanted).fetchone()  # noqa: S608 - ours
            if count > limit:  # before any is read: the index alone tells
                return Window((), seq, more=True)
            rows = connection.execute(f"SELECT body {chosen}", wanted)
            return Window(tuple(decode_part(body) for (body,) in rows), seq)

        return await self._database.scan(query)

    async def last_seq(self, session: str, language: str) -> int:
        """See ``TurnStore.last_seq``."""

        def query(connection: sqlite3.Connection) -> int:
            stream = find_stream(connection, session, language)
            return 0 if stream is None else _progress(connection, stream)

        return await self._database.read(query)


def _apply(connection: sqlite3.Connection, steps: Iterable[StepRecord], *, searchable: bool) -> None:
    steps = list(steps)
    ids = {stream: make_stream(connection, *stream) for stream in dict.fromkeys(step.stream for step in steps)}
    reached = {stream: _progress(connection, id_) for stream, id_ in ids.items()}
    for part in latest(part for step in advancing(steps, reached) for part in step.parts).values():
        _upsert(connection, ids[Stream(part.session, part.language)], part, searchable=searchable)
    progress = ((ids[stream], last_seq) for stream, last_seq in reached.items())
    connection.executemany("INSERT OR REPLACE INTO progress (stream, last_seq) VALUES (?, ?)", progress)


def _upsert(connection: sqlite3.Connection, stream: int, part: Part, *, searchable: bool) -> None:
    settled = part.closed or part.retracted
    stored = msgspec.structs.replace(part, interim="") if part.interim else part
    row = connection.execute(
        "SELECT id, version FROM parts WHERE turn_id = ? AND number = ?", (part.turn_id, part.number)
    ).fetchone()
    values = (part.ordinal, part.version, part.retracted, not settled, _encode(stored))
    if row is None:
        part_id = connection.execute(
            "INSERT INTO parts (ordinal, version, retracted, stale, body, stream, turn_id, number)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, stream, part.turn_id, part.number),
        ).lastrowid
    elif not replaces(part.version, row[1]):
        return
    else:
        (part_id, _) = row
        connection.execute(
            "UPDATE parts SET ordinal = ?, version = ?, retracted = ?, stale = ?, body = ? WHERE id = ?",
            (*values, part_id),
        )
    if searchable and settled and part_id is not None:
        index_part(connection, part_id, stream, stored)


def _progress(connection: sqlite3.Connection, stream: int) -> int:
    row = connection.execute("SELECT last_seq FROM progress WHERE stream = ?", (stream,)).fetchone()
    return 0 if row is None else int(row[0])


def _page(connection: sqlite3.Connection, stream: Stream, place: Place) -> Turns:
    number = find_stream(connection, *stream)
    if number is None:
        return Turns((), 0)
    return Turns(tuple(_read(connection, number, place, WINDOW)), _progress(connection, number))


def _read(  # noqa: PLR0913 - what is read
    connection: sqlite3.Connection,
    stream: int,
    place: Place,
    count: int,
    *,
    backwards: bool = False,
    retracted: bool = False,
) -> list[Part]:
    """So many parts (-1: all) after a place or before it, in the order of the transcript."""
    beyond, order = ("<", "DESC") if backwards else (">", "ASC")
    rows = connection.execute(
        f"SELECT body FROM parts WHERE stream = ? AND retracted <= ? AND (ordinal, number) {beyond} (?, ?)"  # noqa: S608 - two of our own words
        f" ORDER BY ordinal {order}, number {order}, id {order} LIMIT ?",
        (stream, retracted, *place, count),
    )
    found = [decode_part(body) for (body,) in rows]
    return found[::-1] if backwards else found
