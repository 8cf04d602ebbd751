"""What surrounds every request: security headers, HEAD as GET, a log entry.

Pure ASGI: streams pass through untouched.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import structlog

from services.http.hang_ups import HUNG_UP
from services.http.transport import when_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

HEAD = "captionflow.head"
"""Key in the scope of a request that asked for the head alone: an answer without an end must end at once."""

EMBEDDED = "/embed/"
"""What begins the paths of pages that other sites may frame, if the settings allow any to."""

_FRAMING = "base-uri 'none'; form-action 'self'; frame-ancestors"
_NOT_MODIFIED = 304
_FAULT = 500
"""Of the server, and all above; but that something is not to be had is the asker's own matter."""
_NOT_IMPLEMENTED = 501
_OTHER = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
_ANY_ORIGIN = (b"access-control-allow-origin", b"*")


class SecurityHeaders:
    """Adds the headers that keep a page to itself, where a response has none of its own.

    Sites that are ``frame_ancestors`` may frame what is under ``EMBEDDED``, errors too, and nothing else. A site may do
    so in a sandbox, where the page has no origin: then any page may read what such a page needs and everybody may have.
    ``inlined`` is what the policy of pages says of the scripts and styles that stand in them.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: Sequence[str] = (), inlined: str = "") -> None:
        self.app = app
        self._framed = bool(frame_ancestors)
        own, embedding = "'self'", " ".join(frame_ancestors if "*" in frame_ancestors else ("'self'", *frame_ancestors))
        self._headers = {
            (embedded, of_page): _headers(embedding if embedded else own, inlined if of_page else "")
            for embedded in (False, True)
            for of_page in (False, True)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", ())}
                wanted = self._wanted(scope["path"], of_page=_is_of_page(message))
                added = [(name, value) for name, value in wanted if name not in present]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    def _wanted(self, path: str, *, of_page: bool) -> Sequence[tuple[bytes, bytes]]:
        embedded = path.startswith(EMBEDDED)
        headers = self._headers[embedded, of_page]
        return (*headers, _ANY_ORIGIN) if self._framed and _is_needed_by_embedded(path) else headers


def _headers(ancestors: str, inlined: str) -> tuple[tuple[bytes, bytes], ...]:
    directives = ("default-src 'self'", *([inlined] if inlined else ()), f"{_FRAMING} {ancestors}")
    return ((b"content-security-policy", "; ".join(directives).encode()), *_OTHER)


def _is_of_page(start: Message) -> bool:
    """Whether the answer is a page, or says that the page is what it was: its headers take the place of the page's."""
    kinds = (value for name, value in start.get("headers", ()) if name.lower() == b"content-type")
    return start["status"] == _NOT_MODIFIED or any(value.startswith(b"text/html") for value in kinds)


def _is_needed_by_embedded(path: str) -> bool:
    return path.startswith("/static/") or (path.startswith("/v1/sessions/") and path.endswith("/events"))


class HeadAsGet:
    """Answers HEAD as it would GET; the server leaves out the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on as GET, and note that it was not."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", HEAD: True}
        await self.app(scope, receive, send)


class RequestLog:
    """One entry per request, when it is over; never a body, a query or a header."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and log."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        finally:
            event = "client_hung_up" if scope.get(HUNG_UP) else "request_answered"
            when_over(scope, partial(_tell, event, scope["method"], scope["path"], status, started))


def _tell(event: str, method: str, path: str, status: int, started: float) -> None:
    level = log.warning if status >= _FAULT and status != _NOT_IMPLEMENTED else log.debug
    level(event, method=method, path=path, status=status, seconds=round(time.perf_counter() - started, 4))
