"""The line log on a real broker: several writers, writers that die, records that are none of ours."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from kafka import TopicPartition

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_block import BlockSize
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.errors import Conflict
from captionflow.messages import Draft, Line, LineRecord, Receipt
from captionflow.off_record import SENDER as OFF_RECORD
from tests.stack.servers import Server
from tests.stack.topics import fresh_topics

Open = Callable[[], Awaitable[KafkaLineLog]]


@pytest.fixture
async def kafka(kafka_broker: Server) -> Kafka:
    return await fresh_topics(kafka_broker.address)


@pytest.fixture
async def open_log(kafka: Kafka) -> AsyncIterator[Open]:
    """Opens the log once more, as a process of its own would."""
    opened: list[KafkaLineLog] = []

    async def open_one() -> KafkaLineLog:
        opened.append(KafkaLineLog(kafka, seals=True, size=BlockSize(records=3)).start())
        return await opened[-1].ready()

    yield open_one
    await asyncio.gather(*(log.close() for log in opened))


def draft(number: int, sender: str = "desk") -> Draft:
    return Draft(sender, number, f"{sender} says {number}\n")


async def lines(log: KafkaLineLog, session: str = "talk", language: str = "en") -> list[Line]:
    return [line async for record in log.read(session, language) for line in record.lines]


async def write(kafka: Kafka, key: bytes | None, value: bytes | None, *, partition: int | None = None) -> None:
    """A record as anybody could write it."""

    def send() -> None:
        producer = kafka.producer()
        place = kafka.topic_partition(kafka.lines, key or b"talk").partition if partition is None else partition
        producer.send(kafka.lines, value, key=key, partition=place).get(20)
        producer.close()

    await asyncio.to_thread(send)


def record(first_seq: int, *drafts: Draft, session: str = "talk", **more: Any) -> bytes:
    """What a log would write for these drafts if it knew the lines before ``first_seq``."""
    written = tuple(
        msgspec.convert(
            msgspec.structs.asdict(one) | {"seq": first_seq + n, "received_at": "2015-11-12T09:30:00Z"}, Line
        )
        for n, one in enumerate(drafts)
    )
    return msgspec.json.encode(LineRecord(session, "en", written, **more))


async def test_two_logs_that_take_lines_of_one_session_leave_no_hole_and_repeat_nothing(open_log: Open) -> None:
    logs = [await open_log() for _ in range(2)]

    async def send(log: KafkaLineLog, sender: str) -> list[Receipt]:
        return [receipt for n in range(100) for receipt in await log.append("talk", "en", [draft(n, sender)])]

    answers = await asyncio.gather(*(send(log, sender) for log in logs for sender in ("a", "b", f"own-{id(log)}")))
    stored = await lines(logs[0])
    assert [line.seq for line in stored] == list(range(1, 401))
    assert len({(line.sender, line.number) for line in stored}) == 400
    assert stored == await lines(logs[1]) == await lines(await open_log())
    places = {(line.sender, line.number): (line.seq, line.received_at) for line in stored}
    assert answers[0] == answers[3]
    assert [(r.seq, r.received_at) for r in answers[0]] == [places["a", n] for n in range(100)]
    assert logs[0].skipped["void"] > 0, "they never raced: the test has tested nothing"


@pytest.fixture
async def overtaken(open_log: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[[Draft], Awaitable[KafkaLineLog]]:
    """A log that is told of another one's line when it has looked where the stream ends, and waits to be sure."""

    async def open_one(by: Draft) -> KafkaLineLog:
        log, other = await open_log(), await open_log()
        journal, coming = log._journal, [by]
        up_to_date = journal.up_to_date

        async def wait(tp: TopicPartition, seconds: float) -> None:
            if coming:
                await other.append("talk", "en", [coming.pop()])
                await journal.catch_up(tp)
            await up_to_date(tp, seconds)

        await log.append("talk", "en", [draft(0)])
        monkeypatch.setattr(log, "_append_seconds", 60)  # the other one has its own time within it
        monkeypatch.setattr(journal, "up_to_date", wait)
        return log

    return open_one


async def test_a_line_that_comes_again_while_its_retry_waits_is_known_and_not_written_twice(
    overtaken: Callable[[Draft], Awaitable[KafkaLineLog]],
) -> None:
    log = await overtaken(draft(1))
    (receipt,) = await log.append("talk", "en", [draft(1)])
    found = await lines(log)
    assert [line.number for line in found] == [0, 1]
    assert (receipt.seq, receipt.received_at) == (found[1].seq, found[1].received_at)
    assert log.skipped["void"] == 0
    with pytest.raises(Conflict):
        await (await overtaken(Draft("desk", 2, "this"))).append("talk", "en", [Draft("desk", 2, "that")])


async def test_what_others_say_while_a_line_waits_comes_before_it(
    overtaken: Callable[[Draft], Awaitable[KafkaLineLog]],
) -> None:
    log = await overtaken(draft(0, "other"))
    (receipt,) = await log.append("talk", "en", [draft(1)])
    assert [(line.sender, line.seq) for line in await lines(log)] == [("desk", 1), ("other", 2), ("desk", 3)]
    assert (receipt.seq, log.skipped["void"]) == (3, 0)


async def test_a_passage_that_begins_while_a_line_waits_holds_for_it_and_no_record_has_its_words(
    kafka: Kafka, overtaken: Callable[[Draft], Awaitable[KafkaLineLog]]
) -> None:
    log = await overtaken(Draft(OFF_RECORD, 0, "", off_record=True))
    (receipt,) = await log.append("talk", "en", [Draft("desk", 1, "xylophone")])
    assert (receipt.seq, receipt.withheld) == (3, True)

    def everything() -> bytes:
        consumer = kafka.consumer()
        tps = kafka.topic_partitions(kafka.lines)
        consumer.assign(tps)
        ends = consumer.end_offsets(tps)
        for tp in tps:
            consumer.seek(tp, 0)
        found = b""
        while any(consumer.position(tp) < end for tp, end in ends.items()):
            found += b"".join(one.value for records in consumer.poll(1_000).values() for one in records)
        consumer.close()
        return found

    said = await asyncio.to_thread(everything)
    assert b"desk says 0" in said
    assert b"xylophone" not in said


async def test_of_two_contents_for_one_number_taken_at_once_one_is_a_conflict(open_log: Open) -> None:
    logs = [await open_log() for _ in range(2)]
    for n in range(20):
        answers = await asyncio.gather(
            *(
                log.append("talk", "en", [Draft("desk", n, text)])
                for log, text in zip(logs, ("this", "that"), strict=True)
            ),
            return_exceptions=True,
        )
        assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "tuple"]
    assert [line.number for line in await lines(logs[0])] == list(range(20))


async def test_a_batch_of_several_records_stays_in_order_among_other_writers(open_log: Open) -> None:
    logs = [await open_log() for _ in range(2)]
    large = [Draft("file", n, f"{n} " + "x" * 2_000) for n in range(200)]

    async def say() -> None:
        for n in range(40):
            await logs[1].append("talk", "en", [draft(n)])

    receipts, _ = await asyncio.gather(logs[0].append("talk", "en", large), say())
    stored = await lines(logs[1])
    assert [line.seq for line in stored] == list(range(1, 241))
    assert [line.number for line in stored if line.sender == "file"] == list(range(200))
    assert [r.seq for r in receipts] == [line.seq for line in stored if line.sender == "file"]


async def test_a_line_that_was_written_but_never_acknowledged_is_known_to_whoever_gets_the_retry(
    kafka: Kafka, open_log: Open
) -> None:
    await (await open_log()).append("talk", "en", [draft(0)])
    await write(kafka, b"talk", record(2, draft(1)))  # and the process died before it could read it back
    log = await open_log()
    (receipt,) = await log.append("talk", "en", [draft(1)])
    assert receipt.seq == 2
    assert [line.number for line in await lines(log)] == [0, 1]
    with pytest.raises(Conflict):
        await log.append("talk", "en", [Draft("desk", 1, "something else")])


async def test_a_retry_that_overtook_its_first_try_makes_that_one_void(kafka: Kafka, open_log: Open) -> None:
    log = await open_log()
    await log.append("talk", "en", [draft(0)])
    await write(kafka, b"talk", record(1, draft(0)))  # what was on its way all the time arrives now
    await log.append("talk", "en", [draft(1)])
    assert [line.number for line in await lines(log)] == [0, 1]
    assert log.skipped == {"void": 1}


_SENDER = """
import asyncio, sys
import structlog
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.messages import Draft

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

async def main(servers, prefix, partitions, first):
    log = await KafkaLineLog(Kafka(servers=servers, prefix=prefix, partitions=int(partitions))).start().ready()
    for number in range(int(first), 100_000):
        (receipt,) = await log.append("talk", "en", [Draft("desk", number, f"desk says {number}\\n")])
        print(receipt.number, receipt.seq, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("lines_before", [1, 7, 19, 40, 58])
async def test_a_writer_that_is_killed_while_it_writes_loses_and_repeats_nothing(
    kafka: Kafka, open_log: Open, lines_before: int
) -> None:
    acknowledged: dict[int, int] = {}
    for _ in range(2):
        first = max(acknowledged, default=-1) + 1
        sender = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _SENDER, kafka.servers, kafka.prefix, str(kafka.partitions), str(first)),
            stdout=subprocess.PIPE,
        )
        assert sender.stdout is not None
        said = [await sender.stdout.readline() for _ in range(lines_before)]
        sender.kill()  # wherever it stands: numbering, writing, reading back
        said += (await sender.stdout.read()).splitlines(keepends=True)
        await sender.wait()
        acknowledged |= {int(number): int(seq) for number, seq in (line.split() for line in said if line[-1:] == b"\n")}
    log = await open_log()
    (last,) = await log.append("talk", "en", [draft(max(acknowledged) + 1)])
    stored = await lines(log)
    assert [(line.number, line.seq) for line in stored] == [(n, n + 1) for n in range(len(stored))]
    assert last.seq in (len(stored), len(stored) - 1)
    assert acknowledged.items() <= {line.number: line.seq for line in stored}.items()


async def test_records_that_are_none_of_ours_are_left_out_and_counted(kafka: Kafka, open_log: Open) -> None:
    await (await open_log()).append("talk", "en", [draft(0)])
    elsewhere = (kafka.topic_partition(kafka.lines, b"talk").partition + 1) % kafka.partitions
    await write(kafka, b"talk", b"not JSON")
    await write(kafka, b"talk", None)
    await write(kafka, None, record(2, draft(1)))
    await write(kafka, b"talk", record(2, draft(1), v=2))
    await write(kafka, b"talk", record(2, draft(1), session="other"))
    await write(kafka, b"talk", record(2, draft(1)), partition=elsewhere)
    await write(kafka, b"talk", record(7, draft(1)))
    counts = await KafkaLineLog(kafka).start().ready()  # with blocks of its own, so that nothing is sealed for it
    assert counts.skipped == {"foreign": 6, "void": 1}
    await counts.close()
    for log in (await open_log(), await open_log()):
        assert [line.number for line in await lines(log)] == [0]
    (receipt,) = await log.append("talk", "en", [draft(1)])
    assert receipt.seq == 2
    following = log.follow()
    assert [(await anext(following))[1].lines[0].number for _ in range(2)] == [0, 1]


async def test_lines_that_are_far_apart_in_the_topic_are_read_in_order(kafka: Kafka, open_log: Open) -> None:
    writing = await open_log()
    place = kafka.topic_partition(kafka.lines, b"talk")
    others = [name for name in map(str, range(400)) if kafka.topic_partition(kafka.lines, name.encode()) == place]
    await writing.append("talk", "en", [draft(0)])
    for language in map(str, range(30)):  # enough that the next of our lines is worth a jump
        await asyncio.gather(*(writing.append(other, language, [draft(0)]) for other in others))
    await writing.append("talk", "en", [draft(1)])
    log = await open_log()
    assert [line.number for line in await lines(log)] == [0, 1]
    assert [r.seq for r in await log.append("talk", "en", [draft(1), draft(0)])] == [2, 1]
