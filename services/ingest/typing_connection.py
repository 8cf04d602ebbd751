"""A writer's WebSocket: messages in, and an answer when the log has what they change."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import structlog
from starlette.websockets import WebSocketDisconnect, WebSocketState

from captionflow.errors import BadMessage, Conflict, NotFound, Unavailable
from services.ingest.protocols.typed_text import MAX_RESUMED, Ack, Answer, Message, Ready, Typed, parse

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from captionflow.messages import Stream
    from services.ingest.gateway import Gateway

log = structlog.get_logger(__name__)

IDLE_SECONDS: Final = 3600.0
"""A connection over which nothing was typed for so long is closed. Pings find those that are dead, much earlier."""
MAX_CONNECTIONS: Final = 1_000
"""Of all writers of this process."""
MAX_MESSAGE_BYTES: Final = 16 * 1024
"""Of one message; a longer one is refused before it is read, or by the server before it is complete."""
_MAX_WAITING: Final = 64
"""So many messages are read before the first of them is in the log. The others wait at their sender."""

INVALID: Final = 4400
NOT_FOUND: Final = 4404
IDLE: Final = 4408
REPLACED: Final = 4409
TOO_LARGE: Final = 1009
TRY_AGAIN: Final = 1013
"""Codes with which a connection is closed (RFC 6455, 7.4): those from 4000 on are ours, and like HTTP's."""

_encode = msgspec.json.Encoder().encode


class Closed(Exception):
    """The connection is to be closed, or has been."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Received(NamedTuple):
    """A message, and when it came. It may have to wait then, and what it says is of before."""

    message: Message
    at: datetime


class Writers:
    """The connections of this process: one for each writer of a stream. A newer one replaces the older."""

    def __init__(self, gateway: Gateway, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._gateway = gateway
        self._idle_seconds = idle_seconds
        self._open: dict[tuple[Stream, str], asyncio.Task[None]] = {}

    async def serve(self, socket: WebSocket, session: str, language: str | None, writer: str) -> None:
        """Take what is typed until either side closes."""
        await socket.accept()
        serving = asyncio.create_task(self._serve(socket, session, language, writer), name="typing")
        try:
            await asyncio.shield(serving)
        except (Closed, WebSocketDisconnect) as end:
            await _close(socket, end)
        except NotFound as error:
            await _close(socket, Closed(NOT_FOUND, str(error)))
        except BadMessage as error:
            await _close(socket, Closed(INVALID, str(error)))
        except (Conflict, Unavailable) as error:
            await _close(socket, Closed(TRY_AGAIN, str(error)))
        except asyncio.CancelledError:
            if not serving.cancelled():  # this one was told to end, not the task
                serving.cancel()
                raise
            await _close(socket, Closed(REPLACED, "The same writer has connected anew."))
        finally:
            serving.cancel()

    async def _serve(self, socket: WebSocket, session: str, language: str | None, writer: str) -> None:
        sender = f"type:{writer}"
        stream = await self._gateway.stream(session, language)
        place = stream, writer
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it is one, and the type checker does not know
        older = self._open.get(place)
        if older is None and len(self._open) >= MAX_CONNECTIONS:
            raise Unavailable(f"All {MAX_CONNECTIONS} places for writers are taken: try again.")
        self._open[place] = task
        try:
            if older is not None:  # what it was writing is in the log, or is sent again
                older.cancel()
                await asyncio.wait([older])
            lines = await self._gateway.last_lines(stream, sender, limit=MAX_RESUMED)
            await self._take(socket, stream, sender, Typed.resumed(lines))
        finally:
            if self._open.get(place) is task:
                del self._open[place]

    async def _take(self, socket: WebSocket, stream: Stream, sender: str, typed: Typed) -> None:
        await _send(socket, Ready(*stream, typed.number, typed.text))
        inbox: asyncio.Queue[Received] = asyncio.Queue(_MAX_WAITING)
        reading = asyncio.create_task(self._read(socket, inbox), name="typing_inbox")
        try:
            while True:
                messages = await _next(inbox, reading)
                while messages:
                    done = typed.read([one.message for one in messages])
                    drafts = done.drafts(sender, messages[0].at)
                    receipts = (await self._gateway.accept(*stream, drafts, door="type")).receipts if drafts else ()
                    typed, messages = done.after(receipts), messages[done.taken :]
                    for refusal in done.refused:
                        await _send(socket, refusal)
                    if done.number is not None:
                        await _send(socket, Ack(done.number))
        finally:
            reading.cancel()

    async def _read(self, socket: WebSocket, inbox: asyncio.Queue[Received]) -> None:
        """Put what comes into the inbox; wait while it is full."""
        while True:
            try:
                async with asyncio.timeout(self._idle_seconds):
                    event = await socket.receive()
            except TimeoutError:
                raise Closed(IDLE, "Nothing was typed for long: connect again when there is something.") from None
            if event["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(event["code"])
            data: str | bytes = event.get("text") or event.get("bytes") or b""
            if len(data) > MAX_MESSAGE_BYTES:
                raise Closed(TOO_LARGE, f"A message has more than {MAX_MESSAGE_BYTES} bytes.")
            await inbox.put(Received(parse(data), datetime.now(UTC)))


async def _next(inbox: asyncio.Queue[Received], reading: asyncio.Task[None]) -> list[Received]:
    """All messages that are there, one at least. What came before the end of the connection is taken too."""
    if inbox.empty():
        getting = asyncio.create_task(inbox.get())
        try:
            await asyncio.wait([getting, reading], return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                await reading
            first = await getting
        finally:
            getting.cancel()
    else:
        first = inbox.get_nowait()
    return [first, *(inbox.get_nowait() for _ in range(inbox.qsize()))]


async def _send(socket: WebSocket, answer: Answer) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # one that has gone asks again when it is back
        await socket.send_text(_encode(answer).decode())


async def _close(socket: WebSocket, end: Closed | WebSocketDisconnect) -> None:
    if isinstance(end, Closed) and socket.client_state is WebSocketState.CONNECTED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(end.code, end.reason)
