"""What readers take who only wait: memory of the process that serves them, as ``captionflow run`` does.

    python -m bench.idle_readers [--readers 10000]

The server is a process of its own. Each reader opens the events of one session over HTTP/1.1, gets the snapshot and
the first heartbeat, and stays. Memory is VmRSS before, when all of them have a place at the hub, and when all have
gone; the system's own buffers of sockets are not in it.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from bench.fanout import PATH, SESSION, free_port, wait_for

SERVER = [str(Path(sys.executable).with_name("captionflow")), "run"]
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: text/event-stream\r\n\r\n".encode()
AT_ONCE = 100


class Reader(asyncio.Protocol):
    """Asks, and throws away what comes."""

    def __init__(self, came: asyncio.Queue[None]) -> None:
        self._came = came
        self._first = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(REQUEST)  # type: ignore[attr-defined]

    def data_received(self, _: bytes) -> None:
        if self._first:
            self._first = False
            self._came.put_nowait(None)


def resident_kib(pid: int) -> int:
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS"))


async def run(port: int, pid: int, readers: int) -> None:
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=url) as client:
        (await client.post("/v1/sessions", json={"id": SESSION, "title": "Bench"})).raise_for_status()
        (await client.get("/")).raise_for_status()
        (await client.get(f"{PATH}?wait=0", headers={"Accept": "application/json"})).raise_for_status()
    before = resident_kib(pid)
    came: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    transports = []
    for begin in range(0, readers, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, readers))
        opened = [loop.create_connection(lambda: Reader(came), "127.0.0.1", port) for _ in some]
        transports += [transport for transport, _ in await asyncio.gather(*opened)]
        for _ in some:
            await came.get()
    await asyncio.sleep(3)  # the first heartbeat of each has come
    held = resident_kib(pid)
    print(
        f"{readers:,} idle readers: {before / 1024:.0f} MiB before, {held / 1024:.0f} MiB with them: "
        f"{(held - before) / readers:.1f} KiB each",
        flush=True,
    )
    for one in transports:
        one.abort()
    await asyncio.sleep(3)
    print(f"{resident_kib(pid) / 1024:.0f} MiB when they have gone", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=10_000)
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": "/usr/bin:/bin",
            "CAPTIONFLOW_DATA": folder,
            "CAPTIONFLOW_PORT": str(port),
            "CAPTIONFLOW_MAX_READERS": "20000",
            "CAPTIONFLOW_ADDRESS_STREAMS": "20000",
            "CAPTIONFLOW_ADDRESS_REQUESTS": "20000",
            "CAPTIONFLOW_DEMO": "false",
            "CAPTIONFLOW_LOG_LEVEL": "warning",
        }
        server = subprocess.Popen(SERVER, env=environment)
        try:
            wait_for(port)
            asyncio.run(run(port, server.pid, args.readers))
        finally:
            server.terminate()
            server.wait(20)


if __name__ == "__main__":
    main()
