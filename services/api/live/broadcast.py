"""Writes the same bytes to many viewers, at the cost of one write each.

No task wakes up per viewer and event. A viewer that does not read is noticed by the length of its write buffer and
cut off; others never wait for it. The bytes are shared, so even its buffer costs next to nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.http.transport import TakenOver

SLACK_BYTES = 256 * 1024
"""What a viewer may leave unread in our buffers, beyond its first snapshot and what the kernel holds for it."""


class Viewer(Protocol):
    """Somebody who reads captions; none of the methods waits."""

    def write(self, payload: bytes) -> None:
        """Pass it on."""

    def end(self) -> None:
        """The stream is complete."""

    def drop(self) -> None:
        """Cut it off at once."""

    @property
    def gone(self) -> bool:
        """It has hung up, or was dropped."""

    @property
    def lost(self) -> bool:
        """It has gone, or does not keep up."""


class DirectViewer:
    """A viewer whose connection is ours to write to."""

    __slots__ = ("chunked", "limit", "taken", "transport")

    def __init__(self, taken: TakenOver) -> None:
        self.taken = taken
        self.transport = taken.transport
        self.chunked = taken.chunked
        self.limit = SLACK_BYTES

    def write(self, payload: bytes) -> None:
        """See ``Viewer``; the first payload, a snapshot, may be as long as it is."""
        self.limit = max(self.limit, len(payload) + SLACK_BYTES)
        self.transport.write(frame(payload) if self.chunked else payload)

    def end(self) -> None:
        """See ``Viewer``."""
        if not self.transport.is_closing():
            if self.chunked:
                self.transport.write(b"0\r\n\r\n")
            self.taken.close()

    def drop(self) -> None:
        """See ``Viewer``."""
        self.transport.abort()

    @property
    def gone(self) -> bool:
        """See ``Viewer``."""
        return self.transport.is_closing()

    @property
    def lost(self) -> bool:
        """See ``Viewer``."""
        return self.gone or self.transport.get_write_buffer_size() > self.limit


class QueueViewer:
    """A viewer behind plain ASGI: what is written waits until its own task sends it."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._limit = SLACK_BYTES
        self._ended = False
        self._changed = asyncio.Event()

    def write(self, payload: bytes) -> None:
        """See ``Viewer``."""
        self._limit = max(self._limit, len(payload) + SLACK_BYTES)
        self._waiting.append(payload)
        self._bytes += len(payload)
        self._changed.set()

    def end(self) -> None:
        """See ``Viewer``."""
        self._ended = True
        self._changed.set()

    def drop(self) -> None:
        """See ``Viewer``."""
        self._waiting.clear()
        self.end()

    @property
    def gone(self) -> bool:
        """See ``Viewer``."""
        return self._ended

    @property
    def lost(self) -> bool:
        """See ``Viewer``."""
        return self.gone or self._bytes > self._limit

    async def next(self) -> bytes | None:
        """All that waits, or None at the end."""
        while not self._waiting:
            if self._ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        payload = b"".join(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return payload


def frame(payload: bytes) -> bytes:
    """A chunk of HTTP/1.1."""
    return b"%x\r\n%s\r\n" % (len(payload), payload)


def broadcast(viewers: Iterable[Viewer], payload: bytes) -> list[Viewer]:
    """Write to all that keep up; returns those that don't, for the caller to drop."""
    chunk = frame(payload)
    lost: list[Viewer] = []
    for viewer in viewers:
        if type(viewer) is DirectViewer:  # the fast way: no call of ours per viewer
            transport = viewer.transport
            if transport.get_write_buffer_size() > viewer.limit or transport.is_closing():
                lost.append(viewer)
            else:
                transport.write(chunk if viewer.chunked else payload)
        elif viewer.lost:
            lost.append(viewer)
        else:
            viewer.write(payload)
    return lost
