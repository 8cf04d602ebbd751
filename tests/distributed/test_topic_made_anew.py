"""The topic of turns can be thrown away: all of it is made again from the lines."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from captionflow.messages import StepRecord
from captionflow.transcript import newest, turns
from tests.distributed.installation import PARTITIONS, Installation, digest_of, expected, metric
from tests.real_program import Server
from tests.stack.servers import Server as Stack
from tests.waiting import await_true

UNAVAILABLE = 3
SECONDS = 60


@pytest.fixture
def half(tmp_path: Path, kafka_broker: Stack) -> Iterator[Installation]:
    """Only what makes the topic: ingest and segment."""
    made = Installation(tmp_path, kafka_broker.address, "http://127.0.0.1:9")
    try:
        made.create_topics()
        made.add("ingest")
        made.add("segment")
        made.start("ingest", "segment")
        yield made
    finally:
        for service in made.services.values():
            service.kill()
            service.client.close()


def test_a_worker_whose_files_are_ahead_of_the_topic_makes_everything_anew(
    half: Installation, talk: Path, kafka_broker: Stack
) -> None:
    segment = half.services["segment"]
    half.replay(talk, "before")
    digest, _, seq = expected(talk, "before")
    await_true(lambda: metric(segment, "captionflow_lines_segmented_total") >= seq, "it is not segmented")
    assert segment.stop() == 0
    make_anew(kafka_broker.address, f"{half.name}.turns")

    segment.start()
    assert segment.process is not None
    assert segment.process.wait(SECONDS) == UNAVAILABLE
    assert "was removed: start again" in segment.log.read_text()
    half.start("segment")
    half.ingest.send("before", 0, "", sender="afterwards")
    await_true(lambda: steps_reach(kafka_broker.address, half, "before", seq + 1), "it is not made anew")
    steps = all_steps(kafka_broker.address, half, "before")
    made = [turn for turn in turns(newest(step for step in steps if step.last_seq <= seq)) if turn.ordinal]
    assert digest_of(made) == digest


def make_anew(servers: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.delete_topics([topic])

    def made() -> bool:
        try:
            admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
        except KafkaError:  # it is gone a moment after it was deleted
            return False
        return True

    await_true(made, f"{topic} can't be made anew")
    admin.close()


def steps_reach(servers: str, installation: Installation, session: str, seq: int) -> bool:
    return any(step.last_seq >= seq for step in all_steps(servers, installation, session))


def all_steps(servers: str, installation: Installation, session: str) -> list[StepRecord]:
    """What the topic has of a session."""
    places = [TopicPartition(f"{installation.name}.turns", number) for number in range(PARTITIONS)]
    consumer = KafkaConsumer(bootstrap_servers=servers, group_id=None, auto_offset_reset="earliest")
    consumer.assign(places)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(places)
    found = []
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(200).values():
            found += [msgspec.json.decode(record.value, type=StepRecord) for record in records]
    consumer.close()
    return [step for step in found if step.session == session]


def test_a_worker_on_an_empty_disk_goes_on_where_the_last_one_was(
    half: Installation, talk: Path, kafka_broker: Stack, tmp_path: Path
) -> None:
    digest, _, seq = expected(talk, "moved")
    half.replay(talk, "moved")
    segment = half.services["segment"]
    await_true(lambda: steps_reach(kafka_broker.address, half, "moved", seq), "it is not segmented")
    segment.kill()
    with Server(tmp_path / "elsewhere", command=("serve", "segment"), **half.settings) as other:
        half.ingest.send("moved", 0, "", sender="afterwards")
        await_true(lambda: metric(other, "captionflow_lines_segmented_total") == 1, "it does not go on")
    steps = all_steps(kafka_broker.address, half, "moved")
    made = [turn for turn in turns(newest(step for step in steps if step.last_seq <= seq)) if turn.ordinal]
    assert digest_of(made) == digest
