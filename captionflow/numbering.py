"""How drafts become lines: pure, and the same for every line log.

A *run* (sender, numbers a to b, first seq s) says that number a + i has seq s + i. A live sender that is alone only
extends its run, and an import adds one for a whole file. So remembering every (sender, number) costs next to nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from captionflow.errors import BadMessage, Conflict, TooLarge
from captionflow.identity import MAX_NUMBER
from captionflow.messages import MAX_RECORD_BYTES, Draft, Line, Moment, Receipt
from captionflow.off_record import OffRecord, after, kept, unsaid
from captionflow.spanning_rows import Telling
from captionflow.stamps import dateless

ENVELOPE_BYTES = 1024
"""Room in a record for session id, language and field names."""
_MAX_LINES_BYTES = MAX_RECORD_BYTES - ENVELOPE_BYTES

_encode = msgspec.json.Encoder().encode

Key = tuple[str, int]
"""Sender and number: what makes a line unique in its session and language."""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive numbers of one sender that have consecutive ``seq``."""

    first_number: int
    last_number: int
    first_seq: int

    def seq(self, number: int) -> int:
        """The ``seq`` of one of its numbers."""
        return self.first_seq + number - self.first_number


def check(draft: Draft) -> None:
    """Refuse a draft that no log can hold.

    Raises:
        BadMessage: a number below 0 or above ``MAX_NUMBER``, or text that isn't Unicode (a lone surrogate).
        TooLarge: it doesn't fit into a record.
    """
    if not 0 <= draft.number <= MAX_NUMBER:
        raise BadMessage(f"Number {draft.number} is not between 0 and {MAX_NUMBER}: senders count up from 0.")
    try:
        size = len(_encode(draft)) + ENVELOPE_BYTES
    except UnicodeEncodeError as error:
        raise BadMessage(f"Line {draft.number} is not Unicode text (a lone surrogate): send valid UTF-8.") from error
    if size > _MAX_LINES_BYTES:
        raise TooLarge(f"Line {draft.number} is larger than a record may be ({MAX_RECORD_BYTES} bytes): cut it.")


def number(  # noqa: PLR0913 - what lines are made of
    drafts: Sequence[Draft],
    known: Mapping[Key, Line],
    last_seq: int,
    now: datetime,
    said_at: datetime | None = None,
    *,
    arrived: datetime | None = None,
    off_record: OffRecord | None = None,
    rows: Telling | None = None,
) -> tuple[list[Line], tuple[Receipt, ...]]:
    """The lines that ``drafts`` add after ``last_seq``, and the receipts of all drafts in order.

    ``known`` are those lines of the log that the drafts may repeat. ``said_at``, ``arrived``: see ``LineLog.append``.
    ``off_record``: what the lines up to ``last_seq`` say of it. ``rows``: what this process was told in passages.

    Raises:
        Conflict: a (sender, number) is known with another content.
    """
    lines: MutableMapping[Key, Line] = dict(known)
    new: list[Line] = []
    receipts: list[Receipt] = []
    for draft in drafts:
        key = draft.sender, draft.number
        line = lines.get(key)
        if line is None:
            at = said_at if draft.at is None else draft.at
            seq = last_seq + len(new) + 1
            passage = off_record is not None and off_record.has(draft, at, arrived)
            if off_record is None or not (passage or _may_tell(draft, off_record, rows, now)):
                line = _line(draft, seq, now, at)
            elif rows is None or (rest := rows.begun(draft, now) if passage else rows.rest(draft, now)) is None:
                line = _line(kept(draft), seq, now, at, withheld=True)
            else:
                rest = msgspec.structs.replace(rest, posted=unsaid(rest.posted))
                line = _line(rest, seq, now, at, shortened=True)
            lines[key] = line
            if rows is not None:
                rows.tell(draft, line, passage=passage)
            off_record = after(off_record, line)
            new.append(line)
        elif not _same(line, draft, said_at):
            raise Conflict(
                f"Number {draft.number} of sender {draft.sender!r} was accepted before with another content: "
                "a retry must repeat it; new text takes the next number."
            )
        receipts.append(Receipt(draft.number, line.seq, line.received_at, line.withheld, line.shortened))
    return new, tuple(receipts)


def _may_tell(draft: Draft, off_record: OffRecord, rows: Telling | None, now: datetime) -> bool:
    return off_record.may_tell(draft, now) or (rows is not None and rows.goes_on(draft, now))


def packed(lines: Sequence[Line]) -> Iterator[tuple[Sequence[Line], bytes]]:
    """As few records as possible: the lines of each, and the same as a JSON array."""
    pending: list[bytes] = []
    size = begin = 0
    for index, line in enumerate(lines):
        encoded = _encode(line)
        if pending and size + len(encoded) + len(pending) > _MAX_LINES_BYTES:
            yield lines[begin:index], b"[%b]" % b",".join(pending)
            pending, size, begin = [], 0, index
        pending.append(encoded)
        size += len(encoded)
    if pending:
        yield lines[begin:], b"[%b]" % b",".join(pending)


class Numbered(Protocol):
    """The fields of a line that runs are made of."""

    @property
    def seq(self) -> int:
        """See ``Line.seq``."""

    @property
    def sender(self) -> str:
        """See ``Draft.sender``."""

    @property
    def number(self) -> int:
        """See ``Draft.number``."""


def runs(lines: Sequence[Numbered]) -> Iterator[tuple[str, Run]]:
    """The runs in consecutive lines, each with its sender."""
    first: Numbered | None = None
    last: Numbered | None = None
    for line in lines:
        if first is None or last is None:
            first = line
        elif line.sender != last.sender or line.number != last.number + 1:
            yield first.sender, Run(first.number, last.number, first.seq)
            first = line
        last = line
    if first is not None and last is not None:
        yield first.sender, Run(first.number, last.number, first.seq)


def last_seqs(newest_first: Iterable[Run], limit: int, after: int) -> list[int]:
    """The ``seq`` of a sender's highest numbers above ``after``, so many at most, by number; its runs are disjoint."""
    seqs: list[int] = []
    for run in newest_first:
        numbers = range(run.last_number, max(run.first_number - 1, after, run.last_number - limit + len(seqs)), -1)
        seqs += map(run.seq, numbers)
        if len(seqs) >= limit or run.first_number <= after:
            break
    return seqs[::-1]


def _line(  # noqa: PLR0913 - what a line is made of
    draft: Draft, seq: int, now: datetime, at: Moment | None, *, withheld: bool = False, shortened: bool = False
) -> Line:
    return Line(
        sender=draft.sender,
        number=draft.number,
        text=draft.text,
        at=at,
        until=draft.until,
        speaker=draft.speaker,
        segment=draft.segment,
        final=draft.final,
        revises=draft.revises,
        ends=draft.ends,
        ends_utterance=draft.ends_utterance,
        on_air=draft.on_air,
        off_record=draft.off_record,
        corrects=draft.corrects,
        typed_for=draft.typed_for,
        posted=draft.posted,
        seq=seq,
        received_at=now,
        withheld=withheld,
        shortened=shortened,
    )


def _same(line: Line, draft: Draft, said_at: datetime | None) -> bool:
    """Whether all that the sender gave is the same; a time that it did not give is the log's.

    Of a line that was withheld or shortened it is what was written.
    Where a time was reckoned, it is that of the first time: what is sent soon, has none of its own then.
    A line without ``until`` may come again with it: logs are older than that field. Where no date is known, they have
    times of 1970.
    """
    if line.withheld:
        draft = kept(draft)
    elif line.shortened:
        posted = unsaid(draft.posted)
        draft = msgspec.structs.replace(draft, text=line.text, revises=line.revises, posted=posted)
    if line.typed_for is not None or draft.typed_for is not None:
        draft = msgspec.structs.replace(draft, at=line.at, typed_for=line.typed_for)
    same_time = draft.at is not None and line.at is not None and dateless(line.at) == dateless(draft.at)
    if same_time or (draft.at is None and said_at is not None):
        draft = msgspec.structs.replace(draft, at=line.at)
    if line.until is None or (same_time and draft.until is not None and dateless(line.until) == dateless(draft.until)):
        draft = msgspec.structs.replace(draft, until=line.until)
    return all(getattr(line, name) == getattr(draft, name) for name in Draft.__struct_fields__)
