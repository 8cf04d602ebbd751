"""What the line log on Kafka remembers of its records, to number new lines and to find old ones. Pure.

Only records that are valid count: ``captionflow.records.is_valid``.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

import msgspec

from captionflow.messages import Stream
from captionflow.numbering import Key, Run, last_seqs, runs
from captionflow.off_record import OffRecord, Written, after
from captionflow.records import is_valid, lines_reader


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


_first_number = attrgetter("first_number")


read_head = lines_reader(RecordHead)
"""As much of a record of lines as the index needs."""


class _Stream:
    """One language of one session."""

    __slots__ = ("first_seqs", "last_seq", "off_record", "offsets", "partition", "runs")

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.last_seq = 0
        self.first_seqs = array("q")
        self.offsets = array("q")
        self.runs: dict[str, list[Run]] = {}
        self.off_record: OffRecord | None = None


class LineIndex:
    """All valid records of the topic, as far as they have been added."""

    def __init__(self) -> None:
        self._streams: dict[Stream, _Stream] = {}
        self._order = array("q")
        self.off_record_now: set[Stream] = set()
        """The streams that are off the record."""

    def add(
        self, partition: int, offset: int, head: RecordHead, written: Callable[[], Iterable[Written]] = tuple
    ) -> bool:
        """Take the next record of a partition; whether it is valid. A void one changes nothing.

        ``written`` gives all of its lines: it is asked in streams that were ever off the record.
        """
        name = Stream(head.session, head.language)
        stream = self._streams.get(name)
        if not is_valid(head, 0 if stream is None else stream.last_seq):
            return False
        if stream is None:
            stream = self._streams[name] = _Stream(partition)
        stream.first_seqs.append(head.lines[0].seq)
        stream.offsets.append(offset)
        stream.last_seq = head.lines[-1].seq
        for sender, run in runs(head.lines):
            _add_run(stream.runs.setdefault(sender, []), run)
        if stream.off_record is not None or any(line.off_record is not None for line in head.lines):
            for line in written():
                stream.off_record = after(stream.off_record, line)
            if stream.off_record is not None and stream.off_record.now is not None:
                self.off_record_now.add(name)
            else:
                self.off_record_now.discard(name)
        self._order.append(partition << 48 | offset)
        return True

    def last_seq(self, stream: Stream) -> int:
        """0 before the first line."""
        found = self._streams.get(stream)
        return 0 if found is None else found.last_seq

    def off_record(self, stream: Stream) -> OffRecord | None:
        """What its lines say of it."""
        found = self._streams.get(stream)
        return None if found is None else found.off_record

    def last_number(self, stream: Stream, sender: str, before: int | None = None) -> int | None:
        """The highest number of this sender in lines whose ``seq`` is below ``before``, if it is given; or None."""
        found = self._streams.get(stream)
        if found is None:
            return None
        end = found.last_seq + 1 if before is None else before
        for run in reversed(found.runs.get(sender, [])):
            if run.first_seq < end:
                return min(run.last_number, run.first_number + end - run.first_seq - 1)
        return None

    def last_seqs(self, stream: Stream, sender: str, limit: int, after: int) -> list[int]:
        """See ``numbering.last_seqs``."""
        found = self._streams.get(stream)
        return [] if found is None else last_seqs(reversed(found.runs.get(sender, [])), limit, after)

    def known(self, stream: Stream, keys: Iterable[Key]) -> list[int]:
        """The seqs of those of the lines that are there, rising."""
        found = self._streams.get(stream)
        if found is None:
            return []
        seqs = set()
        for sender, number in keys:
            of_sender = found.runs.get(sender, [])
            at = bisect_right(of_sender, number, key=_first_number) - 1
            if at >= 0 and number <= of_sender[at].last_number:
                seqs.add(of_sender[at].seq(number))
        return sorted(seqs)

    def holding(self, stream: Stream, seqs: Iterable[int]) -> list[int]:
        """The offsets of the records that hold these rising seqs, each once."""
        found = self._streams[stream]
        offsets: list[int] = []
        for seq in seqs:
            offset = found.offsets[bisect_right(found.first_seqs, seq) - 1]
            if not offsets or offsets[-1] != offset:
                offsets.append(offset)
        return offsets

    def after(self, stream: Stream, seq: int, limit: int) -> list[int]:
        """The offsets of at most so many records, beginning with the one that holds the line after ``seq``."""
        found = self._streams.get(stream)
        if found is None or seq >= found.last_seq:
            return []
        begin = max(bisect_right(found.first_seqs, seq + 1) - 1, 0)
        return list(found.offsets[begin : begin + limit])

    def has(self, stream: Stream, offset: int, first_seq: int) -> bool:
        """Whether the record at this offset of the stream's partition is a valid one that begins with ``first_seq``."""
        found = self._streams.get(stream)
        if found is None:
            return False
        at = bisect_left(found.offsets, offset)
        return at < len(found.offsets) and found.offsets[at] == offset and found.first_seqs[at] == first_seq

    def in_order(self, begin: int, limit: int) -> Sequence[tuple[int, int]]:
        """(partition, offset) of at most so many records, in the order in which they were added; from ``begin`` on."""
        return [(place >> 48, place & 0xFFFF_FFFF_FFFF) for place in self._order[begin : begin + limit]]

    def streams(self) -> Iterator[Stream]:
        """All streams that have lines."""
        return iter(self._streams)


def _add_run(known: list[Run], run: Run) -> None:
    """Extend the run that this one continues, or insert it in order."""
    at = bisect_right(known, run.first_number, key=_first_number)
    if at:
        before = known[at - 1]
        if before.last_number == run.first_number - 1 and before.seq(before.last_number) == run.first_seq - 1:
            known[at - 1] = Run(before.first_number, run.last_number, before.first_seq)
            return
    known.insert(at, run)
