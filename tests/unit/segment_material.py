"""What the tests of the segmenter share: lines made of text, and the ways to run them."""

import random
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from captionflow.messages import Facts, Line, Part, StepRecord
from captionflow.transcript import document, newest, turns, words
from services.segment.file_session import lines_of, segment_lines
from services.segment.segmenter import State, start, step

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Piece(NamedTuple):
    text: str
    at: timedelta | None = None
    speaker: str | None = None


def cut(text: str, how: str) -> list[str]:
    if how == "words":
        return re.findall(r"\s*\S+|\s+\Z", text)
    if how == "whole":
        return text.splitlines(keepends=True)
    width = 1 if how == "chars" else int(how)
    return [text[begin : begin + width] for begin in range(0, len(text), width)]


def line(seq: int, text: str = "", **fields: Any) -> Line:
    return Line(**{"sender": "desk", "number": seq - 1, "text": text, "seq": seq, "received_at": NOW, **fields})


def lines(pieces: Iterable[str], *, ends: bool = False, **fields: Any) -> list[Line]:
    made = [line(seq, text, **fields) for seq, text in enumerate(pieces, 1)]
    return [*made, line(len(made) + 1, ends=True)] if ends else made


def read_text(text: str, how: str = "whole", *, repeat: bool = False) -> tuple[tuple[Part, ...], Facts]:
    """As the command line does it."""
    return segment_lines("s", "en", lines_of(Piece(piece) for piece in cut(text, how)), repeat=repeat)


def run(sent: Sequence[Line], sizes: int | random.Random = 1) -> tuple[tuple[Part, ...], State, list[StepRecord]]:
    """Step through lines in batches of a size, or of random sizes."""
    state = start("s", "en")
    records: list[StepRecord] = []
    begin = 0
    while begin < len(sent):
        size = sizes if isinstance(sizes, int) else sizes.randint(1, 9)
        state, more = step(state, sent[begin : begin + size])
        records += more
        begin += size
    return newest(records), state, records


def content(parts: Iterable[Part], facts: Facts) -> dict[str, Any]:
    """A document without what names its lines: equal for every cut."""
    found = document(parts, facts)
    for turn in found["turns"]:
        del turn["turn_id"], turn["version"]
    return found


def document_of(text: str) -> dict[str, Any]:
    return document(*read_text(text))


def apart_of(text: str) -> list[tuple[str, str]]:
    """(text, why) of what nobody spoke, in order."""
    return apart_of_parts(read_text(text)[0])


def apart_of_parts(parts: Iterable[Part]) -> list[tuple[str, str]]:
    return [(one.text, one.why) for turn in turns(parts) for one in turn.apart]


def notes_of(text: str) -> list[str]:
    return [note["text"] for turn in document_of(text)["turns"] for note in turn["notes"]]


def shown(parts: Iterable[Part]) -> list[tuple[str | None, str]]:
    """(speaker, text) of each turn, paragraphs joined by a bar."""
    return [(turn.speaker, " | ".join(turn.paragraphs)) for turn in turns(parts) if turn.ordinal]


def turns_of(text: str) -> list[tuple[str | None, str]]:
    return shown(read_text(text)[0])


def speakers(text: str) -> list[str | None]:
    return [speaker for speaker, _ in turns_of(text)]


def letters(text: str) -> str:
    """The text less white space, markers and the marks around labels."""
    return re.sub(r"[\s>:*：]+", "", text)


def letters_of(parts: Iterable[Part]) -> str:
    return letters("".join(text for _, text in words(parts)))
