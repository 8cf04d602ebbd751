"""The transcripts in SQLite: one row a part. Derived from the line log, so nothing here waits for fsync."""

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search_index import decode_part, index_part
from captionflow.adapters.sqlite.streams import find_stream, make_stream
from captionflow.messages import Part, StepRecord, Stream
from captionflow.ports import Turns
from captionflow.transcript import advancing, latest, replaces

_encode = msgspec.json.Encoder().encode


class SqliteTurnStore:
    """``TurnStore``. A power cut may undo the newest steps, which are made again from the log, but never a line.

    ``searchable``: closed parts go into the search index at once. Without it nothing is found, and a closed part
    costs a tenth.
    """

    def __init__(self, database: Database, *, searchable: bool = True) -> None:
        self._database = database
        self._searchable = searchable

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``. Only the newest version of each part in ``steps`` is written."""
        if steps:
            await self._database.write(
                lambda connection: _apply(connection, steps, searchable=self._searchable), durable=False
            )

    async def turns(self, session: str, language: str, *, last: int | None = None, retracted: bool = False) -> Turns:
        """See ``TurnStore.turns``. The head counts as no turn: with ``last`` it is left out.

        ``retracted``: such parts are returned too, for callers that merge them with another store.
        """

        def query(connection: sqlite3.Connection) -> Turns:
            stream = find_stream(connection, session, language)
            if stream is None:
                return Turns((), 0)
            bodies = connection.execute(
                "SELECT body FROM parts WHERE stream = ? AND retracted <= ? AND ordinal >= ?"
                " ORDER BY ordinal, number, id",
                (stream, retracted, 0 if last is None else _ordinal_from_end(connection, stream, last)),
            ).fetchall()
            return Turns(tuple(decode_part(body) for (body,) in bodies), _progress(connection, stream))

        return await self._database.read(query)

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


def _ordinal_from_end(connection: sqlite3.Connection, stream: int, last: int) -> int:
    """The ordinal with which the last so many turns begin; beyond all if that is none."""
    ordinals = connection.execute(
        "SELECT DISTINCT ordinal FROM parts WHERE stream = ? AND NOT retracted AND ordinal > 0"
        " ORDER BY ordinal DESC LIMIT ?",
        (stream, max(last, 0)),
    ).fetchall()
    return int(ordinals[-1][0]) if ordinals else 2**62
