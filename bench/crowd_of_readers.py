"""How long a captioner waits while many open a page again and again, and whom it leaves out that many open at once.

    python -m bench.crowd_of_readers [--readers 50] [--seconds 5] [--every 0] [--at-once 300,1000] [PATH …]

Each reader asks once in so many seconds, or again as soon as they are answered. `$` in a path becomes another number in
each request. The readers have a process of their own. Beside each figure: the same captioner alone, in the same run.
There are a session of 20,000 turns and 3,000 sessions around today.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from captionflow.messages import Session
from captionflow.settings import Settings
from captionflow.wiring.embedded import open_embedded
from tests.hostile import long_sessions
from tests.hostile.at_once import asked_at_once
from tests.hostile.heartbeat import Heartbeat
from tests.real_program import Server

TURNS = 20_000
SESSIONS = 3_000
PATHS = (
    "/",
    "/desk",
    "/s/long/follow",
    "/s/long",
    "/s/long?turn=t$",
    "/s/long/qr.svg",
    "/v1/sessions/long/transcript.vtt?offset=$",
)


async def fill(folder: Path) -> None:
    await long_sessions.make(folder, "long", long_sessions.many_turns("long", TURNS))
    async with open_embedded(Settings(data_folder=folder)) as ports:
        now = datetime.now(UTC)
        for number in range(SESSIONS):
            begins = now + timedelta(minutes=number - SESSIONS // 2)
            await ports.sessions.create(
                Session(
                    id=f"session-{number}",
                    version=1,
                    created_at=now,
                    updated_at=now,
                    title=f"Session {number}, about the network",
                    room=f"Room {number % 10}",
                    date=begins.date().isoformat(),
                    starts_at=begins,
                    ends_at=begins + timedelta(hours=1),
                    status="finished" if number % 3 else "scheduled",
                )
            )


def measure(server: Server, heartbeat: Heartbeat, path: str, readers: int, seconds: float, every: float) -> None:
    alone = heartbeat.lines(2)
    wanted = {"--port": server.port, "--readers": readers, "--seconds": seconds, "--every": every}
    options = [str(one) for option in wanted.items() for one in option]
    command = [sys.executable, "-m", "bench.crowd_of_readers", path, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        reading.stdout.readline()
        during = heartbeat.lines(seconds - 1)
        told = json.loads(reading.stdout.read())
    print(
        f"{path:44} sender alone p50 {alone.median * 1000:5.1f} p99 {alone.p99 * 1000:6.1f}, "
        f"beside p50 {during.median * 1000:5.1f} p99 {during.p99 * 1000:6.1f} ms; answers in {seconds:g} s {told}",
        flush=True,
    )


def read_again_and_again(port: int, path: str, readers: int, seconds: float, every: float) -> None:
    """In a process of its own: tell when they have begun, and what they were answered."""
    statuses: Counter[str] = Counter()
    numbers = itertools.count()
    end = time.monotonic() + seconds

    def read() -> None:
        while (began := time.monotonic()) < end:
            with suppress(OSError):
                statuses[ask(port, path, numbers)[0]] += 1
            time.sleep(max(0.0, began + every - time.monotonic()))

    threads = [threading.Thread(target=read, daemon=True) for _ in range(readers)]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    time.sleep(seconds)
    print(json.dumps(dict(statuses)), flush=True)


def ask(port: int, path: str, numbers: "itertools.count[int]", count: int = 1, coding: str = "gzip") -> list[str]:
    """The status of each answer; all are asked before the first is read."""
    paths = [path.replace("$", str(next(numbers))) for _ in range(count)]
    return [status[9:12].decode() for status, _ in asked_at_once(port, paths, f"Accept-Encoding: {coding}")]


def measure_at_once(server: Server, path: str, count: int) -> None:
    for coding in ("identity", "gzip"):
        began = time.monotonic()
        told = Counter(ask(server.port, path, itertools.count(), count, coding))
        took = time.monotonic() - began
        print(f"{path:44} {count} at once, {coding}: {dict(told)}, the last after {took:.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="*", default=PATHS)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--every", type=float, default=0)
    parser.add_argument("--at-once", default="300,1000")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    if given.port:
        read_again_and_again(given.port, given.paths[0], given.readers, given.seconds, given.every)
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        asyncio.run(fill(data))
        with Server(data, LOG_LEVEL="error") as server:
            heartbeat = Heartbeat(server)
            for path in given.paths:
                measure(server, heartbeat, path, given.readers, given.seconds, given.every)
            for path, count in itertools.product(given.paths, map(int, given.at_once.split(","))):
                measure_at_once(server, path, count)


if __name__ == "__main__":
    main()
