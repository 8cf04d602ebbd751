"""How soon a segment worker takes lines again when 100,000 records are in the topic of turns.

From the start of its process to the first step of a new line in each partition: on an empty disk, after ``kill -9``
and after SIGTERM. After ``kill -9`` the broker waits for the old worker until its session of 6 s is over.
"""

import argparse
import asyncio
import itertools
import signal
import statistics
import tempfile
import time
from pathlib import Path

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.messages import Line, LineRecord, turns_key
from services.segment.checkpoint import Checkpoint, apply_lines
from services.segment.file_session import EPOCH
from services.segment.segmenter import start
from tests.real_program import Server
from tests.stack.servers import kafka_server
from tests.stack.topics import fresh_topics

SESSIONS = [f"session-{number}" for number in range(20)]
WORDS = ("we", "go", "on", "with", "the", "next", "point", "of", "the", "agenda", "and", "then", "we", "vote")
WORDS_A_LINE = 5
LINES_A_TURN = 12
PARTITIONS = 4


def record(session: str, seq: int) -> LineRecord:
    text = " ".join(itertools.islice(itertools.cycle(WORDS), seq % 7, seq % 7 + WORDS_A_LINE)) + " "
    opening = f"\n>> SPEAKER {seq}: " if seq % LINES_A_TURN == 0 else ""
    line = Line(sender="desk", number=seq, text=opening + text, seq=seq, received_at=EPOCH)
    return LineRecord(session, "en", (line,))


def fill(kafka: Kafka, count: int) -> int:
    """Write lines and the steps that a worker makes of them; the mean size of a step's record."""
    producer = KafkaProducer(bootstrap_servers=kafka.servers, linger_ms=20, batch_size=262_144)
    checkpoints = {session: Checkpoint(start(session, "en")) for session in SESSIONS}
    offsets = dict.fromkeys(range(PARTITIONS), 0)
    sizes = []
    for seq in range(1, count // len(SESSIONS) + 1):
        for session in SESSIONS:
            one = record(session, seq)
            partition = kafka.topic_partition(kafka.lines, session.encode()).partition
            producer.send(kafka.lines, key=session.encode(), value=msgspec.json.encode(one), partition=partition)
            for checkpoint, _, value in apply_lines(checkpoints[session], one.lines, offsets[partition]):
                checkpoints[session] = checkpoint
                producer.send(kafka.turns, key=turns_key(session, "en"), value=value, partition=partition)
                sizes.append(len(value))
            offsets[partition] += 1
    producer.flush()
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=kafka.servers, group_id=f"{kafka.prefix}-segment")
    consumer.assign([TopicPartition(kafka.lines, partition) for partition in offsets])
    consumer.commit({TopicPartition(kafka.lines, p): OffsetAndMetadata(end, "", -1) for p, end in offsets.items()})
    consumer.close()
    return round(statistics.mean(sizes))


def seconds_to_the_next_line(kafka: Kafka, worker: Server, seq: int) -> float:
    """Start the worker and send a line to each session; until each has its step."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.servers, group_id=None)
    places = [TopicPartition(kafka.turns, partition) for partition in range(PARTITIONS)]
    consumer.assign(places)
    for place, end in consumer.end_offsets(places).items():
        consumer.seek(place, end)
    producer = KafkaProducer(bootstrap_servers=kafka.servers)
    for session in SESSIONS:
        key, value = session.encode(), msgspec.json.encode(record(session, seq))
        producer.send(kafka.lines, key=key, value=value, partition=kafka.topic_partition(kafka.lines, key).partition)
    producer.flush()
    begun = time.perf_counter()
    worker.start()
    waiting = {turns_key(session, "en") for session in SESSIONS}
    while waiting:
        for records in consumer.poll(100).values():
            waiting -= {one.key for one in records}
    took = time.perf_counter() - begun
    producer.close()
    consumer.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    count = parser.parse_args().records
    with tempfile.TemporaryDirectory() as folder, kafka_server(Path(folder) / "kafka") as broker:
        kafka = asyncio.run(fresh_topics(broker.address, partitions=PARTITIONS))
        size = fill(kafka, count)
        print(f"{count} records of {size} bytes in {PARTITIONS} partitions, {len(SESSIONS)} sessions")
        settings = {"KAFKA": kafka.servers, "TOPICS": kafka.prefix, "PARTITIONS": PARTITIONS}
        worker = Server(Path(folder) / "segment", command=("serve", "segment"), **settings)
        seq = count // len(SESSIONS) + 1
        print(f"empty disk:     {seconds_to_the_next_line(kafka, worker, seq):6.1f} s")
        worker.kill()
        print(f"after kill -9:  {seconds_to_the_next_line(kafka, worker, seq + 1):6.1f} s")
        worker.stop(signal.SIGTERM)
        print(f"after SIGTERM:  {seconds_to_the_next_line(kafka, worker, seq + 2):6.1f} s")
        worker.stop(signal.SIGTERM)


if __name__ == "__main__":
    main()
