"""What it costs to push one event to many readers, beside nginx with nchan in the same run.

    python -m bench.fanout [--readers 1000] [--rate 50] [--seconds 15] [--stuck 200]

The server is a process of its own, and so is the client, which counts what arrives and measures from publication to
arrival on every tenth connection. Server CPU comes from /proc/<pid>/stat. Events are deltas of about 200 bytes. Ours
makes and encodes them itself; nchan gets the same bytes by HTTP. Stuck readers connect and never read; that they stay
connected is looked up in /proc/net/tcp.
"""

import argparse
import asyncio
import json
import logging
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from tests.ports import free_port

SESSION = "bench"
PATH = f"/v1/sessions/{SESSION}/events"
PART_EVENTS = 50
FILLER = "the next speaker is asked to come to the microphone, "
NGINX = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
worker_rlimit_nofile 20000;
events {{ worker_connections 15000; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  nchan_max_reserved_memory 64M;
  server {{
    listen 127.0.0.1:{port} backlog=8192; keepalive_requests 1000000;
    location = /publish {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 100; }}
    location = {path} {{ nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }}
  }}
}}
"""


# --- our server -----------------------------------------------------------------------------------------------------


async def serve(port: int, folder: str) -> None:
    import structlog  # noqa: PLC0415 - only this role needs it
    import uvicorn  # noqa: PLC0415 - as above

    from captionflow.messages import Session  # noqa: PLC0415 - as above
    from captionflow.settings import Settings  # noqa: PLC0415 - as above
    from captionflow.wiring.embedded import open_embedded  # noqa: PLC0415 - as above
    from services.api.app import create_app  # noqa: PLC0415 - as above

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    settings = Settings(data_folder=Path(folder), max_readers=20_000)
    async with open_embedded(settings) as adapters:
        now = datetime.now(UTC)
        await adapters.sessions.create(Session(SESSION, version=1, created_at=now, updated_at=now, title="Bench"))
        app = create_app(adapters, settings)
        commands = asyncio.get_running_loop().create_task(_publish_on_command(adapters.step_feed))
        config = uvicorn.Config(app, port=port, log_level="error", backlog=8192, timeout_graceful_shutdown=2)
        await uvicorn.Server(config).serve()
        commands.cancel()


async def _publish_on_command(feed: object) -> None:
    """``rate seconds`` on standard input starts a run."""
    from captionflow.messages import Part, StepRecord  # noqa: PLC0415 - as above

    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    seq, text = 0, ""
    while line := await reader.readline():
        rate, seconds = map(float, line.split())

        async def publish() -> None:
            nonlocal seq, text
            seq += 1
            number, place = divmod(seq - 1, PART_EVENTS)
            text = (text if place else "") + f"{FILLER}{time.monotonic_ns():020d} "
            part = Part(f"{SESSION}.en.1", number, SESSION, "en", 1, version=seq, speaker="ANA", paragraphs=(text,))
            await feed.publish(StepRecord(SESSION, "en", seq, seq, (part,)))  # type: ignore[attr-defined]

        await paced(publish, rate, seconds)
        print("done", flush=True)


async def paced(act: Callable[[], Awaitable[None]], rate: float, seconds: float) -> None:
    start = time.monotonic()
    for count in range(int(rate * seconds)):
        delay = start + count / rate - time.monotonic()
        await asyncio.sleep(max(delay, 0))
        await act()


async def publish_to_nchan(port: int, rate: float, seconds: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seq = 0

    async def publish() -> None:
        nonlocal seq
        seq += 1
        change = {"turn_id": f"{SESSION}.en.1", "number": 1, "version": seq, "base": seq - 1, "keep": seq * 70}
        change["text"] = f"{FILLER}{time.monotonic_ns():020d} "
        body = json.dumps({"seq": seq, "parts": [change]}, separators=(",", ":")).encode()
        writer.write(
            b"POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
            % (len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)

    await paced(publish, rate, seconds)
    writer.close()


# --- the client -----------------------------------------------------------------------------------------------------


class Client(asyncio.Protocol):
    """Counts events; a sampled one notes how long each took."""

    after = 0
    counted = 0
    lost = 0
    latencies: list[float] = []  # noqa: RUF012 - one list for all on purpose

    def __init__(self, *, sampled: bool) -> None:
        self.sampled = sampled

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        request = f"GET {PATH}?after={Client.after} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        transport.write(request.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        texts = data.split(FILLER.encode())
        Client.counted += len(texts) - 1
        if self.sampled:
            Client.latencies += [(now - int(text[:20])) / 1e6 for text in texts[1:] if text[:20].isdigit()]

    def connection_lost(self, _exc: Exception | None) -> None:
        Client.lost += 1


async def read(port: int, readers: int, seconds: float, after: int) -> None:
    """Connect, say so, count for a while, print what was counted."""
    Client.after = after
    loop = asyncio.get_running_loop()
    for start in range(0, readers, 100):
        await asyncio.gather(
            *(
                loop.create_connection(lambda n=n: Client(sampled=n % 10 == 0), "127.0.0.1", port)  # type: ignore[misc]
                for n in range(start, min(start + 100, readers))
            )
        )
    await asyncio.sleep(1)
    print("connected", flush=True)
    await asyncio.sleep(seconds)
    found = sorted(Client.latencies) or [0.0]
    result = {"events": Client.counted, "lost": Client.lost}
    result |= {name: round(found[int(len(found) * share)], 1) for name, share in (("p50", 0.5), ("p99", 0.99))}
    print(json.dumps(result), flush=True)


# --- the run --------------------------------------------------------------------------------------------------------


def cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_kb(pids: list[int]) -> int:
    rows = [row for pid in pids for row in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(row.split()[1]) for row in rows if row.startswith("VmRSS"))


def established(port: int) -> int:
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "01" and int(row[1].rsplit(":", 1)[1], 16) == port for row in rows)


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the server did not start")


def measure(
    name: str,
    port: int,
    pids: list[int],
    publish: Callable[[], None],
    args: argparse.Namespace,
    stuck: int = 0,
    after: int = 0,
) -> None:
    before_kb = resident_kb(pids)
    held = [_stuck(port, after) for _ in range(stuck)]
    client = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "bench.fanout",
            "--role",
            "read",
            "--port",
            str(port),
            "--readers",
            str(args.readers),
            "--seconds",
            str(args.seconds + 2),
            "--after",
            str(after),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None
    assert client.stdout.readline() == "connected\n"
    kb = (resident_kb(pids) - before_kb) / (args.readers + stuck)
    connected = established(port)
    started = cpu_seconds(pids)
    publish()
    time.sleep(0.5)
    spent = cpu_seconds(pids) - started
    result = json.loads(client.stdout.readline())
    client.wait()
    wanted = int(args.rate * args.seconds) * args.readers
    held_on = f", {stuck} stuck ({connected - args.readers} of them connected)" if stuck else ""
    print(
        f"{name:12} {spent / max(result['events'], 1) * 1e6:6.1f} µs CPU/delivery   p50 {result['p50']:7.1f} ms   "
        f"p99 {result['p99']:7.1f} ms   {kb:5.1f} KB/reader   {result['events']:,} of {wanted:,} delivered, "
        f"{result['lost']} lost{held_on}",
        flush=True,
    )
    for one in held:
        one.close()
    time.sleep(0.5)


def _stuck(port: int, after: int) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", port))
    one.sendall(f"GET {PATH}?after={after} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
    return one


def bench_ours(args: argparse.Namespace) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.fanout", "--role", "serve", "--port", str(port), "--folder", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdin is not None
        assert server.stdout is not None
        stdin, stdout = server.stdin, server.stdout

        def publish() -> None:
            stdin.write(f"{args.rate} {args.seconds}\n")
            stdin.flush()
            while stdout.readline() not in {"done\n", ""}:
                pass

        try:
            wait_for(port)
            measure("captionflow", port, [server.pid], publish, args)
            if args.stuck:
                past = int(args.rate * args.seconds)
                measure("captionflow", port, [server.pid], publish, args, stuck=args.stuck, after=past)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(10)


def bench_nchan(args: argparse.Namespace) -> None:
    if shutil.which("nginx") is None or not Path("/usr/lib/nginx/modules/ngx_nchan_module.so").exists():
        print("nchan        not installed: apt-get install nginx-light libnginx-mod-nchan")
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        conf = Path(folder, "nginx.conf")
        conf.write_text(NGINX.format(folder=folder, port=port, path=PATH))
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", str(conf), "-e", f"{folder}/start.log"])
        try:
            wait_for(port)
            children = Path(f"/proc/{nginx.pid}/task/{nginx.pid}/children").read_text().split()
            pids = [nginx.pid, *map(int, children)]
            measure("nchan", port, pids, lambda: uvloop.run(publish_to_nchan(port, args.rate, args.seconds)), args)
        finally:
            nginx.terminate()
            nginx.wait(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=50, help="events a second")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--stuck", type=int, default=200)
    for name in ("--role", "--folder"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    for name in ("--port", "--after"):
        parser.add_argument(name, type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if args.role == "serve":
        uvloop.run(serve(args.port, args.folder))
    elif args.role == "read":
        uvloop.run(read(args.port, args.readers, args.seconds, args.after))
    else:
        print(f"{args.readers} readers x {args.rate:g} events/s for {args.seconds:g} s, {os.cpu_count()} cores, "
              f"load {os.getloadavg()[0]:.1f} before")  # fmt: skip
        bench_ours(args)
        bench_nchan(args)


if __name__ == "__main__":
    main()
