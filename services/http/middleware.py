"""What surrounds every request: limits, the token for writes, security headers, a log entry.

Pure ASGI: streams pass through untouched.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from captionflow.errors import TooLarge
from services.http.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from captionflow.setting_values import Secret

log = structlog.get_logger(__name__)

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
HEAD = "captionflow.head"
"""Key in the scope of a request that asked for the head alone: an answer without an end must end at once."""

_SECURITY = (
    (b"content-security-policy", b"default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


class SecurityHeaders:
    """Adds the headers that keep a page to itself, where a response has none of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message.get("headers", ())}
                added = [(name, value) for name, value in _SECURITY if name not in present]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class HeadAsGet:
    """Answers HEAD as it would GET; the server leaves out the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on as GET, and note that it was not."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", HEAD: True}
        await self.app(scope, receive, send)


class BodyLimit:
    """Refuses a body above the limit, by its announced length or while it comes in."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http" or scope["method"] not in _WRITES:
            await self.app(scope, receive, send)
            return
        detail = f"The body has more than {self.max_bytes} bytes: send it in smaller pieces."
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self.max_bytes:
            refusal = problem("too-large", detail, limit=self.max_bytes, headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        received = 0

        async def receive_counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise TooLarge(detail)
            return message

        await self.app(scope, receive_counting, send)


class WriteToken:
    """Asks for the bearer token of the settings on everything under /v1 that changes something."""

    def __init__(self, app: ASGIApp, token: Secret) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] == "http" and scope["method"] in _WRITES and scope["path"].startswith("/v1/"):
            given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), "")
            scheme, _, token = given.partition(" ")
            if scheme.lower() != "bearer" or not self.token.matches(token.strip()):
                detail = (
                    "Changes need the token of this installation: Authorization: Bearer <CAPTIONFLOW_INGEST_TOKEN>."
                )
                refusal = problem("unauthorized", detail, headers={"WWW-Authenticate": 'Bearer realm="captionflow"'})
                await refusal(scope, receive, send)
                return
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
            seconds = round(time.perf_counter() - started, 4)
            level = log.warning if status >= 500 else log.debug  # noqa: PLR2004 - server errors
            level("request_answered", method=scope["method"], path=scope["path"], status=status, seconds=seconds)
