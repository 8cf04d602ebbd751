"""All four services in one process: the default way to run captionflow."""

import asyncio
import errno
import socket

import structlog
import uvicorn

from captionflow.errors import Misconfigured
from captionflow.settings import Settings
from captionflow.wiring import Adapters, open_adapters
from services.api.app import create_app
from services.demo.player import play
from services.index.indexer import Indexer
from services.ingest.gateway import Gateway
from services.ingest.routes import router
from services.segment.runner import Runner

log = structlog.get_logger(__name__)

STOP_SECONDS = 2
"""How long requests in flight may take when the process is told to stop."""


class _Server(uvicorn.Server):
    """Ends the live streams before it waits for open requests: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, hub: object) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.close()  # type: ignore[attr-defined] # services.api.hub.Hub, as app.state.hub
        await super().shutdown(sockets)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        Misconfigured: the port or the data folder can't be had.
    """
    listening = listen(settings.host, settings.port)
    with listening:
        async with open_adapters(settings) as adapters:
            await _serve(settings, adapters, listening)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a port in use is told before anything else is touched."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            reason = "is in use by another program: stop that, or set CAPTIONFLOW_PORT to another one"
        else:
            reason = f"can't be used ({error.strerror}): set CAPTIONFLOW_HOST and CAPTIONFLOW_PORT"
        raise Misconfigured(f"Port {port} of {host} {reason}.") from error
    return listening


async def _serve(settings: Settings, adapters: Adapters, listening: socket.socket) -> None:
    gateway = Gateway(adapters.line_log, adapters.sessions)
    app = create_app(adapters, settings, extra_routers=[router(gateway, adapters.sessions, settings)])
    hub = app.state.hub
    config = uvicorn.Config(
        app, http="httptools", log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=STOP_SECONDS
    )
    server = _Server(config, hub)
    indexer = Indexer(adapters.step_feed, adapters.turn_store, adapters.sessions, on_session=hub.session_changed)
    work = [
        asyncio.create_task(indexer.run(), name="index"),
        asyncio.create_task(_later(Runner(adapters.line_log, adapters.step_feed, adapters.turn_store)), name="segment"),
    ]
    if settings.demo:
        work.append(asyncio.create_task(play(gateway, adapters.sessions), name="demo"))
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="serve")
    done, _ = await asyncio.wait([serving, *work], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in work:
        task.cancel()
    await asyncio.gather(serving, *work, return_exceptions=True)
    for task in done:
        task.result()  # a part that failed ends the process: never go on silently without it


async def _later(runner: Runner) -> None:
    """The index and the hub subscribe first, so that no step is published to nobody."""
    await asyncio.sleep(0.05)
    await runner.run()
