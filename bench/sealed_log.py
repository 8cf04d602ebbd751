"""What ingest and api need for lines of sessions that are over: to start, and in memory.

    python -m bench.sealed_log [--lines 2000000]

The lines are written by a bare producer, a record each, of talks of 5,000 lines, so many at once as there are rooms.
Then, in one run: the index of all records as it was before they were sealed (blocks without an end), the first start,
which reads everything and seals it, and the next starts of ingest and api. At the end a line of the first talk is sent
again. The broker and the search server are those of tests/stack. Work and memory that depend on lines grow with them
linearly: give it two numbers of lines to see which do.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_block import BlockSize
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.seal_topic import read_seals
from captionflow.messages import Draft
from tests.distributed.installation import Installation
from tests.real_program import Server
from tests.stack.servers import elasticsearch_server, kafka_server

TALK_LINES = 5_000
ROOMS = 24
PARTITIONS = 12
IN_FLIGHT = 50_000
LONGEST_SECONDS = 1_800
TEXT = "and that is why the working group on access asked"
AT = "2025-11-12T09:30:00Z"
MIB = 1024 * 1024


def records(lines: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values."""
    talks = max(lines // TALK_LINES, 1)
    for first in range(0, talks, ROOMS):
        together = [f"talk-{talk}" for talk in range(first, min(first + ROOMS, talks))]
        for number in range(TALK_LINES):
            for talk in together:
                yield talk.encode(), value(talk, number)


def value(talk: str, number: int) -> bytes:
    line = f'{{"sender":"desk","number":{number},"text":"{TEXT}","seq":{number + 1},"received_at":"{AT}"}}'
    return f'{{"session":"{talk}","language":"en","lines":[{line}],"v":1}}'.encode()


def write(kafka: Kafka, lines: int) -> None:
    producer = kafka.producer(linger_ms=50, batch_size=256 * 1024)
    for count, (key, encoded) in enumerate(records(lines), 1):
        producer.send(kafka.lines, encoded, key=key, partition=kafka.topic_partition(kafka.lines, key).partition)
        if count % IN_FLIGHT == 0:
            producer.flush()
    producer.flush()
    producer.close()


def told(what: str, seconds: float, cpu: float, memory: int) -> None:
    print(f"{what}: ready after {seconds:.1f} s, {cpu:.1f} s of processor, {memory / MIB:.0f} MiB", flush=True)


def service(server: Server, what: str, also: Callable[[], bool] = lambda: True) -> None:
    """Start it, tell what it needed until it was ready, and end it when something more is so."""
    begin = time.monotonic()
    server.start()
    server.wait_until_ready(LONGEST_SECONDS)
    told(what, time.monotonic() - begin, server.processor_seconds, server.resident_bytes)
    while not also():
        pass
    server.kill()


def all_written(kafka: Kafka) -> bool:
    """Whether no seal came for a while."""
    before = len(read_seals(kafka) or {})
    time.sleep(3)
    return len(read_seals(kafka) or {}) == before


def without_seals(kafka: Kafka) -> None:
    """An index of all records, in a process of its own."""
    ours = (sys.executable, "-m", "bench.sealed_log", "--index", kafka.servers, kafka.prefix)
    subprocess.run(ours, check=True)


async def index(servers: str, prefix: str) -> None:
    kafka = Kafka(servers=servers, prefix=prefix, partitions=PARTITIONS)
    before = resident()
    begin, cpu = time.monotonic(), time.process_time()
    log = await KafkaLineLog(kafka, size=BlockSize(records=2**62, size=2**62)).start().ready()
    told("all records, in a bare process", time.monotonic() - begin, time.process_time() - cpu, resident())
    print(f"  before it {before / MIB:.0f} MiB")
    await log.close()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def retry(kafka: Kafka) -> None:
    log = await KafkaLineLog(kafka).start().ready()
    for number in (7, 8, TALK_LINES - 1):
        begin = time.monotonic()
        (receipt,) = await log.append("talk-0", "en", [Draft("desk", number, TEXT)])
        print(f"line {number} again: seq {receipt.seq} after {1e3 * (time.monotonic() - begin):.0f} ms")
    begin = time.monotonic()
    (receipt,) = await log.append("talk-0", "en", [Draft("desk", TALK_LINES, TEXT)])
    print(f"one more line: seq {receipt.seq} after {1e3 * (time.monotonic() - begin):.0f} ms")
    await log.close()


def bench(lines: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as folder,
        kafka_server(Path(folder) / "kafka") as broker,
        elasticsearch_server(Path(folder) / "elasticsearch") as elasticsearch,
    ):
        installation = Installation(Path(folder) / "services", broker.address, elasticsearch.address)
        installation.folder.mkdir()
        installation.settings |= {"PARTITIONS": PARTITIONS, "LOG_LEVEL": "warning"}
        installation.create_topics()
        kafka = Kafka(servers=broker.address, prefix=installation.name, partitions=PARTITIONS)
        ingest, api = installation.add("ingest", SPOOL=0), installation.add("api")  # ready when the log is known
        with installation.another("index", "index"):  # which makes the search index
            pass
        service(ingest, "ingest, no lines")
        service(api, "api, no lines")
        begin = time.monotonic()
        write(kafka, lines)
        print(f"{lines} lines in {lines // TALK_LINES} talks written in {time.monotonic() - begin:.0f} s", flush=True)
        without_seals(kafka)
        service(ingest, "ingest, first start", partial(all_written, kafka))
        seals = read_seals(kafka) or {}
        print(f"{len(seals)} seals, {sum(map(len, seals.values())) / 1024:.0f} KiB; load {os.getloadavg()[0]:.1f}")
        service(ingest, "ingest, sealed")
        service(api, "api, sealed")
        asyncio.run(retry(kafka))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=2_000_000)
    parser.add_argument("--index", nargs=2, metavar=("SERVERS", "PREFIX"), help="used by the bench itself")
    given = parser.parse_args()
    if given.index:
        asyncio.run(index(*given.index))
    else:
        bench(given.lines)


if __name__ == "__main__":
    main()
