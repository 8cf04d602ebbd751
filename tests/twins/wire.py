"""What lies between a tool and ingest: one application or two, and what goes wrong on the way, at certain posts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal, NamedTuple

import httpx
from fastapi import FastAPI

from captionflow.messages import Receipt
from captionflow.ports import LineLog

Trouble = Literal["nothing", "dropped", "502", "slow", "tool restarts", "ingest restarts", "two ingests", "repeated"]
TROUBLES: tuple[Trouble, ...] = (
    "nothing",
    "dropped",
    "502",
    "slow",
    "tool restarts",
    "ingest restarts",
    "two ingests",
    "repeated",
)
_STEPS = 50
"""Of the loop, in which a request gets as far as it can."""
EACH = 5
"""One post in so many is in trouble."""


class LostError(Exception):
    """No answer came: the connection was closed, or the tool's patience ended."""


class Answer(NamedTuple):
    status: int
    text: str


class Gate:
    """Where appends to a log wait for as long as it is shut."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.reached = asyncio.Event()

    def shut(self) -> None:
        self.open.clear()
        self.reached.clear()


class GatedLog:
    """A line log behind a gate."""

    def __init__(self, log: LineLog, gate: Gate) -> None:
        self._log = log
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def append(self, *arguments: Any, **named: Any) -> tuple[Receipt, ...]:
        self._gate.reached.set()
        await self._gate.open.wait()
        return await self._log.append(*arguments, **named)


class Wire:
    """``ingest`` makes an ingest that knows nothing but what the log has."""

    def __init__(self, trouble: Trouble, ingest: Callable[[int], FastAPI], gate: Gate) -> None:
        self.trouble = trouble
        self._gate = gate
        self._ingest = ingest
        self._apps = [ingest(0), ingest(1)]
        self._posts = 0
        self._under_way: list[asyncio.Future[Answer]] = []
        self._before: Callable[[], Awaitable[Answer]] | None = None

    async def ask(self, path: str) -> str:
        """A log that is too busy to be asked is asked again, as its answer says."""
        self._gate.open.set()
        while (answer := await self._send("GET", path, b"", {})).status == 503:
            pass
        return answer.text

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The answer, if it comes. Only 200 may come from ingest."""
        self._posts += 1
        troubled = self._posts % EACH == EACH - 1
        if self.trouble == "ingest restarts":
            self._apps[0] = self._ingest(0)

        async def send() -> Answer:
            return await self._send("POST", path, body, headers)

        before, self._before = self._before, send
        if self.trouble == "slow":
            return await self._slow(send, troubled=troubled)
        answer = await send()
        assert answer.status == 200, answer
        if self.trouble == "repeated" and troubled:
            await send()
            if before is not None:
                await before()
        if self.trouble == "dropped" and troubled:
            raise LostError
        if self.trouble == "502" and troubled:
            return Answer(502, "<html>Bad Gateway</html>")
        return answer

    async def _slow(self, send: Callable[[], Awaitable[Answer]], *, troubled: bool) -> Answer:
        """While the log is slow the tool gives up; what it sends next finds the post before it under way."""
        if troubled:
            self._gate.shut()
        sending = asyncio.ensure_future(send())
        if troubled:
            reached = asyncio.ensure_future(self._gate.reached.wait())
            await asyncio.wait([sending, reached], return_when=asyncio.FIRST_COMPLETED)
            reached.cancel()
            self._under_way.append(sending)
            raise LostError
        for _ in range(_STEPS):
            await asyncio.sleep(0)
        self._gate.open.set()
        return await sending

    async def settle(self) -> None:
        """Return when nothing is under way any more."""
        self._gate.open.set()
        assert all(answer.status == 200 for answer in await asyncio.gather(*self._under_way))

    async def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        index = self._posts % 2 if self.trouble == "two ingests" else 0
        transport = httpx.ASGITransport(self._apps[index], client=("127.0.0.1", 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.request(method, path, content=body, headers=headers)
        assert answer.status_code == 503 or answer.headers["content-type"].startswith("text/plain")
        return Answer(answer.status_code, answer.text)
