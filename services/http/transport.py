"""The connection beneath a request, to write the same bytes to thousands of them.

ASGI has no way to send one event to many without waking a task for each, and a request that stays open keeps 30 kB: its
task, and the frames of all that surrounds it. So a stream takes its connection over (``take_over``): the request ends
as far as the server and the application know, and all that is left is a transport and a few calls for when it closes.

uvicorn's transports can be had through the request's ``receive``, which is a method of its request cycle. That is
private, so all of it is in this file, a test fails when it moves, and a server that is not uvicorn gives ``None``: the
caller then sends by ASGI.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

MOST_UNASKED_BYTES: Final = 16 * 1024
"""What a client may still send on a connection that was taken over; nobody reads it."""
LINGER_SECONDS: Final = 60.0
"""How long somebody who reads slowly may take for the end of a stream."""
_RECEIVE: Final = "captionflow.receive"
_TAKEN: Final = "captionflow.taken_over"


class TakenOver(asyncio.Protocol):
    """A connection with the head of a response on it, which no request has any more."""

    __slots__ = ("_calls", "_connections", "_lingering", "_lost", "_unasked", "chunked", "transport")

    def __init__(self, transport: asyncio.Transport, connections: set[Any], *, chunked: bool) -> None:
        self.transport = transport
        self.chunked = chunked
        """The body goes out in chunks; otherwise its end is the end of the connection."""
        self._connections = connections
        self._calls: tuple[Callable[[], object], ...] = ()
        self._lingering: asyncio.TimerHandle | None = None
        self._unasked = 0
        self._lost = False

    def when_lost(self, call: Callable[[], object]) -> None:
        """Call it when the connection has closed, in whatever way; the last one that was given comes first."""
        if self._lost:
            call()
        else:
            self._calls = (call, *self._calls)

    def close(self) -> None:
        """Close it when what was written has gone out; if that takes ``LINGER_SECONDS``, then."""
        self.transport.close()
        if not self._lost and self._lingering is None:
            self._lingering = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.drop)

    shutdown = close
    """The server calls that before it stops."""

    def drop(self) -> None:
        """Close it at once."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        self._unasked += len(data)
        if self._unasked > MOST_UNASKED_BYTES:
            self.drop()

    def connection_lost(self, _exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._lost = True
        self._connections.discard(self)
        if self._lingering is not None:
            self._lingering.cancel()
        calls, self._calls = self._calls, ()
        for call in calls:
            call()


class ServerReceive:
    """Middleware that keeps the server's own ``receive`` in the scope while the request lasts, before anybody wraps it.

    No longer, since the server's request has the scope: together they would wait for the garbage collector.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note it and pass on."""
        scope[_RECEIVE] = receive
        try:
            await self.app(scope, receive, send)
        finally:
            del scope[_RECEIVE]


def transport_of(receive: Receive) -> asyncio.Transport | None:
    """The connection that the server's own ``receive`` belongs to, or None if this server does not show it."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    return transport if _writes(transport) else None


def take_over(scope: Scope) -> TakenOver | None:
    """Take the connection of a response whose head was sent; the caller then returns without another message.

    None, and nothing is changed, if this server does not show it, or if more of a request is on its way. HTTP/2, a
    proxy in the same process, a response in another framing: None as well.
    """
    receive = scope.get(_RECEIVE)
    transport = None if receive is None else transport_of(receive)
    if transport is None:
        return None
    cycle: Any = getattr(receive, "__self__", None)
    server: Any = transport.get_protocol()
    chunked = _is_chunked(cycle)
    if chunked is None or not getattr(cycle, "response_started", False) or getattr(cycle, "disconnected", True):
        return None
    if cycle.more_body or getattr(server, "cycle", None) is not cycle or transport.is_closing():
        return None
    taken = TakenOver(transport, server.connections, chunked=chunked)
    server.connection_lost(ConnectionAbortedError())  # as far as the server knows: it lets go of all that it has of it
    transport.set_protocol(taken)
    server.connections.add(taken)
    scope[_TAKEN] = taken
    return taken


def taken_over(scope: Scope) -> TakenOver | None:
    """The connection of the request, if it was taken over."""
    found: TakenOver | None = scope.get(_TAKEN)
    return found


def hung_up(scope: Scope, receive: Receive) -> bool:
    """Whether the client of a request has gone before it had its answer; by the server's own ``receive``."""
    cycle = getattr(receive, "__self__", None)
    gone = getattr(cycle, "disconnected", False) and not getattr(cycle, "response_complete", True)
    return bool(gone) and taken_over(scope) is None


def when_over(scope: Scope, call: Callable[[], object]) -> None:
    """Call it now, at the end of a request; or, if its connection was taken over, when that has closed."""
    taken = taken_over(scope)
    if taken is None:
        call()
    else:
        taken.when_lost(call)


def _writes(transport: object) -> TypeGuard[asyncio.Transport]:
    """The transports of uvloop do not derive from asyncio's."""
    names = ("write", "abort", "close", "get_write_buffer_size", "is_closing", "get_protocol", "set_protocol")
    return all(hasattr(transport, name) for name in names)


def _is_chunked(cycle: Any) -> bool | None:
    if (chunked := getattr(cycle, "chunked_encoding", None)) is not None:  # httptools
        return bool(chunked)
    framing = getattr(getattr(cycle, "conn", None), "_writer", None)  # h11
    return {"ChunkedWriter": True, "Http10Writer": False}.get(type(framing).__name__)
