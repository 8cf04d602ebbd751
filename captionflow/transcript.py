"""Parts become turns: the one place that knows how to join them. Pure.

Used by whatever shows or writes a whole transcript, so that live readers, the archive and the command line agree.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from captionflow.messages import Apart, Facts, Message, Note, Part, Stamp, StepRecord


class Turn(Message, frozen=True):
    """What one speaker said, all its parts joined. Offsets count in the paragraphs joined with one newline."""

    turn_id: str
    ordinal: int
    version: int
    """The highest version of its parts."""
    language: str
    speaker: str | None = None
    role: bool = False
    paragraphs: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    apart: tuple[Apart, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    interim: str = ""
    closed: bool = False

    @property
    def text(self) -> str:
        """The paragraphs joined with one newline."""
        return "\n".join(self.paragraphs)


def newest(steps: Iterable[StepRecord]) -> tuple[Part, ...]:
    """The parts that steps leave behind, in order, retracted ones left out: the highest version of each wins."""
    found: dict[tuple[str, int], Part] = {}
    for record in steps:
        for part in record.parts:
            key = part.turn_id, part.number
            old = found.get(key)
            if old is None or part.version >= old.version:
                found[key] = part
    parts = [part for part in found.values() if not part.retracted]
    return tuple(sorted(parts, key=lambda part: (part.ordinal, part.number)))


def turns(parts: Iterable[Part]) -> tuple[Turn, ...]:
    """Join parts into turns, the head (ordinal 0) first. Parts in any order; retracted ones are left out."""
    grouped: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda part: (part.ordinal, part.number)):
        if not part.retracted:
            grouped.setdefault(part.turn_id, []).append(part)
    return tuple(_join(group) for group in grouped.values())


def _join(parts: list[Part]) -> Turn:
    paragraphs: list[str] = []
    notes: list[Note] = []
    apart: list[Apart] = []
    stamps: list[Stamp] = []
    length = 0
    for part in parts:
        begin = length + 1 if paragraphs and part.paragraphs else length
        if part.continues and paragraphs and part.paragraphs:
            paragraphs[-1] += " " + part.paragraphs[0]
            paragraphs += part.paragraphs[1:]
        else:
            paragraphs += part.paragraphs
        # A note before the first word of a part stood behind the last word of the part before.
        notes += [Note(one.text, begin + one.at if one.at else length) for one in part.notes]
        apart += [Apart(one.text, one.why, begin + one.at if one.at else length) for one in part.apart]
        stamps += [Stamp(begin + one.offset, one.at) for one in part.stamps]
        length = begin + len(part.text)
    first, last = parts[0], parts[-1]
    return Turn(
        turn_id=first.turn_id,
        ordinal=first.ordinal,
        version=max(part.version for part in parts),
        language=first.language,
        speaker=first.speaker,
        role=first.role,
        paragraphs=tuple(paragraphs),
        notes=tuple(notes),
        apart=tuple(apart),
        stamps=tuple(stamps),
        interim=last.interim,
        closed=last.closed,
    )


def document(parts: Iterable[Part], facts: Facts) -> dict[str, Any]:
    """The transcript as ``captionflow segment --json`` prints it: session, turns, and what stands apart in order."""
    joined = turns(parts)
    return {
        "session": {
            "title": facts.title,
            "date": facts.date,
            "room": facts.room,
            "status": facts.status,
            "about": facts.about,
        },
        "turns": [
            {
                "turn_id": turn.turn_id,
                "ordinal": turn.ordinal,
                "version": turn.version,
                "speaker": turn.speaker,
                "role": turn.role,
                "language": turn.language,
                "paragraphs": list(turn.paragraphs),
                "notes": [{"text": note.text, "at": note.at} for note in turn.notes],
            }
            for turn in joined
            if turn.ordinal
        ],
        "apart": [{"text": one.text, "why": one.why} for turn in joined for one in turn.apart],
    }


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the turns of a document, hexadecimal: equal digests, equal turns."""
    return hashlib.sha256(msgspec.json.encode(document["turns"])).hexdigest()


Kind = Literal["label", "text", "note", "apart"]


def words(parts: Iterable[Part]) -> Iterator[tuple[Kind, str]]:
    """Everything that was typed, in the order of the stream, less markers and the colons of labels.

    At one offset notes come before what stands apart: the segmenter sees to it that this is the order they came in.
    """
    for turn in turns(parts):
        if turn.speaker is not None:
            yield "label", turn.speaker
        text = turn.text
        marks: list[tuple[int, int, Kind, str]] = [(note.at, 0, "note", note.text) for note in turn.notes]
        marks += [(one.at, 1, "apart", one.text) for one in turn.apart]
        begin = 0
        for at, _, kind, mark in sorted(marks, key=lambda mark: mark[:2]):
            if at > begin:
                yield "text", text[begin:at]
                begin = at
            yield kind, mark
        if begin < len(text):
            yield "text", text[begin:]
