"""Where a record of lines belongs in its session, and which records of the log are void. Pure.

Two doors may write to one session at the same moment. One rule that every reader follows makes the log one truth: a
record is valid if its first ``seq`` comes right after the last one before it. Else it is void as a whole: who wrote it
did not know what came before, and writes it again (docs/adr/0018).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Literal

import msgspec

from captionflow.errors import BadMessage
from captionflow.messages import VERSION, Line, LineRecord, StepRecord
from services.segment.safe_steps import stepped
from services.segment.segmenter import State, start

NOWHERE = -1

Verdict = Literal["apply", "skip", "heal"]


class Placed(StepRecord, frozen=True, kw_only=True, omit_defaults=False):
    """A step as the turns topic has it: what it says, the state it left, and how far in the log that is.

    Readers of steps read it as a ``StepRecord``; the worker reads its own table from it.
    """

    offset: int
    """Of the last record of lines that was taken, in its partition."""
    state: State


class Place(msgspec.Struct, frozen=True):
    """How far one session and language got."""

    state: State
    offset: int = NOWHERE


_decode_placed = msgspec.json.Decoder(Placed).decode
_decode_lines = msgspec.json.Decoder(LineRecord).decode
_encode = msgspec.json.Encoder().encode


def read_place(value: bytes | None, session: str, language: str) -> Place:
    """What the table has; the beginning if it has nothing, or a state of another version, which the log makes anew."""
    if value is not None:
        try:
            placed = _decode_placed(value)
        except msgspec.DecodeError:
            placed = None
        if placed is not None and placed.v <= VERSION and placed.state.v == State("", "").v:
            return Place(placed.state, placed.offset)
    return Place(start(session, language))


def read_lines(key: bytes | None, value: bytes | None) -> LineRecord:
    """The record of lines in a message of the lines topic.

    Raises ``BadMessage`` for what is none: not JSON, of a newer version, without lines, under another session's key.
    """
    try:
        record = _decode_lines(value or b"")
    except msgspec.DecodeError as error:
        raise BadMessage(f"This is no record of lines: {error}.") from error
    if record.v > VERSION:
        raise BadMessage(f"This record is of version {record.v}; this program knows up to {VERSION}: upgrade it.")
    if key != record.session.encode():
        raise BadMessage("The key of this record is not its session's id.")
    seqs = [line.seq for line in record.lines]
    if not seqs or seqs != list(range(seqs[0], seqs[0] + len(seqs))) or seqs[0] < 1:
        raise BadMessage("This record's lines are not numbered one after the other from 1 on.")
    return record


def judge(place: Place, record: LineRecord, offset: int) -> Verdict:
    """What to do with a record at an offset of its partition.

    heal: records between were left out by whoever reads the log for us; read them first.
    """
    first, last = record.lines[0].seq, record.lines[-1].seq
    if last <= place.state.last_seq or offset < place.offset:
        return "skip"
    if offset == place.offset or first == place.state.last_seq + 1:
        return "apply"  # at the same offset: a step of several records was cut by a crash
    return "skip" if first <= place.state.last_seq else "heal"


def advance(place: Place, lines: Sequence[Line], offset: int) -> Iterator[tuple[Place, StepRecord, bytes]]:
    """Step through a record's lines: the place after each step, the step, and its record for the turns topic."""
    for state, step in stepped(place.state, lines):
        fields = {name: getattr(step, name) for name in StepRecord.__struct_fields__}
        yield Place(state, offset), step, _encode(Placed(**fields, offset=offset, state=state))


def valid(place: Place, records: Iterable[tuple[int, LineRecord]]) -> Iterator[tuple[int, LineRecord]]:
    """Those of a stretch of the log, in order, that go on from a place, or whose step was cut there."""
    last = place.state.last_seq
    for offset, record in records:
        first, end = record.lines[0].seq, record.lines[-1].seq
        cut = offset == place.offset and first <= last < end
        if cut or (offset > place.offset and first == last + 1):
            last = end
            yield offset, record


class Deliveries:
    """Notices what of a partition was left out: its offsets follow each other.

    ``reached`` is the highest offset that any state of the partition reflects; NOWHERE if there is none, and the first
    delivery is believed.
    """

    def __init__(self, reached: int) -> None:
        self._next = None if reached == NOWHERE else reached + 1

    def missed(self, offset: int) -> range:
        """The offsets between the last delivery and this one; none if it comes in turn, or again."""
        begin = offset if self._next is None else self._next
        self._next = offset + 1
        return range(begin, offset)


class _Seq(msgspec.Struct):
    last_seq: int


class _Offset(msgspec.Struct):
    offset: int


_decode_seq = msgspec.json.Decoder(_Seq).decode
_decode_offset = msgspec.json.Decoder(_Offset).decode


def last_seq(value: bytes | None) -> int:
    """How far a record of the turns topic reaches; 0 for what is none. Of two of one key the higher one counts."""
    try:
        return _decode_seq(value or b"").last_seq
    except msgspec.DecodeError:
        return 0


def reached(values: Iterable[bytes]) -> int:
    """The highest offset of the records of lines that these records of the turns topic reflect; NOWHERE for none."""
    highest = NOWHERE
    for value in values:
        with suppress(msgspec.DecodeError):  # Faust keeps something of its own there
            highest = max(highest, _decode_offset(value).offset)
    return highest
