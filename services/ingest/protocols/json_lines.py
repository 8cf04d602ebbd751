"""The protocol of ``POST …/lines``: JSON and NDJSON bodies become drafts. Pure.

It is strict. An error names the line and the field, and never repeats the text.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage, TooLarge, WrongKind
from captionflow.identity import FIRST_YEAR, MAX_NUMBER, is_year
from captionflow.messages import MAX_LINE_CHARS, Draft, Moment
from captionflow.stamps import MAX_SECONDS
from services.ingest.cleaning import MAX_LABEL_CHARS, clean, clean_label
from services.ingest.protocols.typed_ago import TypedAgo, typed_for

MAX_LINES = 1_000
"""Most lines of one request."""

_SENDER = re.compile(r"[\w.@-]{1,64}")
_WHERE = re.compile(r" - at `\$(?:\.lines)?(?:\[(\d+)\])?\.?([\w.\[\]]*)`$")

_Label = Annotated[str, msgspec.Meta(max_length=MAX_LABEL_CHARS)]
SENDER_SCHEMA = {"pattern": f"^{_SENDER.pattern}$"}
"""What a sender's name looks like, for descriptions."""
SenderName = Annotated[str, msgspec.Meta(extra_json_schema=SENDER_SCHEMA)]
"""Checked by ``parse_sender``, whose error says more than a pattern."""
_Moment = Annotated[datetime, msgspec.Meta(tz=True)] | Annotated[float, msgspec.Meta(ge=0, le=MAX_SECONDS)]
_Parsed = TypeVar("_Parsed")


class SentLine(msgspec.Struct, forbid_unknown_fields=True):
    """A line as JSON: one of ``SentLines``, or a row of NDJSON."""

    number: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
    """The sender's own count."""
    text: str | None = None
    """With its line break, at most 2,000 characters."""
    eol: Annotated[bool | None, msgspec.Meta(extra_json_schema={"default": True})] = None
    """A line break follows the text."""
    at: _Moment | None = None
    """When it was said; now when left out. A number: seconds from the zero of a clock that has no date."""
    until: _Moment | None = None
    """When that ended; only with `at`, of the same kind and not before it."""
    typed_ago: TypedAgo | None = None
    """In place of `at`: how many seconds before this is sent its first and its last character were typed. For senders
    whose clock may be wrong, but not its pace."""
    speaker: _Label | None = None
    """When the source knows who speaks; empty: not who was named before."""
    segment: _Label | None = None
    """A recogniser's id for the utterance."""
    final: bool = True
    """False: interim, replaced by the next."""
    revises: Annotated[int, msgspec.Meta(ge=1, le=MAX_NUMBER)] | None = None
    """``seq`` of the line that this one replaces."""
    ends: bool = False
    """The session is over after this line."""
    ends_utterance: bool = False
    """A recogniser's utterance ends with this line, and so does the paragraph."""
    sender: SenderName | None = None
    """Who sends it, if it is not who sends the others."""


class SentLines(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON body of ``POST …/lines``."""

    lines: Annotated[list[SentLine], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_LINES})]
    sender: SenderName | None = None
    """Who sends; ``?sender=`` when left out."""
    undated: bool = False
    """True: they were not said now, but are sent from an archive. A line without ``at`` has no time then."""


_decode_body = msgspec.json.Decoder(SentLines).decode
_decode_row = msgspec.json.Decoder(SentLine).decode


class Parsed(NamedTuple):
    """The drafts of a body in its order, how many unwanted characters were taken out of them, and its ``undated``.

    A draft with ``typed_for`` has in ``at`` how many seconds ago that began: see ``typed_ago.reckoned``.
    """

    drafts: tuple[Draft, ...]
    cleaned: int
    undated: bool = False


def parse(body: bytes, content_type: str, *, sender: str | None = None) -> Parsed:
    """Read a JSON or NDJSON body; ``sender`` is who it is when neither body nor row says.

    Raises:
        BadMessage: the body is not valid.
        TooLarge: a line or the number of lines is above the limit.
    """
    undated = False
    kind = content_type.partition(";")[0].strip().casefold()
    if kind in {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}:
        rows = _ndjson(body)
    elif kind in {"application/json", ""}:
        document = _decoded(_decode_body, body, "The body")
        rows, sender = document.lines, document.sender if document.sender is not None else sender
        undated = document.undated
    else:
        raise WrongKind(f"Lines come as application/json or application/x-ndjson, not as {kind[:80]!r}.")
    if not rows:
        raise BadMessage("The body has no lines: send at least one.")
    if len(rows) > MAX_LINES:
        raise TooLarge(f"{len(rows)} lines in one request; {MAX_LINES} is the most: send them in smaller groups.")
    return _drafts(rows, sender)._replace(undated=undated)


def parse_sender(sender: str) -> str:
    """A sender's name.

    Raises:
        BadMessage: it can't be one.
    """
    if not _SENDER.fullmatch(sender):
        raise BadMessage("A sender's name is 1 to 64 letters, digits or the signs _ . @ -.")
    return sender


def _ndjson(body: bytes) -> list[SentLine]:
    numbered = [(number, row) for number, row in enumerate(body.split(b"\n"), 1) if row.strip()]
    if len(numbered) > MAX_LINES:
        raise TooLarge(f"{len(numbered)} lines in one request; {MAX_LINES} is the most: send them in smaller groups.")
    return [_decoded(_decode_row, row, f"Row {number}") for number, row in numbered]


def _decoded(decode: Callable[[bytes], _Parsed], data: bytes, what: str) -> _Parsed:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise BadMessage(f"{what} is not UTF-8: byte {error.start} can't be read.") from error
    try:
        return decode(data.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.ValidationError as error:
        raise BadMessage(f"{what} is not valid: {_told(str(error))}.") from error
    except UNDECODABLE as error:
        surrogate = " (a lone surrogate, perhaps)" if rb"\u" in data else ""
        raise BadMessage(f"{what} is not JSON{surrogate}: {error}.") from error


def _told(problem: str) -> str:
    """``Expected `int`… - at `$.lines[3].number``` as a person would say it; lines are counted from 1."""
    where = _WHERE.search(problem)
    if where is None:
        return problem
    line = f"line {int(where[1]) + 1}, " if where[1] else ""
    return f"{line}{where[2]}: {problem[: where.start()]}".replace(", :", ":")


def _drafts(rows: Sequence[SentLine], sender: str | None) -> Parsed:
    drafts: list[Draft] = []
    cleaned = 0
    known: set[str] = set()
    for place, row in enumerate(rows, 1):
        name = row.sender if row.sender is not None else sender
        if name is None:
            raise BadMessage(f"Line {place} has no sender: name it in the body, in the row or as ?sender=.")
        if name not in known:
            known.add(parse_sender(name))
        draft, removed = _draft(row, name, place)
        drafts.append(draft)
        cleaned += removed
    return Parsed(tuple(drafts), cleaned)


def _draft(row: SentLine, sender: str, place: int) -> tuple[Draft, int]:
    if row.text is None and not (row.ends or row.ends_utterance):
        raise BadMessage(f"Line {place} has no text.")
    text, removed = clean(row.text or "")
    # The text of a line that only deletes or ends is empty for good; one that has its line break needs no other.
    bare = text.endswith("\n") or (not text and (row.ends or row.ends_utterance or row.revises is not None))
    if row.eol or (row.eol is None and not bare):
        text += "\n"
    if len(text) > MAX_LINE_CHARS:
        raise TooLarge(
            f"Line {place} has {len(text)} characters with its line break; {MAX_LINE_CHARS} is the most: "
            "cut it, and send all pieces but the last with eol false."
        )
    speaker, removed_label = (None, 0) if row.speaker is None else clean_label(row.speaker)
    at, until = _moment(row.at, place, "at"), _moment(row.until, place, "until")
    if until is not None and (at is None or not _is_span(at, until)):
        raise BadMessage(
            f"Line {place}, until: it comes with at, and is not before it; both are dates or both are seconds."
        )
    span = None
    if row.typed_ago is not None:
        if at is not None:
            raise BadMessage(f"Line {place} has at and typed_ago: send one of them.")
        at, span = row.typed_ago[0], typed_for(row.typed_ago, f"Line {place}")
    draft = Draft(
        sender=sender,
        number=row.number,
        text=text,
        at=at,
        until=until,
        speaker=speaker,
        segment=row.segment,
        final=row.final,
        revises=row.revises,
        ends=row.ends,
        ends_utterance=row.ends_utterance,
        typed_for=span,
    )
    return draft, removed + removed_label


def _moment(time: Moment | None, place: int, field: str) -> Moment | None:
    if not isinstance(time, datetime):
        return time
    if not is_year(time.year):
        raise BadMessage(
            f"Line {place}, {field}: nothing was said in the year {time.year}; {FIRST_YEAR} is the earliest."
        )
    return time.astimezone(UTC)


def _is_span(at: Moment, until: Moment) -> bool:
    if isinstance(at, datetime):
        return isinstance(until, datetime) and at <= until
    return not isinstance(until, datetime) and at <= until
