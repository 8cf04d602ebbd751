"""Heads of requests: how large and how slow they may be. What follows them is bounded by ``services.http.bodies``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio
    from asyncio.events import TimerHandle

log = structlog.get_logger(__name__)

SENDING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that bring something."""
MAX_HEAD_BYTES: Final = 16 * 1024
"""Of a request's line and its fields together."""
HEAD_SECONDS: Final = 10.0
"""How long a head may take to arrive, from the connection or from its first byte on."""

_NO_REQUEST: Final = 400
_URI_TOO_LONG: Final = 414
_FIELDS_TOO_LARGE: Final = 431
_TIMEOUT: Final = 408
_FULL: Final = 503
_SENTENCES: Final = {
    _NO_REQUEST: "This is no HTTP request.",
    _TIMEOUT: f"The head of the request did not arrive within {HEAD_SECONDS:g} seconds.",
    _FULL: "All connections of this server are in use: try again in a moment.",
    _URI_TOO_LONG: f"The address has more than {MAX_HEAD_BYTES} bytes.",
    _FIELDS_TOO_LARGE: f"The head of the request has more than {MAX_HEAD_BYTES} bytes.",
}


class _Refused(Exception):
    """The head is too large."""


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which answers 414, 431 or 408 and closes when a head is too large or too slow."""

    _timer: TimerHandle | None = None
    _in_head = True
    _received = 0
    """Bytes that came while the head was not complete."""
    _told = 0
    """Bytes of the head that the parser has told."""
    _status = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A head is expected at once."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, as long as what comes can be a head that is allowed."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._in_head:
            self._received += len(data)
            if self._timer is None:
                self._expect()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self._forget()
                self.handle_websocket_upgrade()
        except httptools.HttpParserError:
            self._refuse(self._status or _NO_REQUEST)
            return
        if self._in_head and self._received > MAX_HEAD_BYTES:
            self._refuse(_FIELDS_TOO_LARGE if self.url and self.headers else _URI_TOO_LONG)

    def eof_received(self) -> bool:  # type: ignore[override] # asyncio asks whether to stay open
        """The client says nothing more. Who has sent something, as a simple tool does, still gets the answer to it.

        Of who has only asked for something this means that they have gone, and what they asked for is given up.
        """
        if self.cycle is None or self.cycle.more_body or self.cycle.response_complete:
            return False
        if self.cycle.scope["method"] not in SENDING:
            return False
        self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        """A head begins."""
        self._told = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        self._count(len(url), _URI_TOO_LONG)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field."""
        self._count(len(name) + len(value), _FIELDS_TOO_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head = False
        self._forget()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Another head may follow."""
        self._in_head, self._received = True, 0
        super().on_message_complete()

    def _count(self, size: int, status: int) -> None:
        self._told += size
        if self._told > MAX_HEAD_BYTES:
            self._status = status
            raise _Refused

    def _expect(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._refuse, _TIMEOUT)

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int) -> None:
        """Answer that, unless an answer is on its way, and close."""
        self._forget()
        if self.transport.is_closing():
            return
        log.debug("head_refused", status=status)
        if status == _NO_REQUEST and self.cycle and not (self.cycle.response_complete or self.cycle.more_body):
            # A tool that counts characters has sent more of its body than it announced. What came whole is answered.
            self.cycle.keep_alive = False
            return
        if self.cycle is None or self.cycle.response_complete or self._breaks_off():
            self._tell(status, _SENTENCES[status])
        self.transport.close()

    def _breaks_off(self) -> bool:
        """The body of the request is in pieces of which one can't be read, and nothing has been answered."""
        return self.cycle.more_body and not self.cycle.response_started

    def _tell(self, status: int, sentence: str) -> None:
        """Write an answer of the server's own."""
        body = sentence.encode()
        fields: dict[str, Any] = {
            "content-type": "text/plain; charset=utf-8",
            "content-length": len(body),
            "connection": "close",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + body)
