"""Makes the application of a web process out of its rooms. Importing it does nothing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec
from fastapi import Depends, FastAPI

from services.http import health, problem_types, problems
from services.http.access import admit, check_declared
from services.http.bodies import BODY_SECONDS, BodyLimit
from services.http.delivery import Delivery
from services.http.frequent_calls import FrequentCall
from services.http.gate import Access, AccessGate
from services.http.hang_ups import HangUps
from services.http.middleware import HeadAsGet, RequestLog, SecurityHeaders
from services.http.outflow import Outflow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.types import ASGIApp

    from captionflow.settings import Settings
    from services.http.problems import ErrorPage
    from services.http.rooms import Room

OPENAPI_FILE: Final = "openapi.json"
"""The description of all calls, whichever process takes them; ``make schema`` writes it."""

ALWAYS: Final[tuple[Room, ...]] = (health.ROOM, problem_types.ROOM)
"""Rooms that every web process has."""


def create_application(  # noqa: PLR0913 - what differs between web processes
    rooms: Sequence[Room],
    settings: Settings,
    access: Access,
    *,
    error_page: ErrorPage | None = None,
    outermost: Sequence[Callable[[ASGIApp], ASGIApp]] = (),
    lifespan: Callable[[FastAPI], Any] | None = None,
    body_seconds: float = BODY_SECONDS,
    inlined: str = "",
) -> FastAPI:
    """The application; ``provide`` what its handlers need before it takes requests.

    ``error_page``: see ``problems.install``; ``inlined``: see ``SecurityHeaders``. ``outermost`` are middlewares that
    see a request before all others.
    """
    app = FastAPI(
        title="captionflow",
        lifespan=lifespan,
        redirect_slashes=False,  # an address is right or wrong
        docs_url=None,  # it loads scripts from elsewhere; the document itself is at /openapi.json
        redoc_url=None,
    )
    check_declared([*rooms, *ALWAYS])
    # Routes are tried in this order.
    for room in sorted((*rooms, *ALWAYS), key=lambda room: room.routes.route_class is not FrequentCall):
        app.include_router(room.routes, dependencies=[Depends(admit)])
    problems.install(app, error_page)
    app.openapi = _description  # type: ignore[method-assign] # FastAPI's documented way
    # The last one added sees a request first.
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, seconds=body_seconds)
    app.add_middleware(Delivery)
    app.add_middleware(AccessGate, access=access)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders, frame_ancestors=settings.frame_ancestors, inlined=inlined)
    app.add_middleware(HangUps)
    app.add_middleware(RequestLog)
    app.add_middleware(Outflow)
    for middleware in outermost:
        app.add_middleware(middleware)
    return app


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(files("services.http").joinpath(OPENAPI_FILE).read_bytes())
    return found
