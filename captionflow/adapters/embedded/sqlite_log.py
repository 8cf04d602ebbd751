"""The line log in SQLite: one row a record, and one row a *run* of a sender's consecutive numbers.

A run (sender, numbers a to b, seq s on) says that number a + i has seq s + i. A live sender who is alone only ever
extends its run, an import adds one for a whole file; so knowing every (sender, number) for good costs next to nothing.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import structlog

from captionflow.adapters.embedded.database import Database
from captionflow.adapters.embedded.streams import find_stream, make_stream
from captionflow.errors import BadMessage, Conflict, Misconfigured, TooLarge
from captionflow.messages import MAX_RECORD_BYTES, Draft, Line, LineRecord, Receipt
from captionflow.ports import THE_BEGINNING, Position

log = structlog.get_logger(__name__)

_ENVELOPE_BYTES = 1024
"""Kept free in a record for session id, language and field names."""
_MAX_LINES_BYTES = MAX_RECORD_BYTES - _ENVELOPE_BYTES
_MAX_NUMBER = 2**53
"""Exact in every JSON reader."""
_ROWS_A_READ = 100

_encode = msgspec.json.Encoder().encode
_decode_lines = msgspec.json.Decoder(tuple[Line, ...]).decode


@dataclass(frozen=True, slots=True)
class _Run:
    first_number: int
    last_number: int
    first_seq: int

    def seq(self, number: int) -> int:
        return self.first_seq + number - self.first_number


class SqliteLineLog:
    """``LineLog``: an acknowledged line is on the disk (fsync), and survives a power cut."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock
        self._appended = asyncio.Event()

    async def append(self, session: str, language: str, drafts: Sequence[Draft]) -> tuple[Receipt, ...]:
        """See ``LineLog.append``. Appends that wait at the same time share one transaction and one fsync.

        Raises:
            BadMessage: a number below 0 or above 2^53, or text that isn't Unicode (a lone surrogate).
            TooLarge: a line that doesn't fit into a record.
            Misconfigured: a line that was accepted before can't be read any more.
        """
        for draft in drafts:
            _check(draft)
        if not drafts:
            return ()
        append = _Append(session, language, tuple(drafts), self._clock())
        return await self._database.write(append, durable=True, committed=self._wake)

    async def last_number(self, session: str, language: str, sender: str) -> int | None:
        """See ``LineLog.last_number``."""

        def query(connection: sqlite3.Connection) -> int | None:
            row = connection.execute(
                "SELECT last_number FROM runs JOIN streams ON streams.id = stream"
                " WHERE session = ? AND language = ? AND sender = ? ORDER BY first_number DESC LIMIT 1",
                (session, language, sender),
            ).fetchone()
            return None if row is None else int(row[0])

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
            appended = self._appended  # before the query, so that what comes after it is not slept over
            rows = await self._database.read(query)
            for position, session, language, last_seq, encoded in rows:
                lines = _readable(session, language, last_seq, encoded)
                if lines:
                    yield Position(str(position)), LineRecord(session, language, lines)
                reached = position
            if not rows:
                await appended.wait()

    def _wake(self) -> None:
        self._appended.set()
        self._appended = asyncio.Event()


def _readable(session: str, language: str, last_seq: int, encoded: bytes) -> tuple[Line, ...]:
    """The lines of a record. One that is damaged is told and left where it is: the others must go on without it."""
    try:
        return _decode_lines(encoded)
    except msgspec.DecodeError as error:
        log.error("record_unreadable", session=session, language=language, last_seq=last_seq, reason=str(error))  # noqa: TRY400 (the reason is enough)
        return ()


def _check(draft: Draft) -> None:
    if not 0 <= draft.number <= _MAX_NUMBER:
        raise BadMessage(f"Number {draft.number} is not between 0 and {_MAX_NUMBER}: senders count up from 0.")
    try:
        size = len(_encode(draft)) + _ENVELOPE_BYTES
    except UnicodeEncodeError as error:
        raise BadMessage(f"Line {draft.number} is not Unicode text (a lone surrogate): send valid UTF-8.") from error
    if size > _MAX_LINES_BYTES:
        raise TooLarge(f"Line {draft.number} is larger than a record may be ({MAX_RECORD_BYTES} bytes): cut it.")


class _Append:
    """One call of ``append``, run in the writer's thread."""

    def __init__(self, session: str, language: str, drafts: tuple[Draft, ...], now: datetime) -> None:
        self._session = session
        self._language = language
        self._drafts = drafts
        self._now = now

    def __call__(self, connection: sqlite3.Connection) -> tuple[Receipt, ...]:
        stream = make_stream(connection, self._session, self._language)
        before = _last_seq(connection, stream)
        known = self._known(connection, stream)
        new: list[Line] = []
        receipts: list[Receipt] = []
        for draft in self._drafts:
            key = draft.sender, draft.number
            line = known.get(key)
            if line is None:
                line = _numbered(draft, before + len(new) + 1, self._now)
                known[key] = line
                new.append(line)
            elif not _same(line, draft):
                raise Conflict(
                    f"Number {draft.number} of sender {draft.sender!r} was accepted before with another content: "
                    "a retry must repeat it; new text takes the next number."
                )
            receipts.append(Receipt(draft.number, line.seq, line.received_at))
        for last_seq, encoded in _records(new):
            connection.execute(
                "INSERT INTO records (stream, last_seq, lines) VALUES (?, ?, ?)", (stream, last_seq, encoded)
            )
        for sender, run in _runs(new):
            _store_run(connection, stream, sender, run)
        return tuple(receipts)

    def _known(self, connection: sqlite3.Connection, stream: int) -> dict[tuple[str, int], Line]:
        """Those of the drafts' (sender, number) that the log has, with their lines."""
        numbers: dict[str, list[int]] = {}
        for draft in self._drafts:
            numbers.setdefault(draft.sender, []).append(draft.number)
        seqs: dict[int, tuple[str, int]] = {}
        for sender, wanted in numbers.items():
            for run in _overlapping(connection, stream, sender, min(wanted), max(wanted)):
                seqs.update(
                    (run.seq(number), (sender, number))
                    for number in wanted
                    if run.first_number <= number <= run.last_number
                )
        return {seqs[line.seq]: line for line in _lines(connection, stream, sorted(seqs))}


def _numbered(draft: Draft, seq: int, now: datetime) -> Line:
    return Line(
        sender=draft.sender,
        number=draft.number,
        text=draft.text,
        at=draft.at,
        speaker=draft.speaker,
        segment=draft.segment,
        final=draft.final,
        revises=draft.revises,
        ends=draft.ends,
        seq=seq,
        received_at=now,
    )


def _same(line: Line, draft: Draft) -> bool:
    """All that the sender gave is the same."""
    return all(getattr(line, name) == getattr(draft, name) for name in Draft.__struct_fields__)


def _last_seq(connection: sqlite3.Connection, stream: int) -> int:
    row = connection.execute(
        "SELECT last_seq FROM records WHERE stream = ? ORDER BY last_seq DESC LIMIT 1", (stream,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def _overlapping(connection: sqlite3.Connection, stream: int, sender: str, lowest: int, highest: int) -> Iterator[_Run]:
    """The sender's runs with a number from ``lowest`` to ``highest``. Runs are disjoint: start at the one before."""
    rows = connection.execute(
        "SELECT first_number, last_number, first_seq FROM runs WHERE stream = :stream AND sender = :sender"
        " AND first_number <= :highest AND first_number >= coalesce((SELECT max(first_number) FROM runs"
        "  WHERE stream = :stream AND sender = :sender AND first_number <= :lowest), :lowest)",
        {"stream": stream, "sender": sender, "lowest": lowest, "highest": highest},
    )
    return (_Run(*row) for row in rows)


def _lines(connection: sqlite3.Connection, stream: int, seqs: Sequence[int]) -> Iterator[Line]:
    """The lines with these rising ``seqs``; each record is read once."""
    done = 0
    for seq in seqs:
        if seq <= done:
            continue
        done, encoded = connection.execute(
            "SELECT last_seq, lines FROM records WHERE stream = ? AND last_seq >= ? ORDER BY last_seq LIMIT 1",
            (stream, seq),
        ).fetchone()
        wanted = set(seqs)
        try:
            lines = _decode_lines(encoded)
        except msgspec.DecodeError as error:
            raise Misconfigured(f"The record up to line {done} is damaged ({error}): bring back a backup.") from error
        yield from (line for line in lines if line.seq in wanted)


def _records(lines: Sequence[Line]) -> Iterator[tuple[int, bytes]]:
    """(last seq, JSON array) of records that hold as many lines as fit."""
    pending: list[bytes] = []
    size = last_seq = 0
    for line in lines:
        encoded = _encode(line)
        if pending and size + len(encoded) + len(pending) > _MAX_LINES_BYTES:
            yield last_seq, b"[%b]" % b",".join(pending)
            pending, size = [], 0
        pending.append(encoded)
        size += len(encoded)
        last_seq = line.seq
    if pending:
        yield last_seq, b"[%b]" % b",".join(pending)


def _runs(lines: Sequence[Line]) -> Iterator[tuple[str, _Run]]:
    first: Line | None = None
    last: Line | None = None
    for line in lines:
        if first is None or last is None:
            first = line
        elif line.sender != last.sender or line.number != last.number + 1:
            yield first.sender, _Run(first.number, last.number, first.seq)
            first = line
        last = line
    if first is not None and last is not None:
        yield first.sender, _Run(first.number, last.number, first.seq)


def _store_run(connection: sqlite3.Connection, stream: int, sender: str, run: _Run) -> None:
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
