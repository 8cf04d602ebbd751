"""The line log in SQLite: one row a record, and one row a run of a sender's consecutive numbers."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from captionflow.adapters.sqlite.off_record import SqliteOffRecord
from captionflow.adapters.sqlite.readers import Lane
from captionflow.adapters.sqlite.streams import find_stream, make_stream
from captionflow.errors import UNDECODABLE, Misconfigured
from captionflow.messages import Draft, Line, LineRecord, Receipt, Stream
from captionflow.notifying import Notifier
from captionflow.numbering import Run, check, last_seqs, number, packed, runs
from captionflow.ports import THE_BEGINNING, Position

log = structlog.get_logger(__name__)

_ROWS_A_READ = 100

_decode_lines = msgspec.json.Decoder(tuple[Line, ...]).decode

_SEGMENTED = """
    SELECT coalesce(
        (SELECT min((
            SELECT position FROM records WHERE stream = streams.id AND last_seq > coalesce(progress.last_seq, 0)
            ORDER BY last_seq LIMIT 1
        )) - 1 FROM streams LEFT JOIN progress ON progress.stream = streams.id),
        (SELECT max(position) FROM records),
        0
    )
"""
"""Before the first record that is ahead of the turns; if there is none, the last record."""
_END = 2**62
"""Beyond every ``seq``."""


class SqliteLineLog:
    """``LineLog``: an acknowledged line is on the disk (fsync), and survives a power cut."""

    def __init__(self, database: Lane, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock
        self._appended = Notifier()
        self._off_record = SqliteOffRecord()

    async def append(
        self,
        session: str,
        language: str,
        drafts: Sequence[Draft],
        *,
        said_at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> tuple[Receipt, ...]:
        """See ``LineLog.append``. Appends that wait at the same time share one transaction and one fsync.

        Raises:
            BadMessage: a number below 0 or above 2^53, or text that isn't Unicode (a lone surrogate).
            TooLarge: a line that doesn't fit into a record.
            Misconfigured: a line that was accepted before can't be read any more.
        """
        for draft in drafts:
            check(draft)
        if not drafts:
            return ()
        append = _Append(session, language, tuple(drafts), self._clock(), said_at, arrived, self._off_record)
        return await self._database.write(append, durable=True, committed=self._appended.notify)

    async def last_number(self, session: str, language: str, sender: str, *, before: int | None = None) -> int | None:
        """See ``LineLog.last_number``."""

        def query(connection: sqlite3.Connection) -> int | None:
            row = connection.execute(
                "SELECT min(last_number, first_number + :before - first_seq - 1)"
                " FROM runs JOIN streams ON streams.id = stream WHERE session = :session AND language = :language"
                " AND sender = :sender AND first_seq < :before ORDER BY first_number DESC LIMIT 1",
                {
                    "session": session,
                    "language": language,
                    "sender": sender,
                    "before": _END if before is None else before,
                },
            ).fetchone()
            return None if row is None else int(row[0])

        return await self._database.read(query)

    async def last_lines(
        self, session: str, language: str, sender: str, *, limit: int, after: int = -1
    ) -> tuple[Line, ...]:
        """See ``LineLog.last_lines``."""

        def query(connection: sqlite3.Connection) -> list[Line]:
            stream = find_stream(connection, session, language)
            return [] if stream is None else list(_last_lines(connection, stream, sender, limit, after))

        return tuple(await self._database.read(query))

    async def last_seq(self, session: str, language: str) -> int:
        """See ``LineLog.last_seq``."""

        def query(connection: sqlite3.Connection) -> int:
            stream = find_stream(connection, session, language)
            return 0 if stream is None else _last_seq(connection, stream)

        return await self._database.read(query)

    async def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        """See ``LineLog.read``. The end is fixed at the start: it doesn't chase a sender that goes on."""

        def start(connection: sqlite3.Connection) -> tuple[int, int] | None:
            stream = find_stream(connection, session, language)
            return None if stream is None else (stream, _last_seq(connection, stream))

        started = await self._database.read(start)
        if started is None:
            return
        stream, end = started

        def query(connection: sqlite3.Connection) -> list[tuple[int, bytes]]:
            return connection.execute(
                "SELECT last_seq, lines FROM records WHERE stream = ? AND last_seq > ? AND last_seq <= ?"
                " ORDER BY last_seq LIMIT ?",
                (stream, after, end, _ROWS_A_READ),
            ).fetchall()

        while after < end:
            rows = await self._database.read(query)
            for last_seq, encoded in rows:
                lines = _readable(session, language, last_seq, encoded)
                if lines:
                    yield LineRecord(session, language, tuple(line for line in lines if line.seq > after))
                after = last_seq

    async def streams(self) -> Sequence[Stream]:
        """See ``LineLog.streams``."""
        rows = await self._database.scan(
            lambda connection: connection.execute(
                "SELECT session, language FROM streams WHERE EXISTS (SELECT 1 FROM records WHERE stream = streams.id)"
                " ORDER BY session, language"
            ).fetchall()
        )
        return [Stream(*row) for row in rows]

    async def segmented(self) -> Position:
        """A position up to which the turns in this database reflect all lines. It costs a look at each stream."""
        row = await self._database.scan(lambda connection: connection.execute(_SEGMENTED).fetchone())
        return Position(str(row[0]))

    async def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
        """See ``LineLog.follow``. New records wake it at once; it doesn't poll."""
        reached = int(after or 0)

        def query(connection: sqlite3.Connection) -> list[tuple[int, str, str, int, bytes]]:
            return connection.execute(
                "SELECT position, session, language, last_seq, lines FROM records"
                " JOIN streams ON streams.id = stream WHERE position > ? ORDER BY position LIMIT ?",
                (reached, _ROWS_A_READ),
            ).fetchall()

        while True:
            appended = self._appended.listen()
            rows = await self._database.read(query)
            for position, session, language, last_seq, encoded in rows:
                lines = _readable(session, language, last_seq, encoded)
                if lines:
                    yield Position(str(position)), LineRecord(session, language, lines)
                reached = position
            if not rows:
                await appended.wait()


def _readable(session: str, language: str, last_seq: int, encoded: bytes) -> tuple[Line, ...]:
    """The lines of a record. One that is damaged is told and left where it is: the others must go on without it."""
    try:
        return _decode_lines(encoded)
    except UNDECODABLE as error:
        log.error("record_unreadable", session=session, language=language, last_seq=last_seq, reason=str(error))  # noqa: TRY400 - the reason is enough
        return ()


class _Append:
    """One call of ``append``, run in the writer's thread."""

    def __init__(  # noqa: PLR0913, PLR0917 - what lines are made of
        self,
        session: str,
        language: str,
        drafts: tuple[Draft, ...],
        now: datetime,
        said_at: datetime | None,
        arrived: datetime | None,
        off_record: SqliteOffRecord,
    ) -> None:
        self._session = session
        self._language = language
        self._drafts = drafts
        self._now = now
        self._said_at = said_at
        self._arrived = arrived
        self._off_record = off_record

    def __call__(self, connection: sqlite3.Connection) -> tuple[Receipt, ...]:
        stream = make_stream(connection, self._session, self._language)
        before = _last_seq(connection, stream)
        known = self._known(connection, stream)
        off_record = self._off_record.at(connection, stream, before)
        rows = self._off_record.rows.of(Stream(self._session, self._language))
        new, receipts = number(
            self._drafts,
            known,
            before,
            self._now,
            self._said_at,
            arrived=self._arrived,
            off_record=off_record,
            rows=rows,
        )
        for lines, encoded in packed(new):
            connection.execute(
                "INSERT INTO records (stream, last_seq, lines) VALUES (?, ?, ?)", (stream, lines[-1].seq, encoded)
            )
        for sender, run in runs(new):
            _store_run(connection, stream, sender, run)
        self._off_record.advance(stream, off_record, new)
        rows.remember()
        return receipts

    def _known(self, connection: sqlite3.Connection, stream: int) -> dict[tuple[str, int], Line]:
        """Those of the drafts' (sender, number) that the log has, with their lines."""
        numbers: dict[str, list[int]] = {}
        for draft in self._drafts:
            numbers.setdefault(draft.sender, []).append(draft.number)
        seqs: dict[int, tuple[str, int]] = {}
        for sender, wanted in numbers.items():
            found = known_numbers(connection, stream, sender, sorted(wanted))
            seqs.update((seq, (sender, known)) for known, seq in found)
        return {seqs[line.seq]: line for line in _lines(connection, stream, sorted(seqs))}


def _last_seq(connection: sqlite3.Connection, stream: int) -> int:
    row = connection.execute(
        "SELECT last_seq FROM records WHERE stream = ? ORDER BY last_seq DESC LIMIT 1", (stream,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def known_numbers(
    connection: sqlite3.Connection, stream: int, sender: str, numbers: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Those of the rising numbers that the log has of this sender, each with its ``seq``.

    However many runs the sender has, it looks at those alone that the numbers are in or between.
    """
    run: Run | None = None
    unknown_before = -1
    for one in numbers:
        if one < unknown_before:
            continue
        if run is None or one > run.last_number:
            row = connection.execute(
                "SELECT first_number, last_number, first_seq FROM runs WHERE stream = ? AND sender = ?"
                " AND first_number <= ? ORDER BY first_number DESC LIMIT 1",
                (stream, sender, one),
            ).fetchone()
            run = None if row is None else Run(*row)
        if run is not None and one <= run.last_number:
            yield one, run.seq(one)
        else:
            (following,) = connection.execute(
                "SELECT min(first_number) FROM runs WHERE stream = ? AND sender = ? AND first_number > ?",
                (stream, sender, one),
            ).fetchone()
            unknown_before = _END if following is None else following


def _last_lines(connection: sqlite3.Connection, stream: int, sender: str, limit: int, after: int) -> Iterator[Line]:
    """See ``LineLog.last_lines``."""
    newest_first = (
        Run(*row)
        for row in connection.execute(
            "SELECT first_number, last_number, first_seq FROM runs WHERE stream = ? AND sender = ?"
            " AND last_number > ? ORDER BY first_number DESC LIMIT ?",
            (stream, sender, after, limit),
        )
    )
    seqs = last_seqs(newest_first, limit, after)
    found = {line.seq: line for line in _lines(connection, stream, sorted(seqs))}
    yield from (found[seq] for seq in seqs)


def _lines(connection: sqlite3.Connection, stream: int, seqs: Sequence[int]) -> Iterator[Line]:
    """The lines with these rising ``seqs``; each record is read once."""
    done = 0
    wanted = set(seqs)
    for seq in seqs:
        if seq <= done:
            continue
        done, encoded = connection.execute(
            "SELECT last_seq, lines FROM records WHERE stream = ? AND last_seq >= ? ORDER BY last_seq LIMIT 1",
            (stream, seq),
        ).fetchone()
        try:
            lines = _decode_lines(encoded)
        except UNDECODABLE as error:
            raise Misconfigured(f"The record up to line {done} is damaged ({error}): bring back a backup.") from error
        yield from (line for line in lines if line.seq in wanted)


def _store_run(connection: sqlite3.Connection, stream: int, sender: str, run: Run) -> None:
    """Extend the run that this one goes on with, else add it."""
    extended = connection.execute(
        "UPDATE runs SET last_number = :last WHERE stream = :stream AND sender = :sender"
        " AND first_number = (SELECT max(first_number) FROM runs"
        "  WHERE stream = :stream AND sender = :sender AND first_number < :first)"
        " AND last_number = :first - 1 AND first_seq + last_number - first_number = :seq - 1",
        {"stream": stream, "sender": sender, "first": run.first_number, "last": run.last_number, "seq": run.first_seq},
    )
    if extended.rowcount == 0:
        connection.execute(
            "INSERT INTO runs (stream, sender, first_number, last_number, first_seq) VALUES (?, ?, ?, ?, ?)",
            (stream, sender, run.first_number, run.last_number, run.first_seq),
        )
