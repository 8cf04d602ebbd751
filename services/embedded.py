"""All four services in one process: the default way to run captionflow."""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import structlog

from captionflow.errors import CaptionflowError
from captionflow.settings import Settings
from captionflow.wiring.embedded import EmbeddedPorts, open_embedded
from services import process
from services.api.app import create_app, end_reading
from services.api.live.silence import SilenceWatch
from services.demo.player import forget_old, play
from services.http.gate import is_local
from services.http.provided import provide
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.ingest import door_routes as doors
from services.ingest import hook_routes as hooks
from services.ingest import presence_routes as presence
from services.ingest import routes as lines
from services.ingest import typing_routes as typing
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.source_reporter import report_sources, sources_of_this_process
from services.ingest.typing_connection import Writers
from services.process import Server, Stopping, address, listen, serve_until_told
from services.segment.runner import Runner
from services.sessions.audit_log import AuditLog
from services.sessions.key_desk import KeyDesk
from services.sessions.key_drafts import KeyDraft
from services.sessions.on_air import OnAirKnown
from services.tls import Certificate

if TYPE_CHECKING:
    from services.api.live.hub import Hub

log = structlog.get_logger(__name__)

DISPENSABLE = ("search",)
"""Lines are taken and shown also while everybody searches."""


def run(settings: Settings, *, ready: Callable[[str], None], first_key: Callable[[str, str], None]) -> None:
    """``serve``, and end the process."""
    process.run(serve(settings, ready=ready, first_key=first_key), switch_seconds=process.SWITCH_SECONDS_BESIDE_READERS)


async def serve(settings: Settings, *, ready: Callable[[str], None], first_key: Callable[[str, str], None]) -> None:
    """Run until SIGTERM or SIGINT; a second one does not wait for requests in flight.

    ``ready`` gets the address as soon as connections are accepted; they are answered a moment later. ``first_key`` gets
    the address for readers and an admin's key, if there was none and others than this machine can reach the server.

    Raises:
        Misconfigured: the port or the data folder can't be had.
        Exception: a part failed, and was logged. The process must end, since nothing works without it.
    """
    stopping = Stopping()
    certificate = Certificate.of(settings)
    with listen(settings.host, settings.port) as listening:
        async with open_embedded(settings) as ports:
            if not settings.demo:
                await _without_demos(ports)
            url = address(listening, settings.host, certificate)
            # A certificate holds for the public name, which this machine's own address seldom is.
            ports.found_at(url if certificate is None else settings.public_url or url)
            ready(url)
            if ports.keys.ring.empty and not is_local(settings):
                _, key = await KeyDesk(ports.keys, AuditLog(ports.audit)).create(KeyDraft(name="admin", role="admin"))
                first_key(settings.public_url or url, key)
            await _serve(settings, ports, listening, stopping, certificate)
    log.info("stopped")


async def _serve(
    settings: Settings,
    ports: EmbeddedPorts,
    listening: socket.socket,
    stopping: Stopping,
    certificate: Certificate | None,
) -> None:
    sources = sources_of_this_process()
    gateway = Gateway(
        ports.line_log,
        ports.sender_sessions,
        sources=sources,
        off_record=ports.off_record,
        on_air=OnAirKnown(ports.line_log).now,
    )
    facts_queue, parts_queue = ports.index_queues()  # made first, so that they get every step
    parts = PartIndexer(parts_queue, ports.turn_store)
    runner = Runner(ports.line_log, ports.step_feed, ports.turn_store, begin=ports.segmented)
    app = create_app(
        ports,
        settings,
        extra_rooms=[lines.ROOM, doors.ROOM, presence.ROOM, typing.ROOM, hooks.ROOM],
        dispensable=DISPENSABLE,
        waiting={"segment": lambda: runner.waiting, "index": lambda: facts.waiting or parts.waiting},
    )
    provide(app, gateway, Doors(gateway, ports.line_log, ports.sender_sessions), Writers(gateway))
    hub: Hub = app.state.hub
    facts = FactsIndexer(facts_queue, ports.sender_sessions, on_session=hub.session_changed)
    work = {
        "hub": hub.run(),
        "facts": facts.run(),
        "index": parts.run(),
        "silence": SilenceWatch.of(ports, hub, settings).run(),
        "sources": report_sources(sources, ports.source_reports),
    }
    tasks = [asyncio.create_task(one, name=name) for name, one in work.items()]
    await asyncio.sleep(0)  # the hub has subscribed too
    tasks.append(asyncio.create_task(runner.run(), name="segment"))
    extras = [asyncio.create_task(_demo(gateway, ports), name="demo")] if settings.demo else []
    log.info("started", data_folder=str(settings.data_folder), demo=settings.demo)
    server = Server(app, closing=partial(end_reading, app), certificate=certificate)
    await serve_until_told(server, listening, stopping, parts=tasks, extras=extras)


async def _demo(gateway: Gateway, ports: EmbeddedPorts) -> None:
    """Play the demo; if that can't go on, everything else does."""
    try:
        await play(gateway, ports.sessions, ports.demos)
    except CaptionflowError as error:
        log.error("demo_ended", reason=str(error))  # noqa: TRY400 - the reason is enough


async def _without_demos(ports: EmbeddedPorts) -> None:
    """Delete the demos of earlier runs, if the demo is switched off; a full disk leaves that to the next start."""
    try:
        await forget_old(ports.sessions, ports.demos, kept=0)
    except CaptionflowError as error:
        log.warning("demos_kept", reason=str(error))
