"""What readers take who only wait: memory of the process that serves them, as ``captionflow run`` does.

    python -m bench.idle_readers [--readers 10000]

The server is a process of its own. Each reader opens the events of one session over HTTP/1.1, gets the snapshot and
the first heartbeat, and stays. Resident memory is told as it is before, when all of them have a place at the hub, and
when all have gone; the system's own buffers of sockets are not in it.
"""

import argparse
import asyncio
import resource
import tempfile
from pathlib import Path

from bench.fanout import PATH, SESSION
from tests.real_program import Server

MIB = 1024 * 1024
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


async def run(server: Server, readers: int) -> None:
    server.announce(SESSION, title="Bench")
    server.client.get("/").raise_for_status()
    server.client.get(f"{PATH}?wait=0", headers={"Accept": "application/json"}).raise_for_status()
    before = server.resident_bytes
    came: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    transports = []
    for begin in range(0, readers, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, readers))
        opened = [loop.create_connection(lambda: Reader(came), "127.0.0.1", server.port) for _ in some]
        transports += [transport for transport, _ in await asyncio.gather(*opened)]
        for _ in some:
            await came.get()
    await asyncio.sleep(3)  # the first heartbeat of each has come
    held = server.resident_bytes
    print(
        f"{readers:,} idle readers: {before / MIB:.0f} MiB before, {held / MIB:.0f} MiB with them: "
        f"{(held - before) / 1024 / readers:.1f} KiB each",
        flush=True,
    )
    for one in transports:
        one.abort()
    await asyncio.sleep(3)
    print(f"{server.resident_bytes / MIB:.0f} MiB when they have gone", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=10_000)
    args = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    limits = dict.fromkeys(("MAX_READERS", "ADDRESS_STREAMS", "ADDRESS_REQUESTS"), 2 * args.readers)
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder, "data"), LOG_LEVEL="warning", **limits) as server:
        asyncio.run(run(server, args.readers))


if __name__ == "__main__":
    main()
