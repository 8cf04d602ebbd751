"""The connection beneath a request, to write the same bytes to thousands of them.

ASGI has no way to send one event to many without waking a task for each. uvicorn's transports can be had through the
request's ``receive``, which is a method of its request cycle. That is private, so all of it is in this file, a test
fails when it moves, and a server that is not uvicorn gets ``None``: the caller then sends by ASGI.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

_SCOPE_KEY = "captionflow.receive"


class Connection(NamedTuple):
    """Where to write, and in which framing."""

    transport: asyncio.WriteTransport
    chunked: bool
    """The body goes out in chunks; otherwise its end is the end of the connection."""


class ServerReceive:
    """Middleware that keeps the server's own ``receive`` in the scope, before anybody wraps it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note it and pass on."""
        scope[_SCOPE_KEY] = receive
        await self.app(scope, receive, send)


def transport_of(receive: Receive) -> asyncio.WriteTransport | None:
    """The connection that the server's own ``receive`` belongs to, or None if this server does not show it."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    return transport if _writes(transport) else None


def connection(scope: Scope) -> Connection | None:
    """The connection of a response whose head was sent, or None if this server does not show it.

    HTTP/2, a proxy in the same process, a response in another framing: None as well.
    """
    receive = scope.get(_SCOPE_KEY)
    cycle = getattr(receive, "__self__", None)
    transport = None if receive is None else transport_of(receive)
    if transport is None:
        return None
    chunked = _is_chunked(cycle)
    if chunked is None or not getattr(cycle, "response_started", False) or getattr(cycle, "disconnected", True):
        return None
    return Connection(transport, chunked)


def _writes(transport: object) -> TypeGuard[asyncio.WriteTransport]:
    """The transports of uvloop do not derive from asyncio's."""
    return all(hasattr(transport, name) for name in ("write", "abort", "close", "get_write_buffer_size", "is_closing"))


def _is_chunked(cycle: Any) -> bool | None:
    if (chunked := getattr(cycle, "chunked_encoding", None)) is not None:  # httptools
        return bool(chunked)
    framing = getattr(getattr(cycle, "conn", None), "_writer", None)  # h11
    return {"ChunkedWriter": True, "Http10Writer": False}.get(type(framing).__name__)
