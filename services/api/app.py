"""Puts the API together: routes, live delivery, errors, what surrounds them. Importing it does nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import FastAPI

from services.api import search_routes as search
from services.api.context import Context
from services.api.live import routes as events
from services.api.live.hub import HEARTBEAT_SECONDS, Hub
from services.api.live.transport import ServerReceive
from services.api.pages import routes as pages
from services.api.transcripts import routes as transcript
from services.http import health, openapi, problems
from services.http import problem_types as kinds
from services.http.middleware import BodyLimit, HeadAsGet, RequestLog, SecurityHeaders, WriteToken
from services.http.readiness import Readiness
from services.sessions import routes as sessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Container, Mapping, Sequence
    from datetime import datetime

    from fastapi import APIRouter

    from captionflow.ports import LineLog, SessionStore
    from captionflow.settings import Settings
    from captionflow.wiring import Adapters
    from services.http.readiness import Waiting

log = structlog.get_logger(__name__)

DESCRIPTION = """Live captions on a room screen, on phones and in a searchable archive.

Announce a session, send its lines, follow it live, download its transcript, search all of them. Errors are problem
documents (RFC 9457) whose `detail` says what to do. Times are UTC; positions (`seq`) count the lines of one session and
language."""


def create_app(  # noqa: PLR0913  what differs between the processes that serve it
    adapters: Adapters,
    settings: Settings,
    *,
    extra_routers: Sequence[APIRouter] = (),
    waiting: Mapping[str, Waiting] = MappingProxyType({}),
    dispensable: Container[str] = (),
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    prepared: bool = False,
    on_delivered: Callable[[datetime], None] = lambda _: None,
) -> FastAPI:
    """The application. Its hub is ``app.state.hub``: tell it of changed sessions, ``close()`` it before stopping.

    ``waiting`` names other parts of the process, which ``/readyz`` asks what they wait for; ``dispensable`` are those
    that it is ready without, and adapters by their field's name. ``prepared``, ``on_delivered``: see ``Hub``.
    """
    hub = Hub(
        adapters.step_feed,
        adapters.turn_store,
        adapters.sessions,
        max_readers=settings.max_readers,
        heartbeat_seconds=heartbeat_seconds,
        prepared=prepared,
        on_delivered=on_delivered,
    )
    app = _app(_lifespan(hub))
    app.state.hub = hub
    context = Context(adapters, settings, hub)
    live = {"hub": lambda: "" if hub.running else "live delivery does not run"}
    readiness = Readiness(checks=health.checks(adapters), waiting={**live, **waiting}, dispensable=dispensable)
    for router in (
        sessions.router(adapters.sessions, adapters.line_log, on_change=hub.session_changed),
        transcript.router(context),
        events.router(context),
        search.router(context),
        health.router(readiness),
        kinds.router(),
        *extra_routers,
    ):
        app.include_router(router)
    app.include_router(pages.router(adapters, settings), include_in_schema=False)
    return _finished(app, settings, pages.error_page)


def create_door(
    line_log: LineLog,
    known: SessionStore,
    settings: Settings,
    *,
    extra_routers: Sequence[APIRouter],
) -> FastAPI:
    """The application of a process that takes lines and nothing else: sessions, health, and ``extra_routers``."""
    app = _app()
    for router in (
        sessions.router(known, line_log, on_change=lambda _: None),
        health.router(Readiness(checks=health.door_checks(line_log, known))),
        kinds.router(),
        *extra_routers,
    ):
        app.include_router(router)
    return _finished(app, settings)


def _app(lifespan: Callable[[FastAPI], Any] | None = None) -> FastAPI:
    return FastAPI(
        title="captionflow",
        version="1",
        summary="Live captions and their archive",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,  # an address is right or wrong
        docs_url=None,  # it loads scripts from elsewhere; the document itself is at /openapi.json
        redoc_url=None,
        responses={"default": {"$ref": "#/components/responses/Problem"}},
    )


def _finished(app: FastAPI, settings: Settings, error_page: problems.ErrorPage | None = None) -> FastAPI:
    problems.install(app, error_page)
    _surround(app, settings)
    app.openapi = partial(_openapi, app)  # type: ignore[method-assign] # FastAPI's documented way
    return app


def _surround(app: FastAPI, settings: Settings) -> None:
    """The last one added sees a request first."""
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    if settings.ingest_token:
        app.add_middleware(WriteToken, token=settings.ingest_token)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    app.add_middleware(ServerReceive)


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


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.finish(FastAPI.openapi(app))
    return app.openapi_schema
