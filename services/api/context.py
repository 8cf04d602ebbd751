"""What the routes share: the ports, the settings and the hub of this application."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from captionflow.ports import SessionFilter
from captionflow.session_order import together
from services.http.access import granted, seen_by, sees
from services.http.crowd import Crowd
from services.http.off_loop import OffLoop
from services.http.provided import provided

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from captionflow.messages import Session
    from captionflow.settings import Settings
    from captionflow.wiring.shared import Ports
    from services.api.live.hub import Hub


@dataclass(frozen=True)
class Context:
    """See the module."""

    ports: Ports
    settings: Settings
    hub: Hub
    rendering: OffLoop = field(default_factory=lambda: OffLoop("pages"))
    work_rendering: OffLoop = field(default_factory=lambda: OffLoop("work-pages"))
    """Of pages of those who work: no crowd of readers is before them."""
    crowd: Crowd[Response] = field(default_factory=Crowd)
    """Of those who ask for the same page."""


async def visible(request: Request, wanted: SessionFilter) -> tuple[Session, ...]:
    """The sessions that whoever asks may read, in the order of ``SessionStore.list``."""
    grant = granted(request)
    found = await provided(request, Context).ports.sessions.list(seen_by(grant, wanted))
    return tuple(session for session in found if sees(grant, session))


async def visible_together(request: Request, *wanted: SessionFilter) -> tuple[Session, ...]:
    """Those of several reads, one after the other: see ``session_order.together``."""
    return together([await visible(request, one) for one in wanted])


async def hidden(request: Request) -> tuple[str, ...]:
    """The sessions that whoever asks may not read."""
    grant = granted(request)
    closed = await provided(request, Context).ports.sessions.list(SessionFilter(closed=True))
    return tuple(sorted(session.id for session in closed if not sees(grant, session)))
