"""Which blocks of a partition there are, and which of them have what of a stream. Pure."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, Self

import msgspec

from captionflow.adapters.kafka.line_block import Block, Piece
from captionflow.messages import Stream
from captionflow.off_record import OffRecord

SPAN: Final = 4
"""A span of a sender's numbers in a block: the block, lowest, highest, highest in all blocks up to this one."""
NO_SPANS: Final = array("q")

_pack = msgspec.msgpack.Encoder().encode


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    """See ``StreamBlocks``."""

    partition: int
    last_seq: int
    blocks: list[int]
    first_seqs: list[int]
    spans: dict[str, list[int]]
    off_record: OffRecord | None


_unpack = msgspec.msgpack.Decoder(_Packed).decode
_unpack_names = msgspec.msgpack.Decoder(tuple[Stream, ...]).decode


class StreamBlocks:
    """One language of one session: the blocks that have lines of it."""

    __slots__ = ("blocks", "first_seqs", "last_seq", "off_record", "partition", "spans")

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.last_seq = 0
        self.blocks = array("q")
        self.first_seqs = array("q")
        self.spans: dict[str, array[int]] = {}
        """By sender, of whole blocks: see ``SPAN``."""
        self.off_record: OffRecord | None = None

    def packed(self) -> bytes:
        """All of it, in little memory."""
        spans = {sender: spans.tolist() for sender, spans in self.spans.items()}
        return _pack(
            _Packed(
                self.partition,
                self.last_seq,
                self.blocks.tolist(),
                self.first_seqs.tolist(),
                spans,
                self.off_record,
            )
        )

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """What was packed."""
        found = _unpack(packed)
        blocks = cls(found.partition)
        blocks.last_seq = found.last_seq
        blocks.blocks = array("q", found.blocks)
        blocks.first_seqs = array("q", found.first_seqs)
        blocks.spans = {sender: array("q", spans) for sender, spans in found.spans.items()}
        blocks.off_record = found.off_record
        return blocks

    def block_of(self, seq: int) -> int:
        """The block that holds this line."""
        return self.blocks[bisect_right(self.first_seqs, seq) - 1]

    def first_seq(self, block: int) -> int | None:
        """Of the lines in a block."""
        at = bisect_left(self.blocks, block)
        return self.first_seqs[at] if at < len(self.blocks) and self.blocks[at] == block else None

    def enter(self, block: int, first_seq: int) -> None:
        """It has lines in this block, which is the newest."""
        if not self.blocks or self.blocks[-1] != block:
            self.blocks.append(block)
            self.first_seqs.append(first_seq)

    def span(self, sender: str, block: int, lowest: int, highest: int) -> None:
        """A block is whole in which the sender has lines with numbers between these."""
        spans = self.spans.setdefault(sender, array("q"))
        spans.extend((block, lowest, highest, max(highest, spans[-1] if spans else highest)))

    def highest(self, sender: str, before: int | None = None) -> int:
        """The sender's highest number in whole blocks, in those before one if it is given; -1 if there is none."""
        spans = self.spans.get(sender, NO_SPANS)
        end = len(spans) if before is None else bisect_left(spans[::SPAN], before) * SPAN
        return spans[end - 1] if end else -1

    def agrees(self, block: int, piece: Piece) -> bool:
        """Whether this is what a whole block has of the stream."""
        at = bisect_left(self.blocks, block)
        following = self.first_seqs[at + 1] - 1 if at + 1 < len(self.blocks) else self.last_seq
        if (self.first_seqs[at], following) != (piece.first_seqs[0], piece.last_seq):
            return False
        known = {sender: self._span(spans, block) for sender, spans in self.spans.items()}
        return {one: span for one, span in known.items() if span} == {one: piece.span(one) for one in piece.runs}

    @staticmethod
    def _span(spans: "array[int]", block: int) -> tuple[int, int] | None:
        at = bisect_left(spans[::SPAN], block) * SPAN
        return (spans[at + 1], spans[at + 2]) if at < len(spans) and spans[at] == block else None

    def blocks_around(self, sender: str, number: int) -> Iterator[int]:
        """The whole blocks that may have this number, newest first."""
        spans = self.spans.get(sender, NO_SPANS)
        for at in range(len(spans) - SPAN, -1, -SPAN):
            if spans[at + 3] < number:
                return
            if spans[at + 1] <= number <= spans[at + 2]:
                yield spans[at]


class PartitionBlocks:
    """The blocks of one partition."""

    __slots__ = ("_streams", "bytes", "digests", "ends", "records", "tail")

    def __init__(self) -> None:
        self.ends = array("q")
        self.digests: list[bytes] = []
        self._streams: list[bytes] = []
        self.tail = Block(0)
        self.records = 0
        self.bytes = 0

    def block_at(self, offset: int) -> int:
        """The block that has this offset."""
        return bisect_right(self.ends, offset)

    def streams(self, ordinal: int) -> tuple[Stream, ...]:
        """Those that have lines in a whole block."""
        return _unpack_names(self._streams[ordinal])

    def close(self, end: int, digest: bytes, streams: Iterable[Stream]) -> None:
        """The tail is whole, and another one begins."""
        self.ends.append(end)
        self.digests.append(digest)
        self._streams.append(_pack(tuple(streams)))
        self.tail = Block(end)
        self.records = self.bytes = 0
