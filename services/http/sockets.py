"""WebSockets as uvicorn speaks them. What a peer does wrong is logged as that, and not as a fault of ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from uvicorn._types import ASGI3Application, ASGISendEvent

_OF_PEERS: Final = "Invalid UTF-8"
"""How the one message begins that uvicorn logs as an exception where a peer has sent what is no text."""

MAX_REASON_BYTES: Final = 123
"""What is left for words in a close: a control frame carries 125 bytes, and the code takes two (RFC 6455, 5.5)."""
_ABNORMAL: Final = 1006
"""The connection ended without a close (RFC 6455, 7.1.5)."""


class QuietSockets(WebSocketsSansIOProtocol):
    """Says of connections that come, go and fail one line each, at debug, without a traceback."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quiet: Any = _Quiet(self.logger)
        self.logger = self.conn.logger = quiet
        self.app = self._until_gone(self.app)

    def data_received(self, data: bytes) -> None:
        """Pass on, unless the connection is ending: what comes then is for nobody."""
        if not self.transport.is_closing():
            super().data_received(data)

    async def send(self, message: ASGISendEvent) -> None:
        """Pass on; of the reason of a close, as much as fits.

        A connection that ends before its handshake was answered has gone; uvicorn knows that only later.
        """
        if self.transport.is_closing() and not self.handshake_complete:
            raise ClientDisconnected
        if message["type"] == "websocket.close":
            reason = (message.get("reason") or "").encode(errors="replace")[:MAX_REASON_BYTES]
            message = {**message, "reason": reason.decode(errors="ignore")}
        await super().send(message)

    def send_500_response(self) -> None:
        """Pass on, unless there is nobody any more."""
        if not self.transport.is_closing():
            super().send_500_response()

    def _until_gone(self, app: ASGI3Application) -> ASGI3Application:
        async def run(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, send)
            self.handshake_complete |= self.transport.is_closing()  # nobody waits for an answer

        return run

    def handle_parser_exception(self) -> None:
        """End it. uvicorn expects that a close was sent, which is not so before the handshake was answered."""
        if self.conn.close_sent is not None:
            super().handle_parser_exception()
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": _ABNORMAL})
        self.transport.close()


class _Quiet(logging.LoggerAdapter[logging.Logger]):
    """The logger of a connection. Faults of the application stay errors, with their tracebacks."""

    @property
    def level(self) -> int:
        """Of the logger itself; uvicorn asks for it."""
        return self.logger.level

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """As it is."""
        return msg, kwargs

    def debug(self, msg: object, *args: object, **_: Any) -> None:
        """Without a traceback."""
        super().debug(msg, *args)

    def info(self, msg: object, *args: object, **_: Any) -> None:
        """That a connection was opened, refused or closed."""
        super().debug(msg, *args)

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """A fault; what a peer sent is none."""
        if str(msg).startswith(_OF_PEERS):
            self.debug(msg)
        else:
            super().exception(msg, *args, **kwargs)
