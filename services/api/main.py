"""``captionflow serve api``: pages, transcripts, search and live delivery."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog

from captionflow.messages import Session
from captionflow.metrics import Metrics, since
from captionflow.settings import Settings
from captionflow.wiring.api import ApiPorts, open_api
from services import process
from services.api.app import create_app, end_reading
from services.api.live.silence import SilenceWatch
from services.http.operations import METRICS_ROOM, measure
from services.process import Server, Stopping, address, listen, serve_until_told
from services.tls import Certificate

if TYPE_CHECKING:
    from services.api.live.hub import Hub

log = structlog.get_logger(__name__)

DISPENSABLE = ("turn_store", "search", "index", "dead_letters", "segment")
"""Live delivery goes on without the archive, and so do the transcripts of what is live."""
FAR_BEHIND = 1_000
"""Steps that the index may lag before ``/readyz`` tells."""


def run(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """``serve``, and end the process."""
    process.run(serve(settings, ready=ready), switch_seconds=process.SWITCH_SECONDS_BESIDE_READERS)


async def serve(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Run until SIGTERM or SIGINT; waits for Kafka if it isn't there, and goes on without Elasticsearch.

    Raises:
        Misconfigured: a setting, the port, the data folder or a topic must be changed.
    """
    stopping = Stopping()
    certificate = Certificate.of(settings)
    hubs: list[Hub] = []

    def changed(session: Session) -> None:
        for hub in hubs:
            hub.session_changed(session)

    with listen(settings.host, settings.port) as listening:
        async with open_api(settings, on_session=changed) as live:
            metrics = Metrics("api")
            delay = metrics.histogram("delivery_delay_seconds", "From an accepted line to its words at the readers.")
            metrics.counts("records_skipped", "Records that count for nothing.", ("topic", "why"), live.skipped)
            app = create_app(
                live.ports,
                settings,
                extra_rooms=[METRICS_ROOM],
                waiting={"index": lambda: _behind(live), "dead_letters": lambda: _dead(live)},
                dispensable=DISPENSABLE,
                prepared=True,
                on_delivered=lambda received_at: delay.observe(since(received_at)),
            )
            measure(app, metrics)
            hub: Hub = app.state.hub
            hubs.append(hub)
            metrics.gauge("readers", "Live readers now.", lambda: hub.viewers)
            metrics.gauge("search_behind_records", "Steps that are not in the archive yet.", live.behind)
            ready(address(listening, settings.host, certificate))
            log.info("started", service="api", kafka=settings.kafka, elasticsearch=settings.elasticsearch)
            parts = [
                asyncio.create_task(_deliver(live, hub), name="hub"),
                asyncio.create_task(_watch_silence(live, hub, settings), name="silence"),
                asyncio.create_task(live.watch(), name="topics"),
                asyncio.create_task(live.count_dead_letters(), name="dead-letters"),
            ]
            server = Server(app, closing=partial(end_reading, app), certificate=certificate)
            await serve_until_told(server, listening, stopping, parts=parts)
    log.info("stopped")


async def _watch_silence(live: ApiPorts, hub: "Hub", settings: Settings) -> None:
    await live.ready()
    await SilenceWatch.of(live.ports, hub, settings).run()


async def _deliver(live: ApiPorts, hub: "Hub") -> None:
    await live.ready()
    await hub.run()


def _behind(live: ApiPorts) -> str:
    behind = live.behind() or 0
    return f"The archive is {behind} steps behind." if behind > FAR_BEHIND else ""


def _dead(live: ApiPorts) -> str:
    count = live.dead_letters() or 0
    return f"{count} dead letters." if count else ""
