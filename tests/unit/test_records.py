"""How the bytes of a record become a message, and which records of lines count (captionflow.records)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from captionflow.adapters.kafka.line_block import LineHead, RecordHead, read_head
from captionflow.errors import BadMessage
from captionflow.messages import VERSION, Line, LineRecord, StepRecord
from captionflow.records import Reader, check_partition, is_valid, read_lines, read_step

NOW = datetime(2015, 11, 12, 9, 30, tzinfo=UTC)


def record(*seqs: int) -> LineRecord:
    lines = [Line(sender="a", number=seq - 1, text="Hello", seq=seq, received_at=NOW) for seq in seqs]
    return LineRecord("talk", "en", tuple(lines))


STEP = StepRecord("talk", "en", 1, 2)

encode = msgspec.json.encode


def changed(message: msgspec.Struct, **fields: Any) -> bytes:
    return encode(msgspec.to_builtins(message) | fields)


def test_a_message_is_read_as_it_was_written() -> None:
    assert read_lines(b"talk", encode(record(4, 5))) == record(4, 5)
    assert read_step(b"talk.en", encode(STEP)) == STEP


def test_a_reader_decodes_only_what_it_needs() -> None:
    assert read_head(b"talk", encode(record(4))) == RecordHead("talk", "en", (LineHead(4, "a", 3),), VERSION)


@pytest.mark.parametrize(
    ("read", "key", "value"),
    [(read_lines, b"talk", record(1)), (read_head, b"talk", record(1)), (read_step, b"talk.en", STEP)],
)
def test_fields_of_newer_writers_are_let_through(read: Reader[Any], key: bytes, value: msgspec.Struct) -> None:
    assert read(key, changed(value, mood="good")) == read(key, encode(value))


BAD_LINES = [
    (b"talk", None, "no record of lines"),
    (b"talk", b"", "no record of lines"),
    (b"talk", b"\xff\xfe", "no record of lines"),
    (b"talk", b"[1, 2]", "no record of lines"),
    (b"talk", b'{"session": "talk"}', "no record of lines"),
    (b"talk", changed(record(1), lines=[{"seq": "one"}]), "no record of lines"),
    (b"talk", changed(record(1), v=VERSION + 1), f"version {VERSION + 1}.*upgrade"),
    (b"other", encode(record(1)), "key is not 'talk'"),
    (None, encode(record(1)), "key is not 'talk'"),
    (b"talk", encode(record()), "numbered"),
    (b"talk", encode(record(1, 1)), "numbered"),
    (b"talk", encode(record(1, 3)), "numbered"),
    (b"talk", encode(record(2, 1)), "numbered"),
    (b"talk", encode(record(0, 1)), "numbered"),
]
BAD_STEPS = [
    (b"talk.en", None, "no step"),
    (b"talk.en", b'{"session": "talk"}', "no step"),
    (b"talk.en", changed(STEP, v=VERSION + 1), "upgrade"),
    (b"talk", encode(STEP), "key is not 'talk.en'"),
]


@pytest.mark.parametrize(
    ("read", "key", "value", "reason"),
    [
        *((read, *bad) for read in (read_lines, read_head) for bad in BAD_LINES),
        *((read_step, *bad) for bad in BAD_STEPS),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason_and_without_its_text(
    read: Reader[Any], key: bytes | None, value: bytes | None, reason: str
) -> None:
    with pytest.raises(BadMessage, match=reason) as caught:
        read(key, value)
    assert "Hello" not in str(caught.value)


def test_a_record_outside_the_partition_of_its_key_is_refused() -> None:
    check_partition(3, 3)
    with pytest.raises(BadMessage, match=r"another partition.*murmur2"):
        check_partition(2, 3)


@pytest.mark.parametrize(
    ("last_seq", "seqs", "valid"),
    [(0, (1,), True), (0, (2,), False), (5, (6, 7), True), (5, (5, 6), False), (5, (4, 5), False), (5, (7,), False)],
)
def test_a_record_of_lines_is_valid_if_it_begins_with_the_next_line(
    last_seq: int, seqs: tuple[int, ...], *, valid: bool
) -> None:
    assert is_valid(record(*seqs), last_seq) is valid
