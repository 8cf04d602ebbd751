"""Consecutive records of one partition of lines: what is remembered of each of them. Pure.

A partition is cut into blocks by its records alone, so every process cuts it at the same offsets.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from operator import attrgetter
from typing import Final

import msgspec

from captionflow.identity import MAX_NUMBER
from captionflow.messages import Stream
from captionflow.numbering import Run, runs
from captionflow.records import is_valid, lines_reader

DIGEST_BYTES: Final = 16

_encode = msgspec.json.Encoder().encode
_first_number = attrgetter("first_number")


@dataclass(frozen=True, slots=True)
class BlockSize:
    """A block ends with the record that reaches one of these. All processes of an installation must have the same."""

    records: int = 8_192
    size: int = 4 * 1024 * 1024
    """Bytes of keys and values. To find an old line, so much is read at most."""


class LineHead(msgspec.Struct, frozen=True):
    """The fields of a line that the index needs."""

    seq: int
    sender: str
    number: int
    off_record: bool | None = None


class RecordHead(msgspec.Struct, frozen=True):
    """The fields of a ``LineRecord`` that the index needs; the rest is not decoded."""

    session: str
    language: str
    lines: tuple[LineHead, ...]
    v: int


read_head = lines_reader(RecordHead)
"""As much of a record of lines as the index needs."""


class Piece:
    """The records of one stream in one block."""

    __slots__ = ("first_seqs", "last_seq", "offsets", "runs")

    def __init__(self) -> None:
        self.last_seq = 0
        self.first_seqs = array("q")
        self.offsets = array("q")
        self.runs: dict[str, list[Run]] = {}

    def add(self, offset: int, lines: Sequence[LineHead]) -> None:
        """Take the next record of the stream."""
        self.first_seqs.append(lines[0].seq)
        self.offsets.append(offset)
        self.last_seq = lines[-1].seq
        for sender, run in runs(lines):
            _add_run(self.runs.setdefault(sender, []), run)

    def seq(self, sender: str, number: int) -> int | None:
        """The ``seq`` of this line, if it is here."""
        found = self.runs.get(sender, [])
        at = bisect_right(found, number, key=_first_number) - 1
        return found[at].seq(number) if at >= 0 and number <= found[at].last_number else None

    def last_number(self, sender: str, before: int) -> int | None:
        """The highest number of the sender in lines whose ``seq`` is below ``before``."""
        for run in reversed(self.runs.get(sender, [])):
            if run.first_seq < before:
                return min(run.last_number, run.first_number + before - run.first_seq - 1)
        return None

    def span(self, sender: str) -> tuple[int, int]:
        """The lowest and the highest number of a sender that has lines here, of those that a line can have."""
        found = self.runs[sender]
        return max(found[0].first_number, -1), min(found[-1].last_number, MAX_NUMBER)

    def holding(self, seq: int) -> int:
        """The index, in ``offsets``, of the record that holds a line of this block."""
        return bisect_right(self.first_seqs, seq) - 1

    def has(self, offset: int, first_seq: int) -> bool:
        """Whether the record at this offset is the stream's and begins with ``first_seq``."""
        at = bisect_left(self.offsets, offset)
        return at < len(self.offsets) and self.offsets[at] == offset and self.first_seqs[at] == first_seq


class Block:
    """The valid records from ``begin`` on, as far as they have been added."""

    __slots__ = ("begin", "end", "offsets", "pieces")

    def __init__(self, begin: int) -> None:
        self.begin = begin
        self.end = begin
        """Behind the last record, be it valid or not."""
        self.pieces: dict[Stream, Piece] = {}
        self.offsets = array("q")

    def add(self, offset: int, head: RecordHead, last_seq: int) -> bool:
        """Take the next record; whether it is valid. ``last_seq``: of its stream's last line before it."""
        if not is_valid(head, last_seq):
            return False
        name = Stream(head.session, head.language)
        piece = self.pieces.get(name)
        if piece is None:
            piece = self.pieces[name] = Piece()
        piece.add(offset, head.lines)
        self.offsets.append(offset)
        return True

    def digest(self) -> bytes:
        """Of where its records are, and which lines they have. Cheap: the event loop waits for it."""
        pieces = (
            (*name, list(piece.first_seqs), list(piece.offsets), piece.last_seq)
            for name, piece in sorted(self.pieces.items())
        )
        found = blake2b(_encode((self.begin, self.end)), digest_size=DIGEST_BYTES)
        for one in pieces:
            found.update(_encode(one))
        return found.digest()


def rebuilt(begin: int, end: int, heads: Iterable[tuple[int, RecordHead]], first_seqs: Mapping[Stream, int]) -> Block:
    """A block made again of its records, which are given with their offsets.

    ``first_seqs``: of each stream that has lines in it the first one.
    """
    block = Block(begin)
    for offset, head in heads:
        name = Stream(head.session, head.language)
        if name in first_seqs:
            piece = block.pieces.get(name)
            block.add(offset, head, first_seqs[name] - 1 if piece is None else piece.last_seq)
    block.end = end
    return block


def _add_run(known: list[Run], run: Run) -> None:
    """Extend the run that this one continues, or insert it in order."""
    at = bisect_right(known, run.first_number, key=_first_number)
    if at:
        before = known[at - 1]
        if before.last_number == run.first_number - 1 and before.seq(before.last_number) == run.first_seq - 1:
            known[at - 1] = Run(before.first_number, run.last_number, before.first_seq)
            return
    known.insert(at, run)
