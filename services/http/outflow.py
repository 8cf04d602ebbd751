"""What goes out to clients: in pieces, within bounds, and not for ever to one who does not read.

A server's write buffer takes whatever it is given, so a large body goes to it in pieces, each when the one before has
gone (``PIECE_BYTES`` and the kernel's own buffer is all that a connection holds). Somebody who takes no piece for
``STALLED_SECONDS`` is cut off. Bodies that have to be whole in memory share ``MAX_HELD_BYTES``; who comes when that is
used up is told to come again. Bodies that are made while they are sent (``InPieces``) count as two pieces.

Live streams write to their connections themselves and have bounds of their own (``services.api.live.broadcast``).
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import structlog
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

from captionflow.errors import Unavailable
from services.http.problems import problem
from services.http.transport import transport_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

PIECE_BYTES: Final = 32 * 1024
STALLED_SECONDS: Final = 20.0
MAX_HELD_BYTES: Final = 64 * 1024 * 1024
"""Of all answers that are being sent, beyond one piece each."""
IN_PIECES: Final = "captionflow.in_pieces"
"""Key in the scope of a request whose answer is made while it is sent."""
_BUSY: Final = "Too much is being sent at this moment: the same again in a moment."


class InPieces(StreamingResponse):
    """An answer that is made while it is sent, whatever its length. The making ends when its client has gone."""

    def __init__(self, pieces: AsyncGenerator[bytes | str], headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        scope[IN_PIECES] = True
        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send)


class Outflow:
    """Middleware; see the module. It is the outermost, so that all that is sent passes it."""

    def __init__(
        self, app: ASGIApp, *, stalled_seconds: float = STALLED_SECONDS, max_held_bytes: int = MAX_HELD_BYTES
    ) -> None:
        self.app = app
        self._stalled_seconds = stalled_seconds
        self._max_held_bytes = max_held_bytes
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sending = _Sending(self, scope, receive, send)
        try:
            await self.app(scope, receive, sending.send)
        finally:
            self._held -= sending.held

    def hold(self, size: int) -> bool:
        """Whether so many bytes more may be held; then they are."""
        if size and self._held + size > self._max_held_bytes:
            return False
        self._held += size
        return True

    @property
    def stalled_seconds(self) -> float:
        """How long a client may take no piece."""
        return self._stalled_seconds


class _Sending:
    """One answer."""

    def __init__(self, outflow: Outflow, scope: Scope, receive: Receive, send: Send) -> None:
        self._outflow = outflow
        self._scope = scope
        self._transport = transport_of(receive)
        self._send = send
        self._refused = False
        self.held = 0

    async def send(self, message: Message) -> None:
        if self._refused:
            return
        if message["type"] == "http.response.start":
            size = _held_size(message, in_pieces=IN_PIECES in self._scope)
            if not self._outflow.hold(size):
                await self._refuse()
                return
            self.held = size
            if size and self._transport is not None and not self._transport.is_closing():
                self._transport.set_write_buffer_limits(high=PIECE_BYTES)
        body = message.get("body", b"")
        if len(body) <= PIECE_BYTES:
            await self._pass(message)
        else:
            view = memoryview(body)
            for begin in range(0, len(body), PIECE_BYTES):
                more = begin + PIECE_BYTES < len(body) or message.get("more_body", False)
                await self._pass({**message, "body": bytes(view[begin : begin + PIECE_BYTES]), "more_body": more})
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._see_off(left=None)

    async def _pass(self, message: Message) -> None:
        """Hand it to the server, which waits until the client has taken enough of what came before."""
        timer = asyncio.get_running_loop().call_later(self._outflow.stalled_seconds, self._cut_off)
        try:
            await self._send(message)
        finally:
            timer.cancel()
        if self._transport is not None and self._transport.is_closing():
            await asyncio.sleep(0)  # the server drops what comes now: let whoever makes it hear that nobody is there

    def _cut_off(self) -> None:
        log.debug("reader_stalled", path=self._scope["path"])
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()

    def _see_off(self, left: int | None) -> None:
        """The last piece was handed over: look now and then whether the client takes it, too."""
        if self._transport is None or self._transport.is_closing():
            return
        now = self._transport.get_write_buffer_size()
        if left is not None and now >= left > 0:
            self._cut_off()
        elif now:
            asyncio.get_running_loop().call_later(self._outflow.stalled_seconds, self._see_off, now)

    async def _refuse(self) -> None:
        self._refused = True
        log.warning("answers_too_many", path=self._scope["path"])
        answer = problem(Unavailable.code, _BUSY, headers={"Retry-After": "5"})
        await self._send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
        await self._send({"type": "http.response.body", "body": answer.body})


def _held_size(start: Message, *, in_pieces: bool) -> int:
    """Bytes that an answer holds beyond one piece; 0 for a small one, and for one that does not tell its length."""
    if in_pieces:
        return 2 * PIECE_BYTES
    length: Any = Headers(raw=start["headers"]).get("content-length", "0")
    return int(length) if int(length) > PIECE_BYTES else 0
