"""uvicorn's connections, of which none can be held open by a client that does nothing, and none is refused for those.

What uvicorn has by itself: 5 s of silence after an answer end a connection. ``heads`` bounds what comes before a
request is known, ``bodies`` what a handler reads; here is what no handler sees, and the number of all.
"""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Any, Final

import structlog
import uvicorn

from services.http.bodies import BODY_SECONDS
from services.http.heads import BoundedHeads
from services.http.places import Places, Shares, shares

if TYPE_CHECKING:
    import asyncio
    from asyncio.events import TimerHandle

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

log = structlog.get_logger(__name__)

PACE_SECONDS: Final = 10.0
PACE_BYTES: Final = 10 * 1024
"""So much of a body must come in so many seconds, unless it is complete by then."""
SENDS: Final = "captionflow.sends"
"""Key in the state of a request of somebody who may caption."""

_TIMEOUT: Final = 408
_FULL: Final = 503
_UNLIMITED: Final = 1_000_000


def shares_of_process() -> Shares:
    """Of those that this process may have now."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return shares(_UNLIMITED if soft == resource.RLIM_INFINITY else soft)


def take_all_descriptors() -> None:
    """Let this process have as many as it may: by default a system gives it fewer, for programs of long ago."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Config(uvicorn.Config):
    """uvicorn's configuration, with the places that all connections share."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **{"http": BoundedConnection, **options})
        self.places = Places(shares_of_process().connections)


class BoundedConnection(BoundedHeads):
    """Answers 408 and closes when a body comes too slowly; gives way to others while its client says nothing."""

    config: Config
    _places: Places
    _pace: TimerHandle | None = None
    _came = 0
    """Bytes, in all."""
    _body_began = 0.0
    _seen = 0
    """Bytes at the last look."""
    _answered: RequestResponseCycle | None = None
    """Whose answer is made; of requests that came together, the last is ``cycle``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """One more; if there are too many, another one ends."""
        super().connection_made(transport)
        self._places = self.config.places
        if len(self.connections) > self._places.most and not self._places.make_room():
            self._refuse(_FULL)
        else:
            self._places.wait(self, sender=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """One less. All requests that are not answered are told, not only the last that came."""
        self._places.leave(self)
        self._stop_looking()
        for cycle in (self._answered, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser; look after the body that has begun, if it is not complete by then."""
        self._came += len(data)
        super().data_received(data)
        if not self._in_head and self._pace is None and not self.transport.is_closing():
            self._body_began, self._seen = self.loop.time(), self._came
            self._look_later()

    def handle_websocket_upgrade(self) -> None:
        """From now on it is another protocol's."""
        self._in_head = True
        self._places.leave(self)
        super().handle_websocket_upgrade()

    def on_message_complete(self) -> None:
        """The request is there; the client has done its part."""
        super().on_message_complete()
        self._stop_looking()
        if self.cycle is not None and not self.cycle.response_complete:
            self._places.leave(self)

    def on_response_complete(self) -> None:
        """It is the client's turn, unless it sent several requests at once."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._places.wait(self, sender=bool(self.cycle.scope["state"].get(SENDS)))

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def give_way(self) -> None:
        """See ``places.Connection``."""
        log.debug("connection_gave_way")
        if self.scheme == "https":  # a peer that says nothing does not take part in closing TLS either
            self.transport.abort()
        else:
            self.transport.close()

    def _look_later(self) -> None:
        self._pace = self.loop.call_later(PACE_SECONDS, self._look)

    def _stop_looking(self) -> None:
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None

    def _look(self) -> None:
        """Whether the body still comes."""
        self._pace = None
        if self._in_head or self.transport.is_closing():
            return
        slow = self._came - self._seen < PACE_BYTES
        late = self.loop.time() - self._body_began > BODY_SECONDS + PACE_SECONDS
        self._seen = self._came
        if (slow or late) and not self.flow.read_paused:  # then it is not the client that waits
            self._cut()
        else:
            self._look_later()

    def _cut(self) -> None:
        log.debug("body_cut")
        if self.cycle is not None and not (self.cycle.response_started or self.cycle.response_complete):
            self._tell(_TIMEOUT, f"The body came slower than {PACE_BYTES} bytes in {PACE_SECONDS:g} seconds.")
        self.transport.close()
