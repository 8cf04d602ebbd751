"""What the line log on Kafka remembers of its records, to number new lines and to find old ones. No I/O of its own.

Each record is remembered of the block of a partition that is not whole yet, and of a few others. Of all other blocks it
is remembered which streams have lines in them, from which ``seq`` on, and between which numbers their senders' are;
their records tell the rest again. Only records that are valid count: ``captionflow.records.is_valid``.
"""

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Final

from captionflow.adapters.kafka.block_directory import NO_SPANS, SPAN, PartitionBlocks, StreamBlocks
from captionflow.adapters.kafka.line_block import Block, BlockSize, Piece, RecordHead
from captionflow.adapters.kafka.seal import SealedStream, WholeBlock
from captionflow.adapters.kafka.stream_directory import MAX_UNPACKED, StreamDirectory
from captionflow.messages import Stream
from captionflow.numbering import Key, Run, last_seqs
from captionflow.off_record import OffRecord, Written, after
from captionflow.recent import Recent

LOADED_BLOCKS: Final = 32
"""So many whole blocks are remembered record by record, those that were read again last, since somebody asked for them:
some 0.2 MB each with a sender alone, 1.3 MB with two that take turns."""
FRESH_BLOCKS: Final = 4
"""So many that became whole last are, too: whoever wrote their last records, or follows, asks for them at once. What is
live needs no more of them, and with all of them a process would grow by each line for hours."""


Load = Callable[[int, int], Awaitable[Block]]
"""From a partition and a whole block's ordinal to the block, as it was."""


class LineIndex:
    """All valid records of the topic, as far as they have been added."""

    def __init__(
        self,
        load: Load,
        size: BlockSize = BlockSize(),  # noqa: B008 - frozen
        *,
        loaded_blocks: int = LOADED_BLOCKS,
        fresh_blocks: int = FRESH_BLOCKS,
        unpacked: int = MAX_UNPACKED,
    ) -> None:
        self._load = load
        self._size = size
        self._streams = StreamDirectory(unpacked)
        self._partitions: dict[int, PartitionBlocks] = {}
        self._loaded: Recent[tuple[int, int], Block] = Recent(loaded_blocks)
        self._fresh: Recent[tuple[int, int], Block] = Recent(fresh_blocks)
        self.off_record_now: set[Stream] = set()
        """The streams that are off the record."""

    # --- what comes ---------------------------------------------------------------------------------------------------

    def add(
        self, partition: int, offset: int, head: RecordHead, written: Callable[[], Iterable[Written]] = tuple
    ) -> bool:
        """Take the next record of a partition; whether it is valid. A void one changes nothing.

        ``written`` gives all of its lines: it is asked in streams that were ever off the record.
        """
        name = Stream(head.session, head.language)
        of = self._partition(partition)
        if not of.tail.add(offset, head, self.last_seq(name)):
            return False
        stream = self._streams.to_change(name, partition)
        stream.enter(len(of.ends), head.lines[0].seq)
        stream.last_seq = head.lines[-1].seq
        if stream.off_record is not None or any(line.off_record is not None for line in head.lines):
            for line in written():
                stream.off_record = after(stream.off_record, line)
            self._note_off_record(name, stream)
        return True

    def passed(self, partition: int, offset: int, size: int) -> WholeBlock | None:
        """A record has been taken, whatever it was; ``size``: of its key and value. The block that it makes whole."""
        of = self._partition(partition)
        of.records += 1
        of.bytes += size
        of.tail.end = offset + 1
        if of.records < self._size.records and of.bytes < self._size.size:
            return None
        block, ordinal = of.tail, len(of.ends)
        streams = tuple(self._sealed(name, piece) for name, piece in block.pieces.items())
        whole = WholeBlock(partition, ordinal, block.begin, block.end, block.digest(), streams)
        self._enter(of, whole)
        self._fresh[partition, ordinal] = block
        return whole

    def skip(self, whole: WholeBlock) -> None:
        """Take the next block of a partition without its records. Nothing of it may have been taken before."""
        of = self._partition(whole.partition)
        for one in whole.streams:
            name = Stream(one.session, one.language)
            stream = self._streams.to_change(name, whole.partition)
            stream.enter(whole.ordinal, one.first_seq)
            stream.last_seq = one.last_seq
            stream.off_record = one.off_record
            self._note_off_record(name, stream)
        self._enter(of, whole)

    def next_block(self, partition: int) -> tuple[int, int]:
        """The ordinal of the first block that is not whole, and the offset at which it begins."""
        of = self._partition(partition)
        return len(of.ends), of.tail.begin

    # --- what is known without a look at the log ----------------------------------------------------------------------

    def last_seq(self, stream: Stream) -> int:
        """0 before the first line."""
        found = self._streams.get(stream)
        return 0 if found is None else found.last_seq

    def off_record(self, stream: Stream) -> OffRecord | None:
        """What its lines say of it."""
        found = self._streams.get(stream)
        return None if found is None else found.off_record

    def streams(self) -> Iterator[Stream]:
        """All streams that have lines."""
        return iter(self._streams)

    def first_seqs(self, partition: int, ordinal: int) -> dict[Stream, int]:
        """By stream, the first line that it has in a whole block."""
        names = self._partition(partition).streams(ordinal)
        return {name: seq for name in names if (seq := self._streams[name].first_seq(ordinal)) is not None}

    def span(self, partition: int, ordinal: int) -> tuple[int, int]:
        """The offsets at which a whole block begins and ends."""
        ends = self._partition(partition).ends
        return (ends[ordinal - 1] if ordinal else 0), ends[ordinal]

    def agrees(self, partition: int, ordinal: int, block: Block, digest: bytes) -> bool:
        """Whether a block that was made of its records again, with this digest, is what is known of it."""
        of = self._partition(partition)
        if digest != of.digests[ordinal] or block.pieces.keys() != set(of.streams(ordinal)):
            return False
        return all(self._streams[name].agrees(ordinal, piece) for name, piece in block.pieces.items())

    def loaded(self, partition: int, ordinal: int) -> Block | None:
        """A whole block, if it is remembered record by record."""
        return self._fresh.get((partition, ordinal)) or self._loaded.get((partition, ordinal))

    # --- what may need blocks to be loaded ----------------------------------------------------------------------------

    async def last_number(self, stream: Stream, sender: str, before: int | None = None) -> int | None:
        """The highest number of this sender in lines whose ``seq`` is below ``before``, if it is given; or None."""
        found = self._streams.get(stream)
        if found is None or (before is not None and before <= 1):
            return None
        if before is None or before > found.last_seq:
            tail = self._tail(stream, found)
            earlier, here = (
                found.highest(sender),
                None if tail is None else tail.last_number(sender, found.last_seq + 1),
            )
        else:
            block = found.block_of(before - 1)
            earlier = found.highest(sender, block)
            here = (await self._piece(stream, found, block)).last_number(sender, before)
        best = max(earlier, -1 if here is None else here)
        return None if best < 0 else best

    async def last_seqs(self, stream: Stream, sender: str, limit: int, after: int) -> list[int]:
        """See ``numbering.last_seqs``."""
        found = self._streams.get(stream)
        if found is None:
            return []
        runs: list[Run] = []
        for highest, block in sorted(self._highest(stream, found, sender), reverse=True):
            if highest <= after or _count(runs, max(highest, after)) >= limit:
                break
            runs += (await self._piece(stream, found, block)).runs[sender]
        runs.sort(key=lambda run: run.first_number, reverse=True)
        return last_seqs(runs, limit, after)

    async def known(self, stream: Stream, keys: Iterable[Key]) -> list[int]:
        """The seqs of those of the lines that are there, rising."""
        found = self._streams.get(stream)
        if found is None:
            return []
        tail = self._tail(stream, found)
        seqs: set[int] = set()
        for sender, number in keys:
            seq = None if tail is None else tail.seq(sender, number)
            if seq is None and number <= found.highest(sender):
                seq = await self._find(stream, found, sender, number)
            if seq is not None:
                seqs.add(seq)
        return sorted(seqs)

    async def holding(self, stream: Stream, seqs: Iterable[int]) -> list[int]:
        """The offsets of the records that hold these rising seqs, each once."""
        found = self._streams[stream]
        offsets: list[int] = []
        block, piece = -1, Piece()
        for seq in seqs:
            if (holds := found.block_of(seq)) != block:
                block, piece = holds, await self._piece(stream, found, holds)
            offset = piece.offsets[piece.holding(seq)]
            if not offsets or offsets[-1] != offset:
                offsets.append(offset)
        return offsets

    async def after(self, stream: Stream, seq: int, limit: int) -> list[int]:
        """The offsets of some records, so many at most, beginning with the one that holds the line after ``seq``."""
        found = self._streams.get(stream)
        if found is None or seq >= found.last_seq:
            return []
        begin = max(seq, 0) + 1
        piece = await self._piece(stream, found, found.block_of(begin))
        at = piece.holding(begin)
        return list(piece.offsets[at : at + limit])

    async def has(self, stream: Stream, offset: int, first_seq: int) -> bool:
        """Whether the record at this offset of the stream's partition is a valid one that begins with ``first_seq``."""
        found = self._streams.get(stream)
        if found is None:
            return False
        block = self._partitions[found.partition].block_at(offset)
        if found.first_seq(block) is None:
            return False
        return (await self._piece(stream, found, block)).has(offset, first_seq)

    async def valid_from(self, partition: int, offset: int, limit: int) -> list[int]:
        """The offsets of some valid records of a partition from one on, so many at most; none if none is there."""
        of = self._partition(partition)
        ordinal = of.block_at(offset)
        while ordinal <= len(of.ends):
            block = of.tail if ordinal == len(of.ends) else await self._block(partition, ordinal)
            at = bisect_left(block.offsets, offset)
            if at < len(block.offsets):
                return list(block.offsets[at : at + limit])
            ordinal += 1
        return []

    # --- inside -------------------------------------------------------------------------------------------------------

    def _partition(self, partition: int) -> PartitionBlocks:
        return self._partitions.setdefault(partition, PartitionBlocks())

    def _note_off_record(self, name: Stream, stream: StreamBlocks) -> None:
        if stream.off_record is not None and stream.off_record.now is not None:
            self.off_record_now.add(name)
        else:
            self.off_record_now.discard(name)

    def _sealed(self, name: Stream, piece: Piece) -> SealedStream:
        spans = {sender: piece.span(sender) for sender in piece.runs}
        return SealedStream(*name, piece.first_seqs[0], piece.last_seq, spans, self._streams[name].off_record)

    def _enter(self, of: PartitionBlocks, whole: WholeBlock) -> None:
        names = [Stream(one.session, one.language) for one in whole.streams]
        for name, one in zip(names, whole.streams, strict=True):
            stream = self._streams.to_change(name, whole.partition)
            for sender, (lowest, highest) in one.senders.items():
                stream.span(sender, whole.ordinal, lowest, highest)
        of.close(whole.end, whole.digest, names)

    def _tail(self, stream: Stream, found: StreamBlocks) -> Piece | None:
        """What the block that is not whole yet has of the stream."""
        return self._partitions[found.partition].tail.pieces.get(stream)

    def _highest(self, stream: Stream, found: StreamBlocks, sender: str) -> Iterator[tuple[int, int]]:
        """The highest number of the sender in each block that has lines of it, with the block."""
        spans = found.spans.get(sender, NO_SPANS)
        for at in range(0, len(spans), SPAN):
            yield spans[at + 2], spans[at]
        tail = self._tail(stream, found)
        if tail is not None and sender in tail.runs:
            yield tail.span(sender)[1], found.blocks[-1]

    async def _find(self, stream: Stream, found: StreamBlocks, sender: str, number: int) -> int | None:
        """The ``seq`` of a line in whole blocks."""
        for block in tuple(found.blocks_around(sender, number)):
            seq = (await self._piece(stream, found, block)).seq(sender, number)
            if seq is not None:
                return seq
        return None

    async def _piece(self, stream: Stream, found: StreamBlocks, block: int) -> Piece:
        of = self._partitions[found.partition]
        return (of.tail if block == len(of.ends) else await self._block(found.partition, block)).pieces[stream]

    async def _block(self, partition: int, ordinal: int) -> Block:
        block = self._fresh.get((partition, ordinal))
        if block is None:
            block = self._loaded.get((partition, ordinal)) or await self._load(partition, ordinal)
            self._loaded[partition, ordinal] = block
        return block


def _count(runs: Iterable[Run], above: int) -> int:
    """How many of the numbers are above this one."""
    return sum(max(0, run.last_number - max(run.first_number - 1, above)) for run in runs)
