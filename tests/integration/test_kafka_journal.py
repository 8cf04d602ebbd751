"""A topic as a journal on a real broker: what is gathered, and what is not read again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from kafka import KafkaConsumer

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.producer import Producer
from tests.stack.servers import Server
from tests.stack.topics import drop_topics, fresh_topics
from tests.waiting import until

A_DAY_MS = 24 * 3600 * 1000


@pytest.fixture
async def kafka(kafka_broker: Server) -> AsyncIterator[Kafka]:
    made = await fresh_topics(kafka_broker.address, partitions=2)
    yield made
    await drop_topics(made)


async def test_who_waits_for_a_record_does_not_wait_until_enough_has_been_gathered(kafka: Kafka) -> None:
    """What others wrote is read at once then, and what it wrote itself is not read again."""
    taken: list[bytes | None] = []

    async def take(records: Sequence[Record]) -> None:
        taken.extend(record.value for record in records)

    journal = Journal(kafka, kafka.lines, take, start="beginning", gather_ms=A_DAY_MS)
    journal.start()
    await journal.ready()
    other = Producer(kafka)
    tp = kafka.topic_partition(kafka.lines, b"talk")
    for number in range(3):
        await other.send(tp, b"talk", b"theirs %d" % number)
        await journal.append(b"talk", b"ours %d" % number)
        await journal.append(b"talk", b"ours too %d" % number)
    await other.send(tp, b"talk", b"the last")
    await journal.catch_up(tp)
    said = [b"%s %d" % (who, n) for n in range(3) for who in (b"theirs", b"ours", b"ours too")]
    assert taken == [*said, b"the last"]
    await other.close()
    await journal.close()


async def test_what_is_written_while_it_begins_anew_is_no_sign_of_another_topic(
    kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a broker is back: the topic is opened again, and what waited is written at the same time."""
    loop = asyncio.get_running_loop()
    taken: list[bytes | None] = []
    opened: list[KafkaConsumer] = []

    class Overtaken(KafkaConsumer):
        def end_offsets(self, *arguments: Any) -> Any:
            ends = super().end_offsets(*arguments)
            opened.append(self)
            if len(opened) == 2:
                asyncio.run_coroutine_threadsafe(journal.append(b"talk", b"meanwhile"), loop).result()
            return ends

    async def take(records: Sequence[Record]) -> None:
        taken.extend(record.value for record in records)

    monkeypatch.setattr("captionflow.adapters.kafka.cluster.KafkaConsumer", Overtaken)
    monkeypatch.setattr("captionflow.adapters.kafka.journal.others_lead", lambda *_: len(opened) == 1)
    journal = Journal(kafka, kafka.lines, take, start="beginning")
    journal.start()
    await journal.ready()
    await until(lambda: len(opened) == 2 and b"meanwhile" in taken)
    await journal.append(b"talk", b"later")
    journal.check()
    assert taken == [b"meanwhile", b"later"]
    await journal.close()
