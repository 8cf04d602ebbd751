"""What goes out to clients: in pieces, within bounds, and not for ever to one who does not read.

A server's write buffer takes whatever it is given, so a large body goes to it in pieces, each when the one before has
gone (``PIECE_BYTES`` and the kernel's own buffer is all that a connection holds). Somebody who takes no piece for
``STALLED_SECONDS`` is cut off. Bodies that have to be whole in memory share ``MAX_HELD_BYTES``, equal ones as one; who
comes when that is used up is told to come again. Bodies that are made while they are sent (``InPieces``) count as two
pieces.

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
from services.http.held import Held
from services.http.problems import problem
from services.http.transport import transport_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from services.http.held import LetGo

log = structlog.get_logger(__name__)

PIECE_BYTES: Final = 32 * 1024
STALLED_SECONDS: Final = 20.0
MAX_HELD_BYTES: Final = 64 * 1024 * 1024
"""Of all answers that are being sent, beyond one piece each."""
IN_PIECES: Final = "captionflow.in_pieces"
"""Key in the scope of a request whose answer is made while it is sent."""
_BUSY: Final = "Too much is being sent at this moment: the same again in a moment."


class Streamed(StreamingResponse):
    """An answer that is made while it is sent. The making ends with it, at once, also when its client has gone."""

    def __init__(
        self,
        pieces: AsyncGenerator[bytes | str],
        headers: Mapping[str, str],
        media_type: str,
        *,
        over: Callable[[], object] | None = None,
    ) -> None:
        """``over`` is called at the end, whether or not the making has begun."""
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._pieces = pieces
        self._over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            async with aclosing(self._pieces):
                await super().__call__(scope, receive, send)
        finally:
            if self._over is not None:
                self._over()


class InPieces(Streamed):
    """The same, of any length, so that it counts among what is held."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        scope[IN_PIECES] = True
        await super().__call__(scope, receive, send)


class Outflow:
    """Middleware; see the module. It is the outermost, so that all that is sent passes it."""

    def __init__(
        self, app: ASGIApp, *, stalled_seconds: float = STALLED_SECONDS, max_held_bytes: int = MAX_HELD_BYTES
    ) -> None:
        self.app = app
        self.stalled_seconds = stalled_seconds
        """How long a client may take no piece."""
        self.held = Held(max_held_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sending = _Sending(self, scope, receive, send)
        try:
            await self.app(scope, receive, sending.send)
        finally:
            sending.let_go()


class _Sending:
    """One answer."""

    def __init__(self, outflow: Outflow, scope: Scope, receive: Receive, send: Send) -> None:
        self._outflow = outflow
        self._scope = scope
        self._transport = transport_of(receive)
        self._send = send
        self._refused = False
        self._start: Message | None = None
        self._let_go: LetGo | None = None

    async def send(self, message: Message) -> None:
        if self._refused:
            return
        if message["type"] == "http.response.start":
            if IN_PIECES in self._scope:
                self._let_go = self._outflow.held.hold(2 * PIECE_BYTES)
                await self._begin(message)
            elif _length(message) > PIECE_BYTES:
                self._start = message  # until its body is there, which others may have been given, too
            else:
                await self._pass(message)
            return
        if self._start is not None:
            start, self._start = self._start, None
            message = self._hold(start, message)
            await self._begin(start)
        await self._body(message)

    def let_go(self) -> None:
        """It has been sent, or will not be."""
        if self._let_go is not None:
            self._let_go()

    def _hold(self, start: Message, first: Message) -> Message:
        """The first piece of a large body, or all of it."""
        if first.get("more_body", False):
            self._let_go = self._outflow.held.hold(_length(start))
            return first
        held = self._outflow.held.hold_body(first.get("body", b""))
        if held is None:
            return first
        body, self._let_go = held
        return {**first, "body": body}

    async def _begin(self, start: Message) -> None:
        """Of an answer that takes space: send it if there is some."""
        if self._let_go is None:
            await self._refuse()
            return
        if self._transport is not None and not self._transport.is_closing():
            self._transport.set_write_buffer_limits(high=PIECE_BYTES)
        await self._pass(start)

    async def _body(self, message: Message) -> None:
        if self._refused:
            return
        body = message.get("body", b"")
        if len(body) <= PIECE_BYTES:
            await self._pass(message)
        else:
            view = memoryview(body)
            for begin in range(0, len(body), PIECE_BYTES):
                more = begin + PIECE_BYTES < len(body) or message.get("more_body", False)
                await self._pass({**message, "body": bytes(view[begin : begin + PIECE_BYTES]), "more_body": more})
        if not message.get("more_body", False):
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


def _length(start: Message) -> int:
    """Bytes of its body, or 0 if it does not tell."""
    length: Any = Headers(raw=start["headers"]).get("content-length", "0")
    return int(length)
