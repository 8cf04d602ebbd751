"""The application of ingest: lines, and the announcements that they need. Importing it does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.http.application import create_application
from services.http.health import line_checks
from services.http.provided import provide
from services.http.readiness import Readiness
from services.ingest import door_routes as doors
from services.ingest import presence_routes as presence
from services.ingest import routes as lines
from services.ingest import typing_routes as typing
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.typing_connection import Writers
from services.sessions import programme_routes as programme
from services.sessions import routes as sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

    from captionflow.ports import LineLog, SessionStore
    from captionflow.settings import Settings
    from services.http.rooms import Room
    from services.ingest.sources import Sources

ROOMS: Final[tuple[Room, ...]] = (sessions.ROOM, programme.ROOM, lines.ROOM, doors.ROOM, presence.ROOM, typing.ROOM)


def create_app(
    line_log: LineLog, known: SessionStore, settings: Settings, sources: Sources, *, extra_rooms: Sequence[Room] = ()
) -> FastAPI:
    """The application of a process that takes lines and announcements, and serves no viewers."""
    app = create_application([*ROOMS, *extra_rooms], settings)
    gateway = Gateway(line_log, known, sources=sources)
    provide(
        app,
        gateway,
        Doors(gateway, line_log, known),
        Writers(gateway),
        sessions.SessionDesk(known, line_log),
        Readiness(checks=line_checks(line_log, known)),
    )
    return app
