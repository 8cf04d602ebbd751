"""What a worker does with a record: what came before it is read from the log, some at a time (record_processor)."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from captionflow.messages import LineRecord, StepRecord, turns_key
from captionflow.transcript import newest
from services.segment import record_processor
from services.segment.checkpoint import highest_offset, shelved
from services.segment.record_processor import RecordProcessor
from services.segment.worker_events import WorkerEvents
from tests.unit.segment_material import line

KEY = turns_key("s", "en")
WORDS = (
    "ANA: Good",
    "morning,",
    "all.",
    "\nBEN:",
    "Thank",
    "you,",
    "Ana.",
    "We",
    "go",
    "on.",
    "\nANA:",
    "Then",
    "the",
    "end.",
)


class Broker:
    """A partition of lines, and the table of what was said of it; ``most`` is what was under way at once, at most."""

    def __init__(self) -> None:
        self.log: list[LineRecord] = []
        self.table: dict[bytes, bytes] = {}
        self.steps: list[StepRecord] = []
        self.reads: list[tuple[int, int]] = []
        self.under_way = self.most = 0

    def value(self, _partition: int, key: bytes) -> bytes | None:
        return self.table.get(key)

    def publish(self, _partition: int, key: bytes, value: bytes) -> int:
        self.table[key] = value
        self.steps.append(msgspec.json.decode(value, type=StepRecord))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        return len(self.steps)

    async def settled(self, sent: Sequence[int]) -> None:
        self.under_way -= len(sent)

    async def read(self, _partition: int, begin: int, end: int) -> list[tuple[int, bytes | None, bytes | None]]:
        self.reads.append((begin, end))
        some = enumerate(self.log[begin:end], begin)
        return [(offset, one.session.encode(), msgspec.json.encode(one)) for offset, one in some]

    def shelve(self) -> None:
        self.table = {key: shelved(one, highest_offset([one])) or one for key, one in self.table.items()}


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def processor(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> RecordProcessor[int]:
    monkeypatch.setattr(record_processor, "READ_RECORDS", 4)
    return RecordProcessor(broker, broker.read, partition_of=lambda _: 0, events=WorkerEvents())


def said(session: str, seq: int) -> LineRecord:
    return LineRecord(session, "en", (line(seq, f"{WORDS[(seq - 1) % len(WORDS)]} "),))


async def deliver(broker: Broker, processor: RecordProcessor[int], *records: LineRecord) -> None:
    for one in records:
        broker.log.append(one)
        await broker.settled(await processor.process(0, len(broker.log) - 1, one))


def shown(steps: Sequence[StepRecord]) -> list[Any]:
    return [msgspec.to_builtins(one) for one in newest([step for step in steps if step.session == "s"])]


@pytest.mark.parametrize("cut", range(1, len(WORDS)))
async def test_a_shelved_session_goes_on_as_if_it_had_never_been_silent(
    broker: Broker, processor: RecordProcessor[int], cut: int
) -> None:
    await deliver(broker, processor, *(said("before", seq) for seq in range(1, 6)))
    await deliver(broker, processor, *(said("s", seq) for seq in range(1, cut + 1)))
    broker.shelve()
    await deliver(broker, processor, *(said("after", seq) for seq in range(1, 6)))
    already = len(broker.steps)
    await deliver(broker, processor, *(said("s", seq) for seq in range(cut + 1, len(WORDS) + 1)))
    other = Broker()
    await deliver(
        other, RecordProcessor(other, other.read, partition_of=lambda _: 0, events=WorkerEvents()), *broker.log
    )
    assert shown(broker.steps) == shown(other.steps)
    assert len(broker.steps) - already == len(WORDS) - cut, "a step was published again"
    assert min(begin for begin, _ in broker.reads) == 5, "it reads from where the session began"
    assert max(end for _, end in broker.reads) <= 5 + cut, "and no further than it was"


async def test_what_comes_again_of_a_shelved_session_is_skipped_and_nothing_is_read(
    broker: Broker, processor: RecordProcessor[int]
) -> None:
    await deliver(broker, processor, *(said("s", seq) for seq in range(1, 6)))
    broker.shelve()
    for offset, one in enumerate(broker.log):
        assert await processor.process(0, offset, one) == []
    assert broker.reads == []


async def test_of_a_session_without_any_state_all_is_read_and_published_some_at_a_time(
    broker: Broker, processor: RecordProcessor[int]
) -> None:
    for seq in range(1, 40):
        broker.log += [said("s", seq), said("other", seq)]
    last = said("s", 40)
    broker.log.append(last)
    sent = await processor.process(0, len(broker.log) - 1, last)
    assert len(broker.steps) == 40
    assert broker.most <= 4
    assert len(sent) <= 3
    assert max(end - begin for begin, end in broker.reads) == 4


async def test_records_that_were_left_out_are_processed_some_at_a_time(
    broker: Broker, processor: RecordProcessor[int]
) -> None:
    for seq in range(1, 21):
        broker.log += [said("s", seq), said("other", seq)]
    sent = await processor.process_gap(0, range(40))
    assert len(broker.steps) == 40
    assert (broker.most, len(sent)) == (4, 4)
    assert await processor.process_gap(0, range(40)) == []
    assert len(broker.steps) == 40
