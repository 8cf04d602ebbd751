"""What a process needs for sessions that are over: to start, and in memory.

    python -m bench.many_sessions [--sessions 100000]

The sessions are written by a bare producer, each announced, live and finished: three records. Then, in processes of
their own that have the store of sessions and nothing else: all sessions as structs in a dictionary, which is what a
process needs without a file; the first start, which reads the topic into the file; and the next ones. Each looks up a
session of the first day and a page of the list. The broker is the one of tests/stack.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.session_store import KafkaSessionStore, SessionRecord
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.messages import Status
from captionflow.ports import SessionFilter
from tests.stack.servers import kafka_server
from tests.stack.topics import drop_topics, fresh_topics

ROOMS = 10
STATUSES: tuple[Status, ...] = ("scheduled", "live", "finished")
FIRST_DAY = datetime(2016, 1, 4, 9, 0, tzinfo=UTC)
IN_FLIGHT = 50_000
MIB = 1024 * 1024


def records(sessions: int) -> Iterator[SessionRecord]:
    for n in range(sessions):
        starts = FIRST_DAY + timedelta(days=n // 80, hours=n % 80 // ROOMS)
        for version, status in enumerate(STATUSES, 1):
            yield SessionRecord(
                f"forum-{starts:%Y-%m-%d}-{n}",
                version,
                starts - timedelta(days=30),
                starts + timedelta(minutes=version),
                title=f"Working group {n} on access and inclusion in the {n % 97}th region",
                event=f"Forum {starts.year}",
                room=f"Workshop Room {n % ROOMS + 1}",
                date=f"{starts:%Y-%m-%d}",
                starts_at=starts,
                ends_at=starts + timedelta(minutes=50),
                status=status,
                speakers={"speaker 0": "Ana Lupu", "speaker 1": "Bo Chen"} if n % 10 == 0 else {},
                learned=("edition",),
            )


def write(kafka: Kafka, sessions: int) -> None:
    encode = msgspec.json.Encoder().encode
    producer = kafka.producer(linger_ms=50, batch_size=256 * 1024)
    for count, one in enumerate(records(sessions), 1):
        producer.send(kafka.sessions, encode(one), key=one.id.encode(), partition=0)
        if count % IN_FLIGHT == 0:
            producer.flush()
    producer.flush()
    producer.close()


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*.db"))


class Started:
    """Tells what the start took."""

    def __init__(self) -> None:
        self._begin, self._cpu, self._before = time.monotonic(), time.process_time(), resident()

    def told(self, what: str, sessions: int) -> None:
        seconds, cpu = time.monotonic() - self._begin, time.process_time() - self._cpu
        more = resident() - self._before
        print(
            f"{what}: {seconds:.1f} s, {cpu:.1f} s of processor, {more / MIB:.1f} MiB more,"
            f" {more / max(sessions, 1):.0f} bytes a session",
            flush=True,
        )


async def as_structs(kafka: Kafka, sessions: int) -> None:
    known: dict[str, SessionRecord] = {}
    decode = msgspec.json.Decoder(SessionRecord).decode

    async def take(found: list[Record]) -> None:
        for one in found:
            record = decode(one.value or b"")
            known[record.id] = record

    started = Started()
    journal = Journal(kafka, kafka.sessions, take, start="beginning")  # type: ignore[arg-type]
    journal.start()
    await journal.ready()
    started.told("structs in a dictionary", sessions)
    await journal.close()


async def store(kafka: Kafka, sessions: int, folder: Path, what: str) -> None:
    started = Started()
    opened = KafkaSessionStore(kafka, await SqliteSessionTable.open(folder, "bench"))
    await opened.start().ready()
    started.told(what, sessions)
    begin = time.perf_counter()
    first = await opened.get(next(records(1)).id)
    looked_up = time.perf_counter() - begin
    begin = time.perf_counter()
    page = await opened.list(SessionFilter(live=False, since=first.date, until=first.date, limit=100))
    listed = time.perf_counter() - begin
    print(f"  one of the first day {1e3 * looked_up:.1f} ms, the {len(page)} of that day {1e3 * listed:.1f} ms")
    await opened.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--only", nargs=4, metavar=("SERVERS", "PREFIX", "FOLDER", "WHAT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        servers, prefix, folder, what = given.only
        kafka = Kafka(servers=servers, prefix=prefix)
        await (store(kafka, given.sessions, Path(folder), what) if folder else as_structs(kafka, given.sessions))
        return
    with tempfile.TemporaryDirectory(prefix="captionflow-bench-") as root, kafka_server(Path(root) / "kafka") as broker:
        folder = f"{root}/data"
        kafka = await fresh_topics(broker.address)
        try:
            await asyncio.to_thread(write, kafka, given.sessions)
            for place, what in (("", "-"), (folder, "the first start"), (folder, "the next"), (folder, "and the next")):
                ours = (sys.executable, "-m", "bench.many_sessions", "--sessions", str(given.sessions), "--only")
                await asyncio.to_thread(subprocess.run, (*ours, kafka.servers, kafka.prefix, place, what), check=True)
            print(f"the file: {size(Path(folder)) / MIB:.0f} MiB")
        finally:
            await drop_topics(kafka)


if __name__ == "__main__":
    asyncio.run(main())
