"""Readers of the event stream on raw sockets, and what they see."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec

from captionflow.messages import Part
from services.api.live.delta import PartDelta, apply
from tests.integration.api_server import Api


@dataclass
class Event:
    name: str
    id: int | None
    data: Any


class Stream:
    """An SSE client on a raw socket that undoes chunks itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, version: str) -> None:
        self.reader, self.writer, self.version = reader, writer, version
        self.head = ""
        self.buffer = b""
        self.ended = False

    async def open(self, path: str, **headers: str) -> None:
        lines = [
            f"GET {path} HTTP/{self.version}",
            "Host: t",
            *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
        ]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()

    async def _more(self) -> None:
        if "transfer-encoding: chunked" in self.head:
            size = int(await self.reader.readline(), 16)
            self.buffer += await self.reader.readexactly(size)
            assert await self.reader.readexactly(2) == b"\r\n"
            self.ended = size == 0
        else:
            data = await self.reader.read(65_536)
            self.buffer += data
            self.ended = not data

    async def block(self) -> str:
        """What stands up to the next empty line: an event, a comment, a retry. EOFError at the end."""
        async with asyncio.timeout(10):
            while b"\n\n" not in self.buffer:
                if self.ended:
                    raise EOFError
                await self._more()
            block, _, self.buffer = self.buffer.partition(b"\n\n")
            return block.decode()

    async def next(self) -> Event:
        """The next event; comments and retry are skipped. EOFError at the end."""
        async with asyncio.timeout(10):
            while True:
                block = await self.block()
                fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
                if "data" in fields:
                    number = fields.get("id")
                    return Event(
                        fields["event"], None if number is None else int(number), msgspec.json.decode(fields["data"])
                    )


@contextlib.asynccontextmanager
async def stream(api: Api, path: str, version: str = "1.1", **headers: str) -> AsyncIterator[Stream]:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port, limit=2**22)
    try:
        opened = Stream(reader, writer, version)
        await opened.open(path, **headers)
        yield opened
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


class Screen:
    """What a client makes of the events."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, int], Part] = {}
        self.ids: list[int] = []

    def show(self, event: Event) -> "Screen":
        if event.id is not None:
            self.ids.append(event.id)
        if event.name == "snapshot":
            self.parts = {(one.turn_id, one.number): one for one in msgspec.convert(event.data["parts"], list[Part])}
        if event.name == "delta":
            for change in msgspec.convert(event.data["parts"], list[PartDelta]):
                key = (change.turn_id, change.number)
                now = apply(self.parts.get(key), change, session="talk", language="en")
                assert now is not None
                self.parts[key] = now
        return self

    @property
    def words(self) -> list[str]:
        return [word for part in self.parts.values() for word in part.text.split()]


async def read_until(reading: Stream, screen: Screen, seq: int) -> None:
    """Show what comes up to a position."""
    while not screen.ids or screen.ids[-1] < seq:
        screen.show(await reading.next())
