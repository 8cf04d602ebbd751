"""How fast an archive goes through everything, beside two bare peers with the same lines in the same run.

    python -m bench.distributed_backfill [--lines 1000000]

Ours: from the first append, some 400 lines a record as an import writes them, until the archive has the last line of
each session. The log's adapter is in this process, as in ``captionflow import``; the services run beside it. The peers:
an aiokafka loop with batched commits that copies the lines to another topic, a record each, as they come live (200,000
of them at most); and bare bulks of the very documents that the archive then has, into an index with the same mapping.
The same loop with the records that we made of the lines, hundreds in each, is told too: it is how fast Kafka is when
nobody looks into them.
The lines are those of the demo's transcript, 32 columns wide, 16 times in each session.
"""

import argparse
import asyncio
import itertools
import logging
import os
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import async_scan

from bench.distributed_services import PARTITIONS, Installation, cpu_seconds, cpu_seconds_of_all, installed, rss_kib
from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.documents import bulk_writes
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.messages import Draft, Line, LineRecord, Part, Session, StepRecord
from services.ingest.cutter import cut, parse_cut
from services.ingest.readers import read
from tests.distributed.installation import SERVICES, metric

TRANSCRIPT = Path(__file__).parent.parent / "services" / "demo" / "transcript.txt"
LINES_A_SESSION = 5_000
LINES_A_CALL = 500
SENDERS = 8
BULK = 1_000
COPIED = 500
"""Records of one commit."""
ALONE = 200_000
"""So many of the lines at most are copied a record each."""
GIVE_UP_SECONDS = 600
SEGMENTED = "captionflow_lines_segmented_total"


def texts() -> list[str]:
    return [piece.text for piece in cut(read(TRANSCRIPT.read_bytes(), "talk.txt").passages, parse_cut("columns:32"))]


def drafts(count: int) -> list[Draft]:
    """Of one session; the last line ends it."""
    lines = itertools.islice(itertools.cycle(texts()), count)
    return [Draft("file", number, text, ends=number == count - 1) for number, text in enumerate(lines)]


async def ours(installation: Installation, client: AsyncElasticsearch, sizes: dict[str, int]) -> float:
    """Seconds from the first append until all is indexed."""
    kafka = kafka_of(installation)
    table = await SqliteSessionTable.temporary()
    log, sessions = await KafkaLineLog(kafka).start().ready(), await KafkaSessionStore(kafka, table).start().ready()
    now = datetime.now(UTC)
    made = drafts(LINES_A_SESSION)
    waiting = iter(sizes)

    async def send() -> None:
        for session in waiting:
            await sessions.create(Session(session, 1, now, now, event="Bench", languages=("en",)))
            some = made if sizes[session] == len(made) else drafts(sizes[session])
            for first in range(0, len(some), LINES_A_CALL):
                await log.append(session, "en", some[first : first + LINES_A_CALL])

    begun = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(until_indexed(installation, client, sizes))
            await asyncio.gather(*(send() for _ in range(SENDERS)))
            print(f"  the log has all after {time.perf_counter() - begun:.1f} s", flush=True)
    finally:
        await log.close()
        await sessions.close()
    return time.perf_counter() - begun


async def until_indexed(installation: Installation, client: AsyncElasticsearch, sizes: dict[str, int]) -> None:
    names, left = Names(installation.name), set(sizes)
    begun = time.perf_counter()
    segment = installation.services["segment"]
    wanted = await asyncio.to_thread(metric, segment, SEGMENTED) + sum(sizes.values())
    segmented = False
    while left:
        await asyncio.sleep(0.5)
        if not segmented and await asyncio.to_thread(metric, segment, SEGMENTED) >= wanted:
            segmented = True
            print(f"  all is in turns after {time.perf_counter() - begun:.1f} s", flush=True)
        asked = [{"_id": f"progress/{one}/en", "routing": one} for one in left]
        found = await client.mget(index=names.read, docs=asked, source_includes=["last_seq"])
        reached = {one["_id"].split("/")[1]: one["_source"]["last_seq"] for one in found["docs"] if one.get("found")}
        left = {one for one in left if reached.get(one, 0) < sizes[one]}
        if time.perf_counter() - begun > GIVE_UP_SECONDS:
            raise TimeoutError(f"{len(left)} of {len(sizes)} sessions are not in the archive")


class Took(NamedTuple):
    """What a peer needed."""

    seconds: float
    cpu: float
    """Seconds of processor."""
    items: int
    size: int
    """Bytes."""


async def alone(installation: Installation, lines: int) -> str:
    """A topic that has the lines, a record each."""
    kafka = kafka_of(installation)
    topic = await new_topic(kafka, "alone")
    producer = AIOKafkaProducer(bootstrap_servers=kafka.servers, linger_ms=50, max_batch_size=262_144)
    await producer.start()
    try:
        for number, draft in enumerate(itertools.islice(itertools.cycle(drafts(LINES_A_SESSION)), lines)):
            session = f"talk-{number // LINES_A_SESSION}"
            line = Line(sender="file", number=draft.number, text=draft.text, seq=1, received_at=datetime.now(UTC))
            value = msgspec.json.encode(LineRecord(session, "en", (line,)))
            await producer.send(topic, value, key=session.encode())
        await producer.flush()
    finally:
        await producer.stop()
    return topic


async def new_topic(kafka: Kafka, name: str) -> str:
    topic = f"{kafka.prefix}.{name}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    await admin.close()
    return topic


async def copying(installation: Installation, topic: str) -> Took:
    """The loop from one topic to another."""
    kafka = kafka_of(installation)
    copy = await new_topic(kafka, f"copy-of-{topic}")
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka.servers,
        group_id=copy,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=kafka.servers, acks="all", linger_ms=5, max_batch_size=262_144)
    await consumer.start()
    await producer.start()
    try:
        total = sum((await consumer.end_offsets(consumer.assignment())).values())
        copied = size = 0
        cpu, begun = cpu_seconds_of_all(), time.perf_counter()
        while copied < total:
            batch = await consumer.getmany(timeout_ms=1_000, max_records=COPIED)
            records = [record for found in batch.values() for record in found]
            sent = [await producer.send(copy, record.value, key=record.key) for record in records]
            await asyncio.gather(*sent)
            if records:
                await consumer.commit()
            copied += len(records)
            size += sum(len(record.value or b"") for record in records)
        return Took(time.perf_counter() - begun, cpu_seconds_of_all() - cpu, copied, size)
    finally:
        await producer.stop()
        await consumer.stop()


async def bulks(installation: Installation, client: AsyncElasticsearch) -> Took:
    """Bare requests with all documents."""
    names = Names(installation.name)
    await client.indices.refresh(index=names.read)
    bodies = [body async for body in requests(client, names.read)]
    index = names.index(99)
    await client.indices.create(index=index)
    try:
        cpu, begun = cpu_seconds_of_all(), time.perf_counter()
        for body in bodies:
            await client.options(request_timeout=60).bulk(index=index, operations=body)
        seconds, cpu = time.perf_counter() - begun, cpu_seconds_of_all() - cpu
    finally:
        await client.indices.delete(index=index)
    return Took(
        seconds, cpu, sum(len(body) // 2 for body in bodies), sum(len(line) for body in bodies for line in body)
    )


def document(stored: dict[str, Any]) -> bytes:
    """As it was sent: what is only searched is not kept, and must be indexed again."""
    if "part" not in stored:
        return msgspec.json.encode(stored)
    part = msgspec.convert(stored["part"], Part)
    step = StepRecord(part.session, part.language, part.version, part.version, (part,))
    (write,) = bulk_writes([step], {}).parts
    return write.source


async def requests(client: AsyncElasticsearch, index: str) -> AsyncIterator[Sequence[bytes]]:
    """What an index has, as the bodies of requests that put it into another one."""
    encode = msgspec.json.encode
    body: list[bytes] = []
    async for hit in async_scan(client, index=index, size=BULK):
        body += (encode({"index": {"_id": hit["_id"], "routing": hit["_routing"]}}), document(hit["_source"]))
        if len(body) == 2 * BULK:
            yield body
            body = []
    if body:
        yield body


def kafka_of(installation: Installation) -> Kafka:
    return Kafka(
        servers=str(installation.settings["KAFKA"]),
        prefix=str(installation.settings["TOPICS"]),
        partitions=int(str(installation.settings["PARTITIONS"])),
    )


async def measure(installation: Installation, lines: int) -> None:
    client = connect([installation.elasticsearch])
    try:
        await ours(installation, client, {"warm": LINES_A_SESSION})
        sizes = {
            f"talk-{n}": min(LINES_A_SESSION, lines - first) for n, first in enumerate(range(0, lines, LINES_A_SESSION))
        }
        before = {service: cpu_seconds(installation, service) for service in SERVICES} | {"bench": time.process_time()}
        whole = cpu_seconds_of_all()
        seconds = await ours(installation, client, sizes)
        whole = cpu_seconds_of_all() - whole
        after = {service: cpu_seconds(installation, service) for service in SERVICES} | {"bench": time.process_time()}
        used = ", ".join(f"{name} {1e6 * (after[name] - before[name]) / lines:.0f}" for name in after)
        memory = ", ".join(f"{service} {rss_kib(installation, service) // 1024}" for service in SERVICES)
        for service in SERVICES:
            installation.services[service].kill()  # they would work along with the peers
        single = await copying(installation, await alone(installation, min(lines, ALONE)))
        loop, bulk = await copying(installation, kafka_of(installation).lines), await bulks(installation, client)
    finally:
        await client.close()
    everything = lines + LINES_A_SESSION  # with what warmed up: the peers get it too
    print(f"load {os.getloadavg()[0]:.1f}; MiB: {memory}; µs of processor a line: {used}")
    mine = told("ours", lines, seconds, whole)
    copied = told(
        f"aiokafka loop, a line a record, {single.size / 1e6:.0f} MB", single.items, single.seconds, single.cpu
    )
    told(f"aiokafka loop, {loop.items:,} records, {loop.size / 1e6:.0f} MB", everything, loop.seconds, loop.cpu)
    bulked = told(f"bare bulk, {bulk.items:,} documents, {bulk.size / 1e6:.0f} MB", everything, bulk.seconds, bulk.cpu)
    print(f"ours is {mine / min(copied, bulked):.2f} of the slower peer")


def told(what: str, lines: int, seconds: float, cpu: float) -> float:
    """Prints and gives lines a second."""
    print(
        f"{what}: {lines:,} lines in {seconds:.1f} s, {lines / seconds:,.0f} lines/s, "
        f"{1e6 * cpu / lines:.0f} µs of processor a line with the servers"
    )
    return lines / seconds


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=1_000_000)
    with installed() as installation:
        asyncio.run(measure(installation, options.parse_args().lines))


if __name__ == "__main__":
    main()
