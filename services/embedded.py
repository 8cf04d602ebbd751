"""All four services in one process: the default way to run captionflow."""

import asyncio
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn
import uvloop

from captionflow.errors import CaptionflowError, Misconfigured
from captionflow.settings import Settings
from captionflow.wiring import Adapters, open_adapters
from services.api.app import create_app
from services.api.hub import Hub
from services.demo.player import forget_old, play
from services.index.indexer import Indexer
from services.ingest.gateway import Gateway
from services.ingest.routes import router
from services.segment.runner import Runner

log = structlog.get_logger(__name__)

STOP_SECONDS = 2
"""How long requests in flight may take when the process is told to stop."""
BACKLOG = 2048
"""Connections that wait to be accepted: a crowd comes back all at once after a restart."""


class _Server(uvicorn.Server):
    """Ends the live streams before it waits for open requests, and leaves the signals to ``serve``.

    The streams would never end by themselves; and uvicorn raises a signal again when it is done, which would end the
    process before the data folder is closed.
    """

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()
        await super().shutdown(sockets)


def run(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """``serve`` in a loop of its own, the one that costs least a reader."""
    uvloop.run(serve(settings, ready=ready))


async def serve(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Run until SIGTERM or SIGINT; a second one does not wait for requests in flight.

    ``ready`` is told the address as soon as connections are taken; they are answered a moment later.

    Raises:
        Misconfigured: the port or the data folder can't be had.
        Exception: a part failed. It was logged; the process must end, for nothing works without it.
    """
    stopping = _signalled()
    with listen(settings.host, settings.port) as listening:
        async with open_adapters(settings) as adapters:
            if not settings.demo:
                await _without_demos(adapters)
            ready(address(listening, settings))
            await _serve(settings, adapters, listening, stopping)
    log.info("stopped")


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections, so that a port in use is told before anything else is touched."""
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
            reason = "is in use by another program: stop that, or set CAPTIONFLOW_PORT to another one"
        else:
            reason = f"can't be used ({error.strerror}): set CAPTIONFLOW_HOST and CAPTIONFLOW_PORT"
        raise Misconfigured(f"Port {port} of {host} {reason}.") from error
    return listening


def address(listening: socket.socket, settings: Settings) -> str:
    """Where a browser on this machine finds the pages; with port 0 the port that the system chose."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


class _Signalled:
    """Set by the first signal; the second one makes ``server`` hurry."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self.server: uvicorn.Server | None = None

    def __call__(self) -> None:
        if self.event.is_set() and self.server is not None:
            self.server.force_exit = True
        self.event.set()


def _signalled() -> _Signalled:
    stopping = _Signalled()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stopping)
    return stopping


async def _serve(settings: Settings, adapters: Adapters, listening: socket.socket, stopping: _Signalled) -> None:
    gateway = Gateway(adapters.line_log, adapters.sessions)
    runner = Runner(adapters.line_log, adapters.step_feed, adapters.turn_store)
    app = create_app(
        adapters,
        settings,
        extra_routers=[router(gateway, adapters.sessions, settings)],
        waiting={"segment": lambda: runner.waiting, "index": lambda: indexer.waiting},
    )
    hub: Hub = app.state.hub
    indexer = Indexer(adapters.step_feed, adapters.turn_store, adapters.sessions, on_session=hub.session_changed)
    # Without the app's lifespan, which would run the hub: here it is a part that is watched as the others are.
    config = uvicorn.Config(
        app,
        http="httptools",
        log_config=None,
        access_log=False,
        lifespan="off",
        backlog=BACKLOG,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = stopping.server = _Server(config, hub)
    parts = [asyncio.create_task(hub.run(), name="hub"), asyncio.create_task(indexer.run(), name="index")]
    await asyncio.sleep(0)  # both have subscribed, so that no step is published to nobody
    parts.append(asyncio.create_task(runner.run(), name="segment"))
    extras = [asyncio.create_task(_demo(gateway, adapters), name="demo")] if settings.demo else []
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="api")
    told = asyncio.create_task(stopping.event.wait(), name="signal")
    log.info("started", data_folder=str(settings.data_folder), demo=settings.demo)
    ended, _ = await asyncio.wait([told, serving, *parts], return_when=asyncio.FIRST_COMPLETED)
    failure = next((_failure(task) for task in (serving, *parts) if task in ended), None)
    server.should_exit = True
    await asyncio.gather(serving, return_exceptions=True)
    for task in (told, *extras, *parts):
        task.cancel()
    await asyncio.gather(told, *extras, *parts, return_exceptions=True)
    if failure is not None:
        raise failure


async def _demo(gateway: Gateway, adapters: Adapters) -> None:
    """Play the demo; if that can't go on, everything else does."""
    try:
        await play(gateway, adapters.sessions, adapters.demos)
    except CaptionflowError as error:
        log.error("demo_ended", reason=str(error))  # noqa: TRY400 (the reason is enough)


async def _without_demos(adapters: Adapters) -> None:
    """A demo that is switched off leaves nothing behind; where nothing can be written, it waits for another start."""
    try:
        await forget_old(adapters.sessions, adapters.demos, kept=0)
    except CaptionflowError as error:
        log.warning("demos_kept", reason=str(error))


def _failure(part: asyncio.Task[None]) -> BaseException:
    """Why a part ended that should have gone on: its own error, out of the groups that its tasks were in."""
    error = part.exception() or RuntimeError(f"The part {part.get_name()} ended by itself.")
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    log.error("part_failed", part_name=part.get_name(), reason=str(error) or type(error).__name__)
    return error
