"""Bytes that are no message are told as such wherever messages are read, however they are broken."""

import pytest

from captionflow.errors import UNDECODABLE, BadMessage
from captionflow.records import read_step
from services.ingest.protocols.json_lines import parse as parse_lines
from services.ingest.protocols.typed_text import parse
from services.segment.checkpoint import NO_OFFSET, highest_offset, last_seq, read_checkpoint

BROKEN = {
    "not UTF-8 in a string": b'{"session": "t\xf0"}',
    "not UTF-8 in a name": b'{"t\xf0": 1, "session": "t"}',
    "not UTF-8": b"b*\xf0",
    "nested": b'{"x": ' + b"[" * 100_000,
    "nested by names": b'{"x":' * 20_000,
    "cut": b'{"session": "t',
    "nothing": b"",
}


@pytest.mark.parametrize("value", BROKEN.values(), ids=BROKEN)
def test_it_is_no_message(value: bytes) -> None:
    with pytest.raises(BadMessage):
        read_step(b"talk.en", value)
    with pytest.raises(BadMessage):
        parse(value)
    for kind in ("application/json", "application/x-ndjson"):
        with pytest.raises(BadMessage):
            parse_lines(value, kind, sender="desk")
    assert last_seq(value) == 0
    assert highest_offset([value]) == NO_OFFSET
    assert read_checkpoint(value, "talk", "en") == read_checkpoint(None, "talk", "en")


@pytest.mark.parametrize("frame", [b'{"do": "t\xf0"}', b'{"do": "type", "do": ' + b'{"a":' * 3_000, "\ud800"])
def test_it_is_no_message_of_a_writer(frame: bytes | str) -> None:
    with pytest.raises(BadMessage):
        parse(frame)


def test_what_is_wrong_of_the_program_is_not_among_it() -> None:
    assert not issubclass(TypeError, UNDECODABLE)
    assert not issubclass(KeyError, UNDECODABLE)
