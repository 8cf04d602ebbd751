"""What every process of captionflow does: accept connections, supervise its parts, and stop when it is told to."""

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog
import uvicorn
import uvloop

from captionflow.errors import Misconfigured
from services.http.connections import Config, take_all_descriptors
from services.http.presence import GivenUp
from services.http.sockets import QuietSockets
from services.http.turns import ReadersTakeTurns
from services.tls import Certificate

log = structlog.get_logger(__name__)

STOP_SECONDS = 2
"""How long requests in flight may take when the process is told to stop."""
OPERATIONS_STOP_SECONDS = 1
"""The same for processes without senders and viewers: everything that ends after it must fit into 5 s."""
END_SECONDS = 3.5
"""How long everything may take then. After that the process ends where it is: what was acknowledged is stored, and what
was not is sent again."""
_LAST_WORDS_SECONDS = 0.1
_DATE_SECONDS = 1.0
"""How often the `Date` of answers is set."""
BACKLOG = 2048
"""Connections that wait to be accepted: after a restart all viewers reconnect at once."""

MAX_WEBSOCKET_BYTES = 64 * 1024
"""Of one message to us."""
PING_SECONDS = 20.0
"""A WebSocket is asked so often whether its peer is there, which has as long to answer."""

HANDSHAKE_SECONDS = 10.0
"""How long TLS may take to begin, and to end: who is slower holds a descriptor of which no other limit knows."""

GC_THRESHOLD = 50_000
"""New objects before the garbage collector looks at the youngest generation. With Python's 700, a line, which makes
thousands of them, pays for several collections, and every hundredth of these goes through the whole heap."""

SWITCH_SECONDS = 0.0005
"""How long a thread may hold Python's lock while another one waits for it. With Python's 5 ms, a line waits as long
behind a client of Kafka, and once for each call of SQLite."""
SWITCH_SECONDS_BESIDE_READERS = 0.00003
"""The same where pages are made in a thread beside the loop, which takes the lock each time the loop waits for a
moment, and a line passes through the loop several times. Not everywhere: see docs/performance.md."""


def run(serving: Coroutine[Any, Any, None], *, switch_seconds: float = SWITCH_SECONDS) -> None:
    """Run it in a loop of its own, and end the process when it ends.

    It ends at once, since a thread may be in the middle of a call to a server that does not answer. Everything that
    must be kept is stored by then; an error is raised.
    """
    gc.freeze()  # what was loaded stays, and is looked through no more
    gc.set_threshold(GC_THRESHOLD)
    gc.enable()
    sys.setswitchinterval(switch_seconds)

    async def until_the_end() -> None:
        await serving
        logging.shutdown()
        os._exit(0)

    uvloop.run(until_the_end(), loop_factory=Loop)


class Loop(uvloop.Loop):
    """uvloop's, with less patience for TLS than a minute: uvicorn has no setting for it."""

    async def create_server(self, *given: Any, **options: Any) -> asyncio.Server:
        """See ``asyncio.loop.create_server``."""
        if options.get("ssl") is not None:
            patience = {"ssl_handshake_timeout": HANDSHAKE_SECONDS, "ssl_shutdown_timeout": HANDSHAKE_SECONDS}
            options = patience | options
        return await super().create_server(*given, **options)  # type: ignore[return-value]  # uvloop calls it so


class Server(uvicorn.Server):
    """Ends the live streams before it waits for open requests, and leaves the signals to ``Stopping``.

    The streams would never end by themselves; and uvicorn raises a signal again when it is done, which would end the
    process before everything is closed.
    """

    def __init__(
        self,
        app: Any,
        *,
        closing: Callable[[], None] = lambda: None,
        stop_seconds: int = STOP_SECONDS,
        certificate: Certificate | None = None,
    ) -> None:
        self._ended = asyncio.Event()
        # Without the app's lifespan: what it would run is a part that is supervised like the others.
        config = Config(
            GivenUp(ReadersTakeTurns(app)),
            ws=QuietSockets,
            ws_max_size=MAX_WEBSOCKET_BYTES,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PING_SECONDS,
            ws_per_message_deflate=False,  # what is typed is a few bytes
            log_config=None,
            access_log=False,
            lifespan="off",
            backlog=BACKLOG,
            timeout_graceful_shutdown=stop_seconds,
            ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
        )
        super().__init__(config)
        self._closing = closing
        self.certificate = certificate

    @property
    def should_exit(self) -> bool:
        """Whether it is to end; to be set in its event loop."""
        return self._ended.is_set()

    @should_exit.setter
    def should_exit(self, told: bool) -> None:
        if told:
            self._ended.set()

    async def main_loop(self) -> None:
        """See ``uvicorn.Server``, which looks ten times a second whether it is to end."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(_DATE_SECONDS):
                    await self._ended.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See ``uvicorn.Server``."""
        self._closing()
        await super().shutdown(sockets)


class Stopping:
    """Set by the first SIGTERM or SIGINT; the second one makes ``server`` hurry.

    However busy the loop and the threads of the process are, it has ended ``END_SECONDS`` later.
    """

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.server: Server | None = None
        self._loop = asyncio.get_running_loop()
        self._armed, self._arming = os.pipe()
        threading.Thread(target=self._end, name="captionflow-end", daemon=True).start()
        for one in (signal.SIGTERM, signal.SIGINT):
            # Not the loop's own way: that would wait for what the loop is doing.
            signal.signal(one, self._signalled)

    def arm(self, code: int) -> None:
        """End the process with this code unless it ends in time by itself."""
        os.write(self._arming, bytes([code]))  # takes no lock: what is interrupted by a signal may have any of them

    def _signalled(self, *_: object) -> None:
        self.arm(0)
        self._loop.call_soon_threadsafe(self._told)

    def _told(self) -> None:
        if self.event.is_set() and self.server is not None:
            self.server.force_exit = True
        self.event.set()

    def _end(self) -> None:
        (code,) = os.read(self._armed, 1)
        time.sleep(END_SECONDS)
        # In a thread of its own, since it may be the log that everything waits for.
        threading.Thread(target=lambda: log.warning("stopped_halfway"), daemon=True).start()
        time.sleep(_LAST_WORDS_SECONDS)
        os._exit(code)


def listen(host: str, port: int, *, setting: str = "CAPTIONFLOW_PORT") -> socket.socket:
    """A socket that takes connections, as many as the system allows this process to have.

    It comes first, so that a port in use is told before anything else is touched.
    """
    take_all_descriptors()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is given, for asyncio turns off the delay of small packets (40 ms) only where it is known to be TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            reason = f"is in use by another program: stop that, or set {setting} to another one"
        else:
            reason = f"can't be used ({error.strerror}): set CAPTIONFLOW_HOST and {setting}"
        raise Misconfigured(f"Port {port} of {host} {reason}.") from error
    return listening


def address(listening: socket.socket, host: str, certificate: Certificate | None = None) -> str:
    """The address for programs on this machine; with port 0, it has the port that the system chose."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    scheme = "http" if certificate is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


async def serve_until_told(
    server: Server,
    listening: socket.socket,
    stopping: Stopping,
    *,
    parts: Iterable[asyncio.Task[None]],
    extras: Iterable[asyncio.Task[None]] = (),
) -> None:
    """Serve until the process is told to stop or one of the parts ends; then end the server, the parts and the extras.

    Raises:
        Exception: a part failed, and was logged. The process must end, since nothing works without it.
    """
    parts, extras = list(parts), list(extras)
    if server.certificate is not None:
        parts.append(asyncio.create_task(server.certificate.follow(), name="certificate"))
    stopping.server = server
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    told = asyncio.create_task(_wait(stopping.event), name="signal")
    ended, _ = await asyncio.wait([told, serving, *parts], return_when=asyncio.FIRST_COMPLETED)
    if not stopping.event.is_set():
        stopping.arm(1)
    failure = next((_failure(task) for task in (serving, *parts) if task in ended), None)
    server.should_exit = True
    await asyncio.gather(serving, return_exceptions=True)
    for task in (told, *extras, *parts):
        task.cancel()
    await asyncio.gather(told, *extras, *parts, return_exceptions=True)
    if failure is not None:
        raise failure


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


def _failure(part: asyncio.Task[None]) -> BaseException:
    """Why a part ended that should have gone on: its own error, out of the groups that its tasks were in."""
    error = part.exception() or RuntimeError(f"The part {part.get_name()} ended by itself.")
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    log.error("part_failed", part_name=part.get_name(), reason=str(error) or type(error).__name__)
    return error
