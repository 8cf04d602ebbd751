"""Puts the API together: its rooms, live delivery and pages. Importing it does nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from captionflow.errors import CaptionflowError
from captionflow.ports import SearchQuery
from services.api.context import Context, hidden
from services.api.desk import routes as desk
from services.api.live import routes as live
from services.api.live.hub import HEARTBEAT_SECONDS, Hub
from services.api.live.unshown import Unshown
from services.api.pages import embed_routes as embed
from services.api.pages import offline_routes as offline
from services.api.pages import room_routes, screen_routes, static_routes
from services.api.pages import routes as pages
from services.api.pages import work_routes as work
from services.api.pages.rendering import INLINED, error_page
from services.api.search import routes as search
from services.api.search.searching import Searching
from services.api.streamtext import routes as streamtext
from services.api.streamtext.caption_texts import CaptionTexts
from services.api.transcripts import figure_routes as figures
from services.api.transcripts import routes as transcripts
from services.api.transcripts.counting import Counting
from services.api.transcripts.exports import Exports
from services.http.application import create_application
from services.http.bodies import BODY_SECONDS
from services.http.gate import Access
from services.http.health import line_checks
from services.http.provided import provide
from services.http.readiness import PROBE, Readiness
from services.http.transport import ServerReceive
from services.sessions import audit_routes, corrections, key_routes, off_record, on_air
from services.sessions import programme_routes as programme
from services.sessions import routes as sessions
from services.sessions.audit_log import AuditLog
from services.sessions.key_desk import KeyDesk
from services.sessions.passages import off_since

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Container, Mapping, Sequence

    from fastapi import FastAPI

    from captionflow.settings import Settings
    from captionflow.wiring.shared import Ports
    from services.http.readiness import Check, Waiting
    from services.http.rooms import Room

ROOMS: Final[tuple[Room, ...]] = (
    sessions.ROOM,
    on_air.ROOM,
    off_record.ROOM,
    corrections.ROOM,
    programme.ROOM,
    key_routes.ROOM,
    audit_routes.ROOM,
    transcripts.ROOM,
    figures.ROOM,
    live.ROOM,
    streamtext.ROOM,
    search.ROOM,
    pages.ROOM,
    static_routes.ROOM,
    embed.ROOM,
    room_routes.ROOM,
    screen_routes.ROOM,
    offline.ROOM,
    work.ROOM,
    desk.ROOM,
)


def create_app(  # noqa: PLR0913 - what differs between the processes that serve it
    ports: Ports,
    settings: Settings,
    *,
    extra_rooms: Sequence[Room] = (),
    waiting: Mapping[str, Waiting] = MappingProxyType({}),
    dispensable: Container[str] = (),
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    body_seconds: float = BODY_SECONDS,
    prepared: bool = False,
    on_delivered: Callable[[datetime], None] = lambda _: None,
) -> FastAPI:
    """The application. Its hub is ``app.state.hub``: tell it of changed sessions. ``end_reading`` before stopping.

    ``extra_rooms``: ``provide`` what their handlers need. ``waiting`` names other parts of the process, which
    ``/readyz`` asks what they wait for; ``dispensable`` are those that it is ready without, and ports by their
    field's name. ``prepared``, ``on_delivered``: see ``Hub``.
    """
    hub = Hub(
        ports.step_feed,
        ports.turn_store,
        ports.sessions,
        max_readers=settings.max_readers,
        heartbeat_seconds=heartbeat_seconds,
        prepared=prepared,
        on_delivered=on_delivered,
        off_record=ports.off_record,
        off_since=partial(off_since, ports.line_log),
    )
    app = create_application(
        [*ROOMS, *extra_rooms],
        settings,
        Access(ports.keys, ports.sessions, settings),
        error_page=error_page,
        outermost=[ServerReceive],
        lifespan=_lifespan(hub),
        body_seconds=body_seconds,
        inlined=INLINED.policy,
    )
    app.state.hub = hub
    app.state.searching = Searching(ports.search, hidden)
    live_delivery = {"hub": lambda: "" if hub.running else "live delivery does not run"}
    audit = AuditLog(ports.audit)
    context = Context(ports, settings, hub)
    checks = _checks(ports) | ({"segment": _shown(ports, hub)} if prepared else {})
    readiness = Readiness(checks=checks, waiting={**live_delivery, **waiting}, dispensable=dispensable)
    provide(
        app,
        context,
        app.state.searching,
        desk.Desks(context, readiness),
        CaptionTexts(ports.turn_store),
        Counting(ports.turn_store, context.rendering),
        Exports(ports.turn_store, ports.sessions, settings.data_folder),
        sessions.SessionDesk(ports.sessions, ports.line_log, audit, hub.session_changed),
        on_air.OnAirKnown(ports.line_log),
        KeyDesk(ports.keys, audit),
        audit,
        readiness,
    )
    return app


def end_reading(app: FastAPI) -> None:
    """End what a server that stops would wait for: live streams, and searches."""
    app.state.hub.close()
    app.state.searching.close()


def _checks(ports: Ports) -> dict[str, Check]:
    """One for each port of an API, by its field's name."""
    return line_checks(ports.line_log, ports.sessions) | {
        "turn_store": lambda: ports.turn_store.last_seq(PROBE, "en"),
        "search": lambda: ports.search.search(SearchQuery(text=PROBE, limit=1)),
    }


def _shown(ports: Ports, hub: Hub) -> Check:
    """Whether what sources say comes to readers, where another process makes text of it."""
    unshown = Unshown(datetime.now(UTC))

    async def check() -> None:
        with suppress(CaptionflowError):  # told by those who show sources
            reports = await ports.source_reports.latest()
            unshown.look(reports, hub.heard, datetime.now(UTC))
        unshown.check()

    return check


def _lifespan(hub: Hub) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(hub.run(), name="hub")
        await asyncio.sleep(0)  # it has subscribed when the first request comes
        try:
            yield
        finally:
            hub.close()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return lifespan
