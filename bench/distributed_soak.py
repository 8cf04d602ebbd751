"""A conference through the real services, or through one process: do memory and disk stay, and do readers miss lines?

    python -m bench.distributed_soak [--minutes 30] [--warm-up 10] [--rate 50] [--rooms 20] [--readers 50]
        [--talk-lines 600] [--embedded]

In each room one talk follows the other. Short talks make an installation old quickly: 30 lines each, at 50 lines a
second, are a hundred talks a minute, and fill whatever is kept of a talk up to its bound within the hour. A reader
comes each second, to one room after the other, reads the events as a screen does, and goes after some 50 s. When it
goes, every line that was accepted 5 s before must be on its screen: a missing one is lost if there are later lines
after it, else late. Memory and lag of each service are told every 10 s; at the end, for each, the slope of its memory
after the warm-up, by least squares, and what became of the files in its data folder. `--embedded` has one process on
SQLite; its file has the lines, and grows with them.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import httpx
import msgspec

from bench.distributed_services import installed
from captionflow.messages import Part
from services.api.live.delta import PartDelta, apply
from tests.distributed.installation import SERVICES, metric
from tests.real_program import Server

SAMPLE_SECONDS = 10.0
GRACE_SECONDS = 5.0
"""How old a line must be to be missed."""
END_SECONDS = 30.0
"""How long the services may take to be done after the last line."""
NUMBER = re.compile(r"\bline(\d+)\b")
TEXT = "and this is what the captioner writes"


@dataclass
class Tally:
    """What happened so far."""

    sent: int = 0
    refused: int = 0
    readers: int = 0
    refused_readers: int = 0
    lost: int = 0
    late: int = 0
    checked: int = 0
    accepted: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    """Of each talk that goes on: when which line was accepted."""
    talks: dict[int, str] = field(default_factory=dict)
    """The talk in each room now."""


class Screen:
    """What one reader sees."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.parts: dict[tuple[str, int], Part] = {}
        self.begun = False

    def take(self, name: str, data: dict[str, object]) -> None:
        if name == "snapshot":
            self.begun = True
            self.parts = {(part.turn_id, part.number): part for part in msgspec.convert(data["parts"], list[Part])}
        elif name == "delta":
            for change in msgspec.convert(data["parts"], list[PartDelta]):
                key = change.turn_id, change.number
                part = apply(self.parts.get(key), change, session=self.session, language="en")
                if part is not None:
                    self.parts[key] = part

    def lines(self) -> set[int]:
        return {int(found) for part in self.parts.values() for found in NUMBER.findall(part.text)}


async def room(client: httpx.AsyncClient, number: int, given: argparse.Namespace, end: float, tally: Tally) -> None:
    """One talk after the other until the end."""
    interval = given.rooms / given.rate
    due = time.monotonic() + interval * number / len(tally.talks)
    talk = line = 0
    # The first talks are of different lengths, so that not all rooms change at once.
    left = given.talk_lines * (number % 10 + 1) // 10
    session = tally.talks[number]
    while time.monotonic() < end:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        due += interval
        if not left:
            talk, line, left = talk + 1, 0, given.talk_lines
            session = await begin(client, number, talk, tally)
        label = f"SPEAKER {line // 30 % 5}: " if line % 30 == 0 else ""
        body = {"number": line, "text": f"{label}{TEXT} line{line}", "ends": left == 1}
        while not await accepted(client, session, body):
            tally.refused += 1
            await asyncio.sleep(1.0)
        tally.accepted[session].append((time.monotonic(), line))
        tally.sent += 1
        line, left = line + 1, left - 1


async def begin(client: httpx.AsyncClient, number: int, talk: int, tally: Tally) -> str:
    session = f"room-{number}-talk-{talk}"
    (await client.post("/v1/sessions", json={"id": session, "title": f"Talk {talk}"})).raise_for_status()
    tally.accepted[session] = deque()
    tally.talks[number] = session
    return session


async def accepted(client: httpx.AsyncClient, session: str, line: dict[str, object]) -> bool:
    try:
        answer = await client.post(f"/v1/sessions/{session}/lines", json={"sender": "desk", "lines": [line]})
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.ACCEPTED


async def crowd(port: int, readers: int, end: float, tally: Tally) -> None:
    """A reader each second, ``readers`` at a time."""
    async with asyncio.TaskGroup() as tasks:
        number = 0
        while time.monotonic() < end:
            until = min(end, time.monotonic() + readers)
            tasks.create_task(reader(port, tally.talks[number % len(tally.talks)], until, tally))
            number += 1
            await asyncio.sleep(1.0)


async def reader(port: int, session: str, until: float, tally: Tally) -> None:
    screen = Screen(session)
    try:
        source, sink = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        sink.write(f"GET /v1/sessions/{session}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await source.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            tally.refused_readers += 1
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(until - time.monotonic()):
                await follow(source, screen)
        sink.close()
    except (OSError, asyncio.IncompleteReadError):
        tally.refused_readers += 1
        return
    old = {line for at, line in tally.accepted[session] if at < time.monotonic() - GRACE_SECONDS}
    tally.readers += 1
    tally.checked += len(old)
    if not screen.begun:
        tally.refused_readers += 1
        return
    shown = screen.lines()
    missed = old - shown
    lost = {line for line in missed if line < max(shown, default=0)}
    tally.lost += len(lost)
    tally.late += len(missed - lost)
    if lost:
        print(f"a reader of {session} has a hole of {len(lost)} of {len(old)} lines, first {min(lost)}", flush=True)


async def follow(source: asyncio.StreamReader, screen: Screen) -> None:
    """Read until the stream ends."""
    name = ""
    while row := await source.readline():
        if row.startswith(b"event: "):
            name = row[7:].decode().strip()
        elif row.startswith(b"data: "):
            screen.take(name, json.loads(row[6:]))


class Sample(NamedTuple):
    """Of one service at one moment."""

    seconds: float
    kib: int
    """Resident memory."""
    files: int
    """In its data folder."""
    stored_kib: int
    """In them."""


def sample(server: Server, seconds: float) -> Sample:
    sizes = []
    for path in server.folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file():
                sizes.append(path.stat().st_size)
    return Sample(seconds, server.resident_bytes // 1024, len(sizes), sum(sizes) // 1024)


async def watch(services: dict[str, Server], samples: dict[str, list[Sample]], tally: Tally) -> None:
    begun = time.monotonic()
    while True:
        now = time.monotonic() - begun
        for name, server in services.items():
            samples[name].append(await asyncio.to_thread(sample, server, now))
        lag = await lags(services)
        memory = "  ".join(f"{name} {samples[name][-1].kib // 1024}" for name in services)
        print(
            f"{now:6.0f} s  MiB: {memory}  lag: {lag}  {tally.sent} lines, {tally.refused} refused, {tally.readers} "
            f"readers gone, {tally.lost} lines lost, {tally.late} late, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        await asyncio.sleep(SAMPLE_SECONDS)


async def lags(services: dict[str, Server]) -> str:
    found = []
    for name in services.keys() & {"segment", "index"}:
        with contextlib.suppress(httpx.HTTPError):
            lag = await asyncio.to_thread(metric, services[name], "captionflow_lag_records")
            found.append(f"{name} {lag:.0f}")
    return ", ".join(found)


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """A minute, by least squares."""
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    spread = sum((x - mean_x) ** 2 for x, _ in samples)
    return 60 * sum((x - mean_x) * (y - mean_y) for x, y in samples) / spread if spread else 0.0


async def soak(services: dict[str, Server], given: argparse.Namespace) -> None:
    """``services`` by name: four, or one that is all of them."""
    ingest, api = (services.get(name, next(iter(services.values()))) for name in ("ingest", "api"))
    tally = Tally()
    samples: dict[str, list[Sample]] = {name: [] for name in services}
    watching = asyncio.create_task(watch(services, samples, tally))
    end = time.monotonic() + given.minutes * 60
    async with httpx.AsyncClient(base_url=ingest.url, timeout=10) as client, asyncio.TaskGroup() as tasks:
        for number in range(given.rooms):
            await begin(client, number, 0, tally)
        for number in range(given.rooms):
            tasks.create_task(room(client, number, given, end, tally))
        tasks.create_task(crowd(api.port, given.readers, end, tally))
    watching.cancel()
    await asyncio.sleep(END_SECONDS)
    print(
        f"{tally.sent} lines, {tally.refused} refused and sent again; {tally.readers} readers, {tally.refused_readers} "
        f"not served; of {tally.checked} lines {tally.lost} lost, {tally.late} late; lag: {await lags(services)}"
    )
    for name, all_taken in samples.items():
        taken = [one for one in all_taken if one.seconds >= given.warm_up * 60] or all_taken
        first, last = taken[0], taken[-1]
        print(
            f"{name:<8} {first.kib / 1024:6.1f} → {last.kib / 1024:6.1f} MiB, "
            f"{slope([(one.seconds, one.kib) for one in taken]):+7.1f} KiB/min; {first.files} → {last.files} files, "
            f"{first.stored_kib / 1024:.1f} → {last.stored_kib / 1024:.1f} MiB, "
            f"{slope([(one.seconds, one.stored_kib) for one in taken]):+.1f} KiB/min"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--rate", type=float, default=50.0, help="lines a second, all rooms together")
    options.add_argument("--rooms", type=int, default=20)
    options.add_argument("--readers", type=int, default=50, help="at a time")
    options.add_argument("--talk-lines", type=int, default=600, help="in a talk")
    options.add_argument("--warm-up", type=float, default=10.0, help="minutes that count for no slope")
    options.add_argument("--embedded", action="store_true", help="one process on SQLite")
    given = options.parse_args()
    if given.embedded:
        with (
            tempfile.TemporaryDirectory(prefix="captionflow-bench-") as folder,
            Server(Path(folder) / "data", LOG_LEVEL="warning") as server,
        ):
            asyncio.run(soak({"run": server}, given))
    else:
        with installed() as installation:
            asyncio.run(soak({name: installation.services[name] for name in SERVICES}, given))


if __name__ == "__main__":
    main()
