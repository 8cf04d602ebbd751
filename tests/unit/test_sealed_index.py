"""An index whose old records are sealed, forgotten and read again answers as one that remembers them all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.adapters.kafka.line_block import Block, BlockSize, LineHead, RecordHead, rebuilt
from captionflow.adapters.kafka.line_index import LineIndex
from captionflow.adapters.kafka.seal import MAX_BYTES, SealChain, SealedStream, WholeBlock
from captionflow.identity import MAX_NUMBER
from captionflow.messages import Line, Stream
from captionflow.off_record import SENDER

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
SMALL = BlockSize(records=3, size=10_000)
ENDLESS = BlockSize(records=10**9, size=10**12)
STREAMS = Stream("talk", "en"), Stream("talk", "es"), Stream("keynote", "en")
SENDERS = "desk", "asr", SENDER
PARTITIONS = 2


class Written(NamedTuple):
    """A record of the log as it was written, be it valid or not."""

    partition: int
    offset: int
    stream: Stream
    lines: tuple[Line, ...]
    size: int

    @property
    def head(self) -> RecordHead:
        heads = tuple(LineHead(line.seq, line.sender, line.number, line.off_record) for line in self.lines)
        return RecordHead(*self.stream, heads, 1)


class Log:
    """A log of records, and processes that read it."""

    def __init__(self) -> None:
        self.records: list[Written] = []
        self.seals: dict[bytes, bytes] = {}

    def process(self, size: BlockSize, *, loaded: int = 1) -> "Process":
        return Process(self, size, loaded)


class Process:
    def __init__(self, log: Log, size: BlockSize, loaded: int) -> None:
        self._log = log
        self._size = size
        self.index = LineIndex(self._load, size, loaded_blocks=loaded, fresh_blocks=1, unpacked=1)
        self._chain = SealChain("topic", PARTITIONS, size)
        self.loads = 0
        self.taken = dict.fromkeys(range(PARTITIONS), 0)

    async def _load(self, partition: int, ordinal: int) -> Block:
        self.loads += 1
        begin, end = self.index.span(partition, ordinal)
        here = [one for one in self._log.records if one.partition == partition and begin <= one.offset < end]
        block = rebuilt(begin, end, [(one.offset, one.head) for one in here], self.index.first_seqs(partition, ordinal))
        assert self.index.agrees(partition, ordinal, block, block.digest())
        return block

    def resume(self, seals: Mapping[bytes, bytes]) -> "Process":
        """Begin with what is sealed."""
        for partition in range(PARTITIONS):
            while True:
                ordinal, begin = self.index.next_block(partition)
                whole = self._chain.read(seals, partition, ordinal, begin, self._end(partition))
                if whole is None:
                    break
                self.index.skip(whole)
                self.taken[partition] = whole.end
        return self

    def read(self) -> "Process":
        """Take what the log has."""
        for one in self._log.records:
            if one.offset >= self.taken[one.partition]:
                self.index.add(one.partition, one.offset, one.head, partial(getattr, one, "lines"))
                whole = self.index.passed(one.partition, one.offset, one.size)
                if whole is not None:
                    self._log.seals.update(self._chain.made(whole))
                self.taken[one.partition] = one.offset + 1
        return self

    def _end(self, partition: int) -> int:
        return max((one.offset + 1 for one in self._log.records if one.partition == partition), default=0)


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Several streams and senders; numbers that rise, are left out and come late; records that lost a race; holes in
    the offsets."""
    log = Log()
    last_seqs: dict[Stream, int] = dict.fromkeys(STREAMS, 0)
    unused = {(stream, sender): list(range(12)) for stream in STREAMS for sender in SENDERS}
    offsets = dict.fromkeys(range(PARTITIONS), 0)
    for _ in range(draw(st.integers(0, 16))):
        stream = draw(st.sampled_from(STREAMS))
        sender = draw(st.sampled_from(SENDERS))
        partition = STREAMS.index(stream) % PARTITIONS
        void = draw(st.integers(0, 5)) == 0
        numbers = unused[stream, sender]
        at = draw(st.integers(0, 2))
        taken = numbers[at : at + draw(st.integers(1, 3))]
        if not taken:
            continue
        first = last_seqs[stream] + 1 + (draw(st.sampled_from([-1, 1])) if void else 0)
        off_record = draw(st.booleans()) if sender == SENDER else None
        lines = tuple(
            Line(sender, number, "", off_record=off_record, seq=first + n, received_at=AT)
            for n, number in enumerate(taken)
        )
        offsets[partition] += draw(st.sampled_from([0, 0, 0, 2]))
        log.records.append(Written(partition, offsets[partition], stream, lines, draw(st.sampled_from([50, 6_000]))))
        offsets[partition] += 1
        if not void:
            del numbers[at : at + len(taken)]
            last_seqs[stream] += len(taken)
    return log


async def answers(index: LineIndex) -> object:
    """All that can be asked."""
    found: list[object] = [sorted(index.streams()), sorted(index.off_record_now)]
    for stream in (*STREAMS, Stream("nobody", "en")):
        last = index.last_seq(stream)
        known = await index.known(stream, [(sender, number) for sender in SENDERS for number in range(13)])
        found += [
            last,
            index.off_record(stream),
            known,
            await index.holding(stream, known) if known else None,
            [await index.known(stream, [(sender, number)]) for sender in SENDERS for number in (0, 4, 9)],
            [
                await index.last_number(stream, sender, seq)
                for sender in SENDERS
                for seq in (None, *range(0, last + 2, 2))
            ],
            [
                await index.last_seqs(stream, sender, limit, after)
                for sender in SENDERS
                for limit in (1, 2, 5)
                for after in (-1, 3, 11)
            ],
            [await pages(index, stream, seq) for seq in range(last + 1)],
            [await index.has(stream, offset, seq) for offset in range(24) for seq in (1, last)],
        ]
    return found + [await valid(index, partition) for partition in range(PARTITIONS)]


async def pages(index: LineIndex, stream: Stream, seq: int) -> list[int]:
    """The offsets of all records from the line behind ``seq`` on."""
    found = [await index.after(stream, one, 2) for one in range(seq, index.last_seq(stream) + 1)]
    assert all(found[:-1])
    return sorted({offset for offsets in found for offset in offsets})


async def valid(index: LineIndex, partition: int) -> list[int]:
    offsets: list[int] = []
    while more := await index.valid_from(partition, offsets[-1] + 1 if offsets else 0, 2):
        offsets += more
    return offsets


@given(logs())
async def test_it_answers_as_one_that_remembers_everything(log: Log) -> None:
    remembers = log.process(ENDLESS).read()
    seals = log.process(SMALL).read()
    expected = await answers(remembers.index)
    assert await answers(seals.index) == expected
    assert await answers(log.process(SMALL, loaded=3).resume(log.seals).read().index) == expected


@given(logs(), st.data())
async def test_any_seal_may_be_missing_damaged_or_old(log: Log, data: st.DataObject) -> None:
    log.process(SMALL).read()
    seals = dict(log.seals)
    for key in data.draw(st.lists(st.sampled_from(sorted(seals)), max_size=3)) if seals else []:
        what = data.draw(st.sampled_from(["missing", "damaged", "another's"]))
        if what == "missing":
            seals.pop(key, None)
        else:
            seals[key] = log.seals[key].replace(b"[", b"[ ", 1) if what == "damaged" else min(log.seals.values())
    process = log.process(SMALL).resume(seals).read()
    assert await answers(process.index) == await answers(log.process(ENDLESS).read().index)
    assert log.seals.keys() >= seals.keys()


@given(logs(), st.data())
async def test_processes_that_begin_at_any_moment_make_the_same_seals(log: Log, data: st.DataObject) -> None:
    records, seen = log.records, dict[bytes, bytes]()
    for end in [*sorted(data.draw(st.lists(st.integers(0, len(records)), max_size=4))), len(records)]:
        log.records = records[:end]
        log.process(SMALL).resume(log.seals).read()
        assert all(log.seals[key] == value for key, value in seen.items())
        seen = dict(log.seals)
    log.seals = {}
    log.process(SMALL).read()
    assert log.seals == seen


def a_session(sessions: int = 1) -> Log:
    """Ten lines of each session, a record each."""
    log = Log()
    for session in range(sessions):
        for n in range(10):
            line = Line("desk", n, "", seq=n + 1, received_at=AT)
            log.records.append(Written(0, 10 * session + n, Stream(f"talk-{session}", "en"), (line,), 50))
    return log


async def test_a_retry_of_an_old_line_reads_one_block_and_a_new_line_none() -> None:
    log = a_session(20)
    process = log.process(SMALL).read()
    index = process.index
    stream = Stream("talk-3", "en")
    assert await index.known(stream, [("desk", 10), ("desk", 4711), ("asr", 0)]) == []
    assert (await index.last_number(stream, "desk"), index.last_seq(stream), process.loads) == (9, 10, 0)
    assert await index.known(stream, [("desk", 4)]) == [5]
    assert process.loads == 1


async def test_what_was_asked_for_long_ago_is_forgotten_again() -> None:
    log = a_session(20)
    process = log.process(SMALL, loaded=2).read()
    for session in range(20):
        await process.index.known(Stream(f"talk-{session}", "en"), [("desk", 4)])
    assert remembered(process) == [61, 64, 65]


def test_what_became_whole_is_forgotten_soon_if_nobody_asks() -> None:
    process = a_session(20).process(SMALL, loaded=32).read()
    assert remembered(process) == [65]


def remembered(process: Process) -> list[int]:
    """The whole blocks that are remembered record by record."""
    return [ordinal for ordinal in range(66) if process.index.loaded(0, ordinal) is not None]


def test_a_process_that_begins_with_seals_takes_no_record_that_is_sealed() -> None:
    log = a_session(20)
    log.process(SMALL).read()
    process = log.process(SMALL).resume(log.seals)
    assert (process.taken[0], process.index.last_seq(Stream("talk-19", "en"))) == (198, 8)


def test_seals_of_another_topic_of_other_blocks_or_behind_the_end_count_for_nothing() -> None:
    log = a_session()
    log.process(SMALL).read()
    assert SealChain("topic", PARTITIONS, SMALL).read(log.seals, 0, 0, 0, 3) is not None
    assert SealChain("topic", PARTITIONS, SMALL).read(log.seals, 0, 0, 0, 2) is None
    assert SealChain("topic", PARTITIONS, SMALL).read(log.seals, 0, 0, 1, 4) is None
    assert SealChain("anew", PARTITIONS, SMALL).read(log.seals, 0, 0, 0, 3) is None
    assert SealChain("topic", PARTITIONS, BlockSize(4)).read(log.seals, 0, 0, 0, 3) is None
    assert SealChain("topic", PARTITIONS + 1, SMALL).read(log.seals, 0, 0, 0, 3) is None


def test_a_seal_of_a_later_version_counts_for_nothing() -> None:
    log = a_session()
    log.process(SMALL).read()
    later = {key: value.replace(b'"v":1', b'"v":9') for key, value in log.seals.items()}
    assert SealChain("topic", PARTITIONS, SMALL).read(later, 0, 0, 0, 10) is None


@pytest.mark.parametrize("lost", [None, 0, 1])
def test_a_block_of_very_many_senders_is_sealed_in_several_records(lost: int | None) -> None:
    streams = [
        SealedStream(f"talk-{n}", "en", 1, 900, {f"{n}-{sender}-{'x' * 100}": (0, MAX_NUMBER) for sender in range(900)})
        for n in range(8)
    ]
    whole = WholeBlock(0, 0, 0, 10, b"digest", streams)
    seals = dict(SealChain("topic", 1, SMALL).made(whole))
    assert len(seals) > 1
    assert all(len(value) < 2 * MAX_BYTES for value in seals.values())
    if lost is not None:
        del seals[f"0/0/{lost}".encode()]
    assert SealChain("topic", 1, SMALL).read(seals, 0, 0, 0, 10) == (whole if lost is None else None)


def test_numbers_that_no_sender_of_lines_can_have_are_sealed_all_the_same() -> None:
    log = a_session()
    lines = tuple(Line("odd", number, "", seq=11 + n, received_at=AT) for n, number in enumerate([2**70, -(2**70)]))
    log.records.append(Written(0, 10, Stream("talk-0", "en"), lines, 20_000))
    log.process(SMALL).read()
    assert msgspec.json.decode(log.seals[b"0/3/0"])["sealed"]["streams"][0][4]["odd"] == [-1, MAX_NUMBER]


@pytest.mark.parametrize(
    ("lie", "blocks"),
    [
        ({"session": "gossip"}, 1),
        ({"first_seq": 2}, 2),
        ({"last_seq": 4}, 1),  # of a block that another one follows it means nothing
        ({"senders": {"desk": (0, 3)}}, 2),
        ({"senders": {"desk": (0, 2), "asr": (0, 0)}}, 2),
        ({"senders": {}}, 2),
    ],
)
async def test_a_seal_that_says_what_its_records_do_not_is_noticed_when_they_are_read(
    lie: dict[str, object], blocks: int
) -> None:
    log = a_session()
    honest = log.process(SMALL).read()
    chain = SealChain("topic", PARTITIONS, SMALL)
    first, second = (chain.read(log.seals, 0, n, 3 * n, 10) for n in range(2))
    assert first is not None
    assert second is not None
    index = LineIndex(honest.index._block, SMALL)
    index.skip(first._replace(streams=[msgspec.structs.replace(first.streams[0], **lie)]))
    if blocks > 1:
        index.skip(second)
    block = await honest.index._block(0, 0)
    assert honest.index.agrees(0, 0, block, block.digest())
    assert not honest.index.agrees(0, 0, block, b"another")
    assert not index.agrees(0, 0, block, block.digest())
