"""How far a session has been segmented, what to do with the next record of lines, and what was left out. Pure.

A checkpoint is in every record of the turns topic, so what a step says and the state that it left are written as one.
When the topic does not keep a session's last record any more, a worker keeps no state of it either, but where its lines
stand in the log: the state is made of them again if it goes on.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from captionflow.errors import UNDECODABLE
from captionflow.messages import VERSION, Line, LineRecord, StepRecord
from captionflow.records import is_valid
from services.segment.safe_steps import safe_steps
from services.segment.segmenter import STATE_VERSION, State, start
from services.segment.step_packing import PACKED_VERSION, Packing, pack, unpack

NO_OFFSET = -1

Action = Literal["apply", "skip", "heal"]


class CheckpointedStep(StepRecord, frozen=True, kw_only=True, omit_defaults=False):
    """A step as the turns topic has it: with the checkpoint after it.

    Other consumers read it as a ``StepRecord``; the worker restores its table from it.
    """

    offset: int
    """See ``Checkpoint``."""
    first: int = NO_OFFSET
    """See ``Checkpoint``."""
    state: State
    packing: Packing | None = None
    """What the state lacks, and the step has. Records from before 2026-12 have whole states."""


class Checkpoint(msgspec.Struct, frozen=True):
    """How far one session and language got."""

    state: State
    offset: int = NO_OFFSET
    """Of the last record of lines that was applied, in its partition."""
    first: int = NO_OFFSET
    """Of the first one, or before it."""
    shelved: bool = False
    """The state has nothing but ``last_seq``: see ``restored`` before going on."""


class _Shelved(msgspec.Struct, frozen=True):
    """What a worker keeps of a session that has been silent for long, in place of its last record."""

    last_seq: int
    offset: int
    first: int
    shelved: bool


_decode_step = msgspec.json.Decoder(CheckpointedStep).decode
_decode_shelved = msgspec.json.Decoder(_Shelved).decode
_encode = msgspec.json.Encoder().encode


def read_checkpoint(value: bytes | None, session: str, language: str) -> Checkpoint:
    """The checkpoint in a record of the turns topic.

    If there is no record, or one that this version can't go on from, it is the beginning: the log has all lines.
    """
    if value is not None:
        with suppress(*UNDECODABLE, IndexError):
            step = _decode_step(value)
            state = _state_of(step)
            if step.v <= VERSION and state.v <= STATE_VERSION:
                return Checkpoint(state, step.offset, step.first)
        with suppress(*UNDECODABLE):
            kept = _decode_shelved(value)
            state = msgspec.structs.replace(start(session, language), last_seq=kept.last_seq)
            return Checkpoint(state, kept.offset, kept.first, shelved=True)
    return Checkpoint(start(session, language))


def _state_of(step: CheckpointedStep) -> State:
    if step.packing is None or step.state.v != PACKED_VERSION:
        return step.state
    return unpack(step.state, step.packing, step.parts, version=STATE_VERSION)


def action_for(checkpoint: Checkpoint, record: LineRecord, offset: int) -> Action:
    """What to do with a record at an offset of its partition.

    - skip: it was applied before, or is void
    - heal: records before it were left out; read them from the log first
    """
    first, last = record.lines[0].seq, record.lines[-1].seq
    reached = checkpoint.state.last_seq
    if last <= reached or offset < checkpoint.offset:
        return "skip"
    if offset == checkpoint.offset or is_valid(record, reached):
        return "apply"  # at the same offset: a crash came between the steps of this record
    return "skip" if first <= reached else "heal"


def apply_lines(
    checkpoint: Checkpoint, lines: Sequence[Line], offset: int
) -> Iterator[tuple[Checkpoint, StepRecord, bytes]]:
    """Step through a record's lines: the checkpoint after each step, the step, and its record for the turns topic."""
    first = checkpoint.first
    if not checkpoint.state.last_seq:
        first = offset
    for state, step in safe_steps(checkpoint.state, lines):
        fields = {name: getattr(step, name) for name in StepRecord.__struct_fields__}
        written, packing = pack(state, step.parts) if state.v == STATE_VERSION else (state, None)
        record = CheckpointedStep(**fields, offset=offset, first=first, state=written, packing=packing)
        yield Checkpoint(state, offset, first), step, _encode(record)


def restored(checkpoint: Checkpoint, records: Iterable[tuple[int, LineRecord]], *, up_to: Checkpoint) -> Checkpoint:
    """The checkpoint after more records of the log, without their steps, but no further than a shelved one."""
    for offset, record in valid_records(checkpoint, records):
        state = checkpoint.state
        for after, _ in safe_steps(state, [line for line in record.lines if line.seq <= up_to.state.last_seq]):
            state = after
        checkpoint = Checkpoint(state, offset, up_to.first)
    return checkpoint


def valid_records(
    checkpoint: Checkpoint, records: Iterable[tuple[int, LineRecord]]
) -> Iterator[tuple[int, LineRecord]]:
    """Those of a stretch of the log, in order, that are to be applied after a checkpoint."""
    reached = checkpoint.state.last_seq
    for offset, record in records:
        first, last = record.lines[0].seq, record.lines[-1].seq
        half_done = offset == checkpoint.offset and first <= reached < last
        if half_done or (offset > checkpoint.offset and is_valid(record, reached)):
            reached = last
            yield offset, record


class Head(NamedTuple):
    """What a record in the table says of when it was written."""

    key: bytes
    offset: int
    received_at: datetime | None


def heads(items: Iterable[tuple[bytes, bytes]]) -> Iterator[Head]:
    """Of those records of a partition that are not shelved yet."""
    for key, value in items:
        with suppress(*UNDECODABLE):  # Faust keeps something of its own there
            head = _decode_head(value)
            if not head.shelved:
                yield Head(key, head.offset, head.received_at)


def silent(records: Sequence[Head], before: datetime) -> list[Head]:
    """Those of one partition in whose sessions nothing came since then.

    A record may not say when its line was accepted; then the records with higher offsets tell.
    """
    old = [one.offset for one in records if one.received_at is not None and one.received_at < before]
    return [one for one in records if one.offset <= max(old, default=NO_OFFSET)]


def shelved(value: bytes | None, offset: int) -> bytes | None:
    """What stays of a record in the table when it is shelved; None if another one took its place."""
    head = None if value is None else _decode_head(value)
    if head is None or head.shelved or head.offset != offset:
        return None
    return _encode(_Shelved(head.last_seq, head.offset, head.first, shelved=True))


class GapDetector:
    """Notices which records of a partition were not delivered: their offsets follow each other."""

    def __init__(self, highest_offset: int) -> None:
        """The highest offset that any checkpoint of the partition has; if NO_OFFSET, any first one is in turn."""
        self._next = None if highest_offset == NO_OFFSET else highest_offset + 1

    def gap_before(self, offset: int) -> range:
        """The offsets between the last delivery and this one; none if it comes in turn, or again."""
        begin = offset if self._next is None else self._next
        self._next = offset + 1
        return range(begin, offset)


class _Seq(msgspec.Struct):
    last_seq: int


class _Offset(msgspec.Struct):
    offset: int


class _Head(msgspec.Struct):
    last_seq: int
    offset: int
    first: int = NO_OFFSET
    received_at: datetime | None = None
    shelved: bool = False


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_seq = msgspec.json.Decoder(_Seq).decode
_decode_offset = msgspec.json.Decoder(_Offset).decode


def last_seq(value: bytes | None) -> int:
    """The last line that a record of the turns topic reflects; 0 if it is no step."""
    try:
        return _decode_seq(value or b"").last_seq
    except UNDECODABLE:
        return 0


def highest_offset(values: Iterable[bytes]) -> int:
    """Of the checkpoints in these records of the turns topic; NO_OFFSET if there are none."""
    highest = NO_OFFSET
    for value in values:
        with suppress(*UNDECODABLE):  # Faust keeps something of its own there
            highest = max(highest, _decode_offset(value).offset)
    return highest
