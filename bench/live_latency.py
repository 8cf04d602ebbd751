"""How long a line takes from its sender to a reader: 200 lines/s in 20 sessions, through the real program.

One process sends and reads, with a connection for each session and each reader. Two times are told for every line:
from the moment its 202 was read to the moment an event with its ``seq`` was read (0 when the event came first), and
from the moment it was sent.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.real_program import Server

LAST_SECONDS = 10
"""How long the last lines may take."""
TALK = (
    "So I think that what we heard this morning is quite important for all of us, and I would like to come back "
    "to it. When we talk about access, we mean people who live far from the cities, who pay a lot, and who have "
    "no choice. That is not a technical question alone. We have tried three ways in our country, and two of them "
    "did not work. The third one did, because the schools wanted it, and they kept it running after the money was "
    "spent. I am happy to share the numbers with anybody who wants them, they are on our web site. Let me stop "
    "here, and take some questions. "
)
"""What is said. Text that speaks of captioning would be taken for the head of a transcript, which costs more."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sessions", type=int, default=20)
    options.add_argument("--rate", type=float, default=200.0, help="lines a second, all sessions together")
    options.add_argument("--seconds", type=float, default=20.0)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder, "data"), LOG_LEVEL="warning") as server:
        asyncio.run(measure(server.port, server.port, given.sessions, given.rate, given.seconds))


async def measure(door: int, screen: int, sessions: int, rate: float, seconds: float, prefix: str = "bench") -> None:
    """Send to one port and read from another, which may be the same; print what it took."""
    names = [f"{prefix}-{number}" for number in range(sessions)]
    async with httpx.AsyncClient(timeout=10) as client:
        for port in {door, screen}:
            await until_found(client, f"http://127.0.0.1:{port}/readyz")
        for name in names:
            (await client.post(f"http://127.0.0.1:{door}/v1/sessions", json={"id": name})).raise_for_status()
        for name in names:
            await until_found(client, f"http://127.0.0.1:{screen}/v1/sessions/{name}")
    seen: dict[tuple[str, int], float] = {}
    readers = [asyncio.create_task(read(screen, name, seen)) for name in names]
    await asyncio.sleep(0.5)
    sent: dict[tuple[str, int], tuple[float, float]] = {}
    begun = time.monotonic()
    interval = sessions / rate
    senders = [send(door, name, sent, begun + n / rate, interval, seconds) for n, name in enumerate(names)]
    await asyncio.gather(*senders)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_SECONDS):
            while sent.keys() - seen.keys():  # noqa: ASYNC110 - many readers may be the last
                await asyncio.sleep(0.1)
    for reader in readers:
        if reader.done():
            reader.result()
        reader.cancel()
    report(seen, sent, time.monotonic() - begun)


def line_of(number: int) -> str:
    """So many columns of the talk as a captioner sends at once, cut anywhere."""
    first = number * 37 % len(TALK)
    return (TALK + TALK)[first : first + 32 + number % 8]


async def until_found(client: httpx.AsyncClient, url: str) -> None:
    for _ in range(200):
        try:
            if (await client.get(url)).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.05)
    sys.exit(f"{url} was not there in 10 s")


async def send(
    port: int, name: str, sent: dict[tuple[str, int], tuple[float, float]], due: float, interval: float, seconds: float
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(int(seconds / interval)):
        await asyncio.sleep(max(0.0, due + number * interval - time.monotonic()))
        line = {"number": number, "text": line_of(number)}
        body = json.dumps({"sender": "bench", "lines": [line]}).encode()
        head = f"POST /v1/sessions/{name}/lines HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        start = time.monotonic()
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        assert answer.startswith("http/1.1 202"), answer
        length = int(answer.split("content-length:")[1].split("\r\n")[0])
        receipts = json.loads(await reader.readexactly(length))["receipts"]
        sent[name, receipts[0]["seq"]] = (start, time.monotonic())
    writer.close()


async def read(port: int, name: str, seen: dict[tuple[str, int], float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /v1/sessions/{name}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    status = await reader.readline()
    assert b" 200 " in status, status
    last = 0
    while row := await reader.readline():
        if row.startswith(b"id: "):
            now = time.monotonic()
            seq = int(row[4:])
            for one in range(last + 1, seq + 1):
                seen[name, one] = now
            last = seq


def report(
    seen: dict[tuple[str, int], float], sent: dict[tuple[str, int], tuple[float, float]], seconds: float
) -> None:
    lost = len(sent.keys() - seen.keys())
    accepted = sorted(max(0.0, seen[key] - sent[key][1]) * 1e3 for key in sent.keys() & seen.keys())
    whole = sorted((seen[key] - sent[key][0]) * 1e3 for key in sent.keys() & seen.keys())
    answer = sorted((done - start) * 1e3 for start, done in sent.values())
    print(f"{len(sent)} lines in {seconds:.0f} s, {lost} not seen, load {os.getloadavg()[0]:.1f}")
    for what, times in (("accepted to reader", accepted), ("sent to reader", whole), ("sent to accepted", answer)):
        print(f"{what:20} p50 {times[len(times) // 2]:6.1f} ms   p99 {times[len(times) * 99 // 100]:6.1f} ms")


if __name__ == "__main__":
    main()
