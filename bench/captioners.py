"""How long captioning tools wait for their answer: 100 captioners type word by word into one ingest on Kafka.

Each has a session and a connection of its own, and posts every word as Zoom's caption URL takes it, at 220 words a
minute, whether or not the answer to the one before has come as late as the next word: then that is late too. The peer,
next in the same run with the same clients, is the least that such a door can be: uvicorn, no framework, and aiokafka's
producer, which waits for the same acknowledgement, knows no session and reads no post. Broker, ingest and clients share
the machine; the processor time is that of ingest, or of the peer, alone.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer

from bench.distributed_services import PARTITIONS, cpu_seconds_of
from tests.distributed.installation import Installation
from tests.ports import free_port
from tests.stack.places import listens
from tests.stack.servers import kafka_server
from tests.waiting import await_true

WORDS = ("and", "that", "is", "why", "the", "working", "group", "on", "access", "has", "asked", "for", "more", "time")
TARGET_MS = 25


async def captioner(port: int, name: str, words: int, wpm: float, due: float) -> list[float]:
    """Seconds that each of the words waited for its answer, from the moment at which it was typed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for number in range(words):
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        word = f"{WORDS[number % len(WORDS)]} ".encode()
        writer.write(
            b"POST /closedcaption?id=%b&seq=%d&lang=en-US HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (name.encode(), number + 1, len(word), word)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        (length,) = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        took.append(time.monotonic() - due)
        due += 60 / wpm
    writer.close()
    return took


async def measure(name: str, port: int, pid: int, given: argparse.Namespace) -> None:
    """All captioners together, their words spread evenly over time; prints what they waited, once all is warm."""
    interval = 60 / given.wpm
    warm, words = int(given.warm / interval), int(given.seconds / interval)
    begin = time.monotonic() + 1
    dues = [begin + interval * n / given.captioners for n in range(given.captioners)]
    typing = [captioner(port, f"talk-{n}", warm + words, given.wpm, due) for n, due in enumerate(dues)]

    async def used() -> float:
        """Processor time of the process since all is warm."""
        await asyncio.sleep(begin + warm * interval - time.monotonic())
        before = cpu_seconds_of(pid)
        await asyncio.sleep(words * interval)
        return cpu_seconds_of(pid) - before

    seconds, *every = await asyncio.gather(used(), *typing)
    took = [1e3 * one for each in every for one in each[warm:]]
    cuts = statistics.quantiles(took, n=1_000)
    first = max(1e3 * each[0] for each in every)
    print(
        f"{name:<24} {len(took):,} words: p50 {cuts[499]:.1f}, p99 {cuts[989]:.1f}, p99.9 {cuts[998]:.1f} ms; "
        f"{sum(one > TARGET_MS for one in took)} above {TARGET_MS} ms; the slowest first word {first:.0f} ms; "
        f"{1e3 * seconds / len(took):.2f} ms of processor a word"
    )


def peer(port: int, servers: str, topic: str) -> None:
    """The other door, as a process of its own."""
    producer: AIOKafkaProducer

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal producer
        if scope["type"] == "lifespan":
            await receive()
            producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=0)
            await producer.start()
            await send({"type": "lifespan.startup.complete"})
            return
        body = (await receive())["body"]
        name = scope["query_string"].partition(b"&")[0]
        await producer.send_and_wait(topic, body, key=name)
        head = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"ok"})

    uvicorn.run(app, port=port, log_level="warning", access_log=False)


@contextmanager
def peer_running(servers: str, topic: str) -> Iterator[tuple[int, int]]:
    """Its port and process."""
    port = free_port()
    command = [sys.executable, "-m", "bench.captioners", "--peer", str(port), servers, topic]
    with subprocess.Popen(command) as process:
        try:
            await_true(lambda: listens(port), "the peer does not listen")
            yield port, process.pid
        finally:
            process.kill()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--captioners", type=int, default=100)
    options.add_argument("--wpm", type=float, default=220.0)
    options.add_argument("--seconds", type=float, default=40.0)
    options.add_argument("--warm", type=float, default=30.0, help="seconds of the same before: Java compiles meanwhile")
    options.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.peer:
        peer(int(given.peer[0]), *given.peer[1:])
        return
    with tempfile.TemporaryDirectory(prefix="captionflow-bench-") as folder, kafka_server(Path(folder) / "k") as kafka:
        made = Installation(Path(folder), kafka.address, "")
        made.settings |= {"PARTITIONS": PARTITIONS, "LOG_LEVEL": "warning", "ELASTICSEARCH": None}
        made.create_topics()
        with made.another("ingest", "ingest") as ingest:
            for number in range(given.captioners):
                ingest.announce(f"talk-{number}", languages=["en"])
            assert ingest.process is not None
            asyncio.run(measure("ingest", ingest.port, ingest.process.pid, given))
        with peer_running(kafka.address, f"{made.name}.turns") as (port, pid):
            asyncio.run(measure("uvicorn and aiokafka", port, pid, given))


if __name__ == "__main__":
    main()
