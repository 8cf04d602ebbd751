"""The segment worker on a real broker: what Faust leaves out is healed, what nobody can use is set aside."""

import hashlib
import inspect
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from faust.tables.base import Collection
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata
from mode.threads import QueueServiceThread, ServiceThread

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.messages import Line, LineRecord, StepRecord, turns_key
from captionflow.transcript import newest
from services.segment.checkpoint import Checkpoint, apply_lines
from services.segment.file_session import EPOCH
from services.segment.segmenter import start
from tests.integration.fetching_program import LEFT
from tests.integration.watched_program import LOOKED
from tests.real_program import Server as Program
from tests.stack.servers import Server
from tests.stack.topics import drop_topics, fresh_topics
from tests.waiting import await_true

FAUST: dict[Callable[..., Any], str] = {
    Recovery.on_recovery_completed: "6ef567acf072e46d",
    Collection._on_changelog_sent: "60122c86a120d82c",
    Collection.apply_changelog_batch: "b980a78d3ae9b1e8",
    Collection.on_rebalance: "0812ad692171a8fd",
    Collection.send_changelog: "3dd3884e1b5fc0e1",
    Consumer.getmany: "4b168d84882a70d6",
    Consumer._wait_next_records: "6218e1969a636b3f",
    Consumer.pause_partitions: "27a1c94bdacd54de",
    Consumer.resume_partitions: "afe6b7c02a41d63c",
    Consumer.verify_all_partitions_active: "4e0e46f5c297305d",
    AIOKafkaConsumerThread._fetch_records: "39a2c6c79fc1455a",
    ServiceThread.start: "f11841038a033a05",
    ServiceThread.stop: "32d026539c3665b2",
    ServiceThread._serve: "67809eae09573ac7",
    QueueServiceThread.call_thread: "479edda75b54734b",
    QueueServiceThread.on_thread_started: "73f6333fc9c9594f",
}
SESSION = "opening"
WAIT_MS = 60_000


@pytest.fixture
async def kafka(kafka_broker: Server) -> AsyncIterator[Kafka]:
    made = await fresh_topics(kafka_broker.address, partitions=1)
    yield made
    await drop_topics(made)


@pytest.fixture
def worker(kafka: Kafka, tmp_path: Path) -> Iterator[Program]:
    """Not started yet."""
    made = segment(kafka, tmp_path)
    yield made
    made.kill()
    made.client.close()


def segment(kafka: Kafka, folder: Path, **program: Any) -> Program:
    settings = {"KAFKA": kafka.servers, "TOPICS": kafka.prefix, "PARTITIONS": 1}
    return Program(folder / "segment", command=("serve", "segment"), **settings, **program)


def record(*seqs: int, session: str = SESSION) -> LineRecord:
    """A line is the word of its number."""
    lines = [Line(sender="desk", number=seq, text=f"word{seq} ", seq=seq, received_at=EPOCH) for seq in seqs]
    return LineRecord(session, "en", tuple(lines))


def write(kafka: Kafka, topic: str, *records: tuple[bytes, bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka.servers)
    for key, value in records:
        producer.send(topic, key=key, value=value)
    producer.flush()
    producer.close()


def write_lines(kafka: Kafka, *records: LineRecord) -> None:
    write(kafka, kafka.lines, *((one.session.encode(), msgspec.json.encode(one)) for one in records))


def steps(kafka: Kafka, last_seq: int) -> list[StepRecord]:
    """What is on the topic of turns, once it reaches so many lines."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.servers, group_id=None, consumer_timeout_ms=WAIT_MS)
    place = TopicPartition(kafka.turns, 0)
    consumer.assign([place])
    consumer.seek(place, 0)
    found: list[StepRecord] = []
    try:
        for message in consumer:
            found.append(msgspec.json.decode(message.value, type=StepRecord))
            if found[-1].last_seq >= last_seq:
                return found
    finally:
        consumer.close()
    pytest.fail(f"only {found[-1:]} in time")


def seqs(found: Sequence[StepRecord]) -> list[tuple[int, int]]:
    return [(one.first_seq, one.last_seq) for one in found]


@pytest.mark.parametrize("method", FAUST, ids=lambda method: method.__qualname__)
def test_the_methods_of_faust_that_the_worker_mends_are_those_that_were_mended(method: Callable[..., Any]) -> None:
    source = hashlib.sha256(inspect.getsource(method).encode()).hexdigest()[:16]
    assert source == FAUST[method], (
        f"Faust's {method.__qualname__} has changed, and services/segment/faust_*.py override it: read the new one and "
        "bring its changes over. If on_recovery_completed() calls perform_seek() before resume_partitions() by now, "
        "drop SeekingRecovery; if an empty set of active partitions hands out nothing, drop ActiveConsumer's view; if "
        "what is paused is not fetched, drop its pause and resume; if a consumer can do without a thread, drop "
        "_InLoop. Then run `make chaos`, and put the new hash here."
    )


async def test_how_long_a_fetch_is_held_is_where_the_worker_sets_it() -> None:
    """Between making a consumer and starting it; Faust has no setting for it."""
    consumer = AIOKafkaConsumer(fetch_max_wait_ms=7)
    assert vars(consumer)["_fetch_max_wait_ms"] == 7
    assert "self._fetch_max_wait_ms" in inspect.getsource(AIOKafkaConsumer.start)
    await consumer.stop()


def test_records_that_were_committed_and_never_applied_are_read_from_the_log(kafka: Kafka, worker: Program) -> None:
    write_lines(kafka, record(1), record(1, 2), record(2, 3), record(4))  # the second one lost a race
    commit(kafka, 3)
    worker.start()
    found = steps(kafka, 4)
    assert seqs(found) == [(1, 1), (2, 3), (4, 4)]
    assert [one.missing for one in found] == [None, None, None]


@pytest.mark.parametrize("lost", [".lines", ".turns"])
def test_what_was_taken_from_the_broker_and_never_came_is_asked_for_again_though_nothing_comes_after_it(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Else the last words of a session would wait for the next session, and a worker for the end of its topic."""
    write_lines(kafka, record(1), record(2), record(3))
    ((_, _, value),) = apply_lines(Checkpoint(start(SESSION, "en")), record(1).lines, 0)
    write(kafka, kafka.turns, (turns_key(SESSION, "en"), value))
    monkeypatch.setenv("LOSE", lost)
    program = (sys.executable, str(Path(__file__).parent / "losing_program.py"))
    with segment(kafka, tmp_path, program=program) as worker:
        assert seqs(steps(kafka, 3)) == [(1, 1), (2, 2), (3, 3)]
        assert worker.log.read_text().count("records_asked_for_again") == 1


def test_what_a_worker_has_written_itself_is_not_fetched(kafka: Kafka, tmp_path: Path) -> None:
    """It is not taken, and for 0.1 s nothing else comes then."""
    write_lines(kafka, record(1), record(2))
    ((_, _, value),) = apply_lines(Checkpoint(start(SESSION, "en")), record(1).lines, 0)
    write(kafka, kafka.turns, (turns_key(SESSION, "en"), value))
    program = (sys.executable, str(Path(__file__).parent / "fetching_program.py"))
    with segment(kafka, tmp_path, program=program) as worker:
        for seq in (3, 4, 5):
            steps(kafka, seq - 1)
            write_lines(kafka, record(seq))
        steps(kafka, 5)
        left = [line for line in worker.log.read_text().splitlines() if line.startswith(LEFT)]
        assert [line for line in left if kafka.turns in line] == []


def test_what_lost_a_race_against_a_record_that_was_left_out_is_not_taken_for_it(kafka: Kafka, worker: Program) -> None:
    won, lost = record(2), record(2)
    lost = LineRecord(SESSION, "en", tuple(msgspec.structs.replace(one, text="late ") for one in lost.lines))
    other = record(1, session="another")
    write_lines(kafka, record(1), won, other, lost, record(3))
    ((_, _, value),) = apply_lines(Checkpoint(start(SESSION, "en")), record(1).lines, 0)
    write(kafka, kafka.turns, (turns_key(SESSION, "en"), value))
    commit(kafka, 3)
    worker.start()
    found = steps(kafka, 3)
    assert seqs(one for one in found if one.session == SESSION) == [(1, 1), (2, 2), (3, 3)]
    assert [part.text for part in newest(one for one in found if one.session == SESSION)] == ["word1 word2 word3"]


def test_a_step_that_was_cut_by_a_crash_is_gone_on_with_though_its_record_does_not_come_again(
    kafka: Kafka, worker: Program
) -> None:
    first = record(1, 2, 3)
    write_lines(kafka, first, record(4))
    ((_, _, value),) = apply_lines(Checkpoint(start(SESSION, "en")), first.lines[:2], 0)
    write(kafka, kafka.turns, (turns_key(SESSION, "en"), value))
    commit(kafka, 1)
    worker.start()
    assert seqs(steps(kafka, 4)) == [(1, 2), (3, 3), (4, 4)]


def test_a_late_record_of_a_worker_that_slept_does_not_take_a_restarted_one_back(kafka: Kafka, worker: Program) -> None:
    write_lines(kafka, record(1), record(2))
    place = Checkpoint(start(SESSION, "en"))
    ((place, _, first),) = apply_lines(place, record(1).lines, 0)
    ((_, _, second),) = apply_lines(place, record(2).lines, 1)
    key = turns_key(SESSION, "en")
    write(kafka, kafka.turns, (key, first), (key, second), (key, first))
    commit(kafka, 2)
    worker.start()
    write_lines(kafka, record(3))
    assert seqs(steps(kafka, 3)) == [(1, 1), (2, 2), (1, 1), (3, 3)]


def test_each_session_goes_on_though_the_record_before_cannot_be_used(kafka: Kafka, worker: Program) -> None:
    write(kafka, kafka.lines, (b"opening", b"\xff"))
    write_lines(kafka, record(1))
    worker.start()
    assert seqs(steps(kafka, 1)) == [(1, 1)]


def test_a_worker_at_rest_says_nothing_however_often_faust_looks_whether_it_works(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look found an error from the timeout on, which is 300 s otherwise."""
    write_lines(kafka, record(1))
    monkeypatch.setenv("STREAM_PROCESSING_TIMEOUT", "1")
    program = (sys.executable, str(Path(__file__).parent / "watched_program.py"))
    with segment(kafka, tmp_path, program=program) as worker:
        steps(kafka, 1)
        await_true(lambda: worker.log.read_text().count(LOOKED) >= 3, "Faust has not looked three times")
        rest = worker.log.read_text().partition(LOOKED)[2]
        said = [json.loads(line) for line in rest.splitlines() if line.startswith("{")]
        assert [line for line in said if line["level"] not in {"debug", "info"}] == []


def test_a_session_that_was_silent_for_long_needs_little_of_the_disk_and_goes_on_after_a_restart_too(
    kafka: Kafka, tmp_path: Path
) -> None:
    """Its lines are of 1970: older than any topic of turns."""
    program = (sys.executable, str(Path(__file__).parent / "shelving_program.py"))
    first = [record(seq) for seq in range(1, 6)]
    write_lines(kafka, record(1, session="another"), *first)
    with segment(kafka, tmp_path, program=program) as worker:
        steps(kafka, 5)
        await_true(lambda: _shelved(worker) >= 2, "no session was shelved")
        write_lines(kafka, record(6))
        steps(kafka, 6)
        await_true(lambda: _shelved(worker) >= 3, "the session that went on was not shelved again")
        worker.stop()
        worker.start()
        write_lines(kafka, record(7))
        found = [one for one in steps(kafka, 7) if one.session == SESSION]
    assert seqs(found) == [(seq, seq) for seq in range(1, 8)], "a step was said again"
    assert [part.text for part in newest(found)] == [" ".join(f"word{seq}" for seq in range(1, 8))]


def _shelved(worker: Program) -> int:
    said = [json.loads(line) for line in worker.log.read_text().splitlines() if line.startswith("{")]
    return sum(one.get("sessions", 0) for one in said if one["event"] == "states_shelved")


def commit(kafka: Kafka, offset: int) -> None:
    """Say in the worker's name that everything before this is done."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.servers, group_id=f"{kafka.prefix}-segment")
    consumer.assign([TopicPartition(kafka.lines, 0)])
    consumer.commit({TopicPartition(kafka.lines, 0): OffsetAndMetadata(offset, "", -1)})
    consumer.close()
