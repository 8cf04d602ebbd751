"""``captionflow serve ingest``: takes lines and announcements, and nothing else."""

import asyncio
from collections.abc import Callable

import structlog

from captionflow.metrics import Metrics
from captionflow.settings import Settings
from captionflow.wiring.ingest import IngestPorts, open_ingest
from services import process
from services.http.operations import METRICS_ROOM, measure
from services.ingest.app import create_app
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.metered_log import MeteredLineLog
from services.ingest.post_writing import ToolPost
from services.ingest.source_reporter import report_sources, sources_of_this_process
from services.ingest.spooler import Spooler
from services.process import Server, Stopping, address, listen, serve_until_told
from services.sessions.on_air import OnAirKnown
from services.tls import Certificate

log = structlog.get_logger(__name__)


def run(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """``serve``, and end the process."""
    process.run(serve(settings, ready=ready))


async def serve(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Run until SIGTERM or SIGINT.

    Until Kafka is there, and read, lines are answered with 503; so are posts if no earlier process left copies of
    sessions and keys beside the spool.

    Raises:
        Misconfigured: a setting, the port or a topic must be changed.
    """
    stopping = Stopping()
    certificate = Certificate.of(settings)
    with listen(settings.host, settings.port) as listening:
        async with open_ingest(settings, spooling=True) as ports:
            metrics = Metrics("ingest")
            line_log = MeteredLineLog(ports.line_log, metrics)
            sources = sources_of_this_process()
            gateway = Gateway(
                line_log,
                ports.sessions,
                sources=sources,
                off_record=ports.off_record,
                on_air=OnAirKnown(line_log).now,
            )
            doors = Doors(gateway, line_log, ports.sessions, spool=ports.spool, passages=ports.passages)
            await doors.load()
            metrics.counts("records_skipped", "Records that count for nothing.", ("topic", "why"), ports.skipped)
            _measure(doors.spooler, metrics)
            app = create_app(
                line_log,
                ports.sessions,
                settings,
                keys=ports.keys,
                trail=ports.audit,
                gateway=gateway,
                doors=doors,
                reading=ports.reading,
                remembers=ports.remembers,
                extra_rooms=[METRICS_ROOM],
            )
            measure(app, metrics)
            ready(address(listening, settings.host, certificate))
            log.info("started", service="ingest", kafka=settings.kafka)
            parts = [
                asyncio.create_task(ports.watch(), name="topics"),
                asyncio.create_task(report_sources(sources, ports.source_reports), name="sources"),
                asyncio.create_task(_drain(ports, doors), name="spool"),
                *(asyncio.create_task(copying(), name="copy") for copying in ports.copying),
            ]
            await serve_until_told(Server(app, certificate=certificate), listening, stopping, parts=parts)
    log.info("stopped")


async def _drain(ports: IngestPorts, doors: Doors) -> None:
    await ports.ready()
    await doors.spooler.run()


def _measure(spooler: Spooler[ToolPost], metrics: Metrics) -> None:
    metrics.counts("posts_spooled", "Posts put into the spool.", (), lambda: {(): spooler.spooled})
    metrics.gauge("spool_posts", "Posts in the spool that wait for Kafka.", lambda: spooler.pending)
    metrics.gauge("spool_used_ratio", "How full the spool is.", lambda: spooler.used_ratio)
    metrics.gauge("posts_set_aside", "Spooled posts that can't be written.", lambda: spooler.set_aside)
