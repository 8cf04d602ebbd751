"""The read model: steps become parts, parts become turns. Pure.

Which version of a part wins, in which order parts stand, which turns are the last and how parts are joined is decided
here and nowhere else, so that stores, live delivery, exports and the command line agree. In the browser
``transcript.js`` does the same; tests/vectors/transcript.json holds for both.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from itertools import groupby
from operator import attrgetter, iadd
from typing import Any, Literal, TypeVar

import msgspec

from captionflow.messages import Apart, Facts, Message, Note, Part, Stamp, StepRecord, Stream
from captionflow.stamps import stamps_of

Piece = TypeVar("Piece")

PartKey = tuple[str, int]
"""Turn id and number: what makes a part unique."""


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


def weight(steps: Iterable[StepRecord]) -> int:
    """What steps take to be held or written: their parts, at least one each. One of a file has hundreds."""
    return sum(max(1, len(step.parts)) for step in steps)


def advancing(steps: Iterable[StepRecord], reached: MutableMapping[Stream, int]) -> Iterator[StepRecord]:
    """Those of the steps that advance their stream; the others came before and change nothing.

    ``reached`` has the last ``seq`` of each stream, and is brought up to date.
    """
    for step in steps:
        if step.last_seq > reached.get(step.stream, 0):
            reached[step.stream] = step.last_seq
            yield step


def replaces(version: int, known: int | None) -> bool:
    """Whether a part of this version takes the place of the known one: the highest wins, and of equals the later."""
    return known is None or version >= known


def latest(parts: Iterable[Part]) -> dict[PartKey, Part]:
    """The version of each part that wins, retracted ones too."""
    found: dict[PartKey, Part] = {}
    for part in parts:
        key = part.turn_id, part.number
        known = found.get(key)
        if replaces(part.version, None if known is None else known.version):
            found[key] = part
    return found


def ordered(parts: Iterable[Part], *, last: int | None = None) -> tuple[Part, ...]:
    """Parts in the order of the transcript, the head (ordinal 0) first; retracted ones are left out.

    With ``last`` only those of the last so many turns; the head is no turn.
    """
    standing = sorted((part for part in parts if not part.retracted), key=lambda part: (part.ordinal, part.number))
    if last is None:
        return tuple(standing)
    ordinals = sorted({part.ordinal for part in standing if part.ordinal})[-last:] if last > 0 else []
    return tuple(part for part in standing if part.ordinal in ordinals)


def newest(steps: Iterable[StepRecord]) -> tuple[Part, ...]:
    """The parts that steps leave behind, in order."""
    return ordered(latest(part for step in steps for part in step.parts).values())


def named(parts: Iterable[Part], names: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts as they are read: those of a recogniser's speakers under the names that were given to them.

    A label that a captioner typed stays, whatever it says.
    """
    return tuple(
        msgspec.structs.replace(part, speaker=names[part.speaker])
        if part.given and part.speaker is not None and part.speaker in names
        else part
        for part in parts
    )


def by_turn(parts: Iterable[Part]) -> tuple[tuple[Part, ...], ...]:
    """The parts of each turn, given in any order, in the order of the transcript, as ``ordered`` has them."""
    grouped: dict[str, list[Part]] = {}
    for part in ordered(parts):
        grouped.setdefault(part.turn_id, []).append(part)
    return tuple(map(tuple, grouped.values()))


def grouped(parts: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    """The same of parts that come in order, one turn after the other: no more than one is held."""
    standing = (part for part in parts if not part.retracted)
    return (tuple(group) for _, group in groupby(standing, attrgetter("turn_id")))


def joined(
    parts: Iterable[Part], pieces: Callable[[Part], Iterable[Piece]], go_on: Callable[[Piece, Piece], Piece]
) -> list[Piece]:
    """The paragraphs of a turn's parts, in whatever form they are wanted.

    ``pieces`` are the paragraphs of one part. The first of a part that ``continues`` goes on with the last one before:
    ``go_on`` makes one of the two, with one space between.
    """
    found: list[Piece] = []
    for part in parts:
        own = list(pieces(part))
        if part.continues and found and own:
            own[0] = go_on(found.pop(), own[0])
        found += own
    return found


def paragraphs(parts: Iterable[Part], said: Callable[[Part], Iterable[str]]) -> tuple[str, ...]:
    """The same as texts; of a turn that is one endless paragraph each word is copied once."""
    found = joined(parts, lambda part: [[text] for text in said(part)], iadd)
    return tuple(map(" ".join, found))


def turns(parts: Iterable[Part]) -> tuple[Turn, ...]:
    """Join parts, given in any order, into turns, the head first. Retracted parts are left out."""
    return tuple(map(_join, by_turn(parts)))


def each_turn(parts: Iterable[Part]) -> Iterator[Turn]:
    """The same of parts that come in order, one after the other."""
    return map(_join, grouped(parts))


def _join(parts: Sequence[Part]) -> Turn:
    notes: list[Note] = []
    apart: list[Apart] = []
    stamps: list[Stamp] = []
    length = 0
    for part in parts:
        begin = length + 1 if length and part.paragraphs else length  # a space or a newline stands between
        # A note before the first word of a part stood behind the last word of the part before.
        notes += [Note(one.text, begin + one.at if one.at else length) for one in part.notes]
        apart += [Apart(one.text, one.why, begin + one.at if one.at else length) for one in part.apart]
        stamps += [Stamp(begin + one.offset, one.at, one.until) for one in stamps_of(part)]
        length = begin + len(part.text)
    first, last = parts[0], parts[-1]
    return Turn(
        turn_id=first.turn_id,
        ordinal=first.ordinal,
        version=max(part.version for part in parts),
        language=first.language,
        speaker=first.speaker,
        role=first.role,
        paragraphs=paragraphs(parts, attrgetter("paragraphs")),
        notes=tuple(notes),
        apart=tuple(apart),
        stamps=tuple(stamps),
        interim=last.interim,
        closed=last.closed,
    )


def document(parts: Iterable[Part], facts: Facts) -> dict[str, Any]:
    """The transcript as ``captionflow segment --json`` prints it: session, turns, and what stands apart in order.

    A turn that has nothing but an interim is none: nobody knows yet what was said.
    """
    joined = turns(parts)
    return {
        "session": {
            "title": facts.title,
            "date": facts.date,
            "room": facts.room,
            "status": facts.status,
            "about": facts.about,
        },
        "turns": [entry for turn in joined if (entry := turn_entry(turn))],
        "apart": [entry for turn in joined for entry in apart_entries(turn)],
    }


def turn_entry(turn: Turn) -> dict[str, Any] | None:
    """A turn as a document has it; None if it has nothing to say."""
    if not turn.ordinal or (turn.speaker is None and not turn.paragraphs and not turn.notes and not turn.apart):
        return None
    return {
        "turn_id": turn.turn_id,
        "ordinal": turn.ordinal,
        "version": turn.version,
        "speaker": turn.speaker,
        "role": turn.role,
        "language": turn.language,
        "paragraphs": list(turn.paragraphs),
        "notes": [{"text": note.text, "at": note.at} for note in turn.notes],
    }


def apart_entries(turn: Turn) -> list[dict[str, Any]]:
    """What stands apart in a turn, as a document has it."""
    return [{"text": one.text, "why": one.why} for one in turn.apart]


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
