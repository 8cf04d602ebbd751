"""``captionflow serve ingest``: takes lines and announcements, and nothing else."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from fastapi import APIRouter, FastAPI

from captionflow.metrics import Metrics
from captionflow.ports import LineLog, SessionStore
from captionflow.settings import Settings
from captionflow.wiring import open_ingest
from services import process
from services.http.operations import metrics_endpoint
from services.ingest.gateway import Gateway
from services.ingest.metered_log import MeteredLineLog
from services.ingest.routes import router
from services.process import Server, Stopping, address, listen, serve_until_told

log = structlog.get_logger(__name__)


class CreateDoor(Protocol):
    """Makes the application of a process that takes lines and announcements; see ``services.api.app``."""

    def __call__(
        self, line_log: LineLog, known: SessionStore, settings: Settings, *, extra_routers: Sequence[APIRouter]
    ) -> FastAPI:
        """The application, with these routes beside its own."""


def run(settings: Settings, create_door: CreateDoor, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """``serve``, and end the process."""
    process.run(serve(settings, create_door, ready=ready))


async def serve(
    settings: Settings, create_door: CreateDoor, *, ready: Callable[[str], None] = lambda _url: None
) -> None:
    """Run until SIGTERM or SIGINT. Until Kafka is there, and read, lines are answered with 503.

    Raises:
        Misconfigured: a setting, the port or a topic must be changed.
    """
    stopping = Stopping()
    with listen(settings.host, settings.port) as listening:
        async with open_ingest(settings) as door:
            metrics = Metrics("ingest")
            line_log = MeteredLineLog(door.line_log, metrics)
            metrics.counts("records_skipped", "Records that count for nothing.", ("topic", "why"), door.skipped)
            metrics.gauge("ready", "1 when lines can be taken.", lambda: float(door.takes_lines()))
            operations = APIRouter()
            operations.add_api_route("/metrics", metrics_endpoint(metrics), include_in_schema=False)
            gateway = Gateway(line_log, door.sessions)
            app = create_door(
                line_log,
                door.sessions,
                settings,
                extra_routers=[router(gateway, door.sessions, settings), operations],
            )
            ready(address(listening, settings.host))
            log.info("started", service="ingest", kafka=settings.kafka)
            watch = asyncio.create_task(door.watch(), name="topics")
            await serve_until_told(Server(app), listening, stopping, parts=[watch])
    log.info("stopped")
