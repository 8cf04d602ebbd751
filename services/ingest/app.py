"""The application of ingest: lines, and the announcements that they need. Importing it does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.http.application import create_application
from services.http.gate import Access
from services.http.health import line_checks
from services.http.provided import provide
from services.http.readiness import Readiness
from services.ingest import door_routes
from services.ingest import hook_routes as hooks
from services.ingest import presence_routes as presence
from services.ingest import routes as lines
from services.ingest import typing_routes as typing
from services.ingest.typing_connection import Writers
from services.sessions import audit_routes, corrections, key_routes, off_record, on_air
from services.sessions import programme_routes as programme
from services.sessions import routes as sessions
from services.sessions.audit_log import AuditLog
from services.sessions.key_desk import KeyDesk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

    from captionflow.audit import AuditTrail
    from captionflow.keys import KeyStore
    from captionflow.ports import LineLog, SessionStore
    from captionflow.settings import Settings
    from services.http.readiness import Waiting
    from services.http.rooms import Room
    from services.ingest.doors import Doors
    from services.ingest.gateway import Gateway

ROOMS: Final[tuple[Room, ...]] = (
    sessions.ROOM,
    on_air.ROOM,
    off_record.ROOM,
    corrections.ROOM,
    key_routes.ROOM,
    audit_routes.ROOM,
    programme.ROOM,
    lines.ROOM,
    door_routes.ROOM,
    presence.ROOM,
    typing.ROOM,
    hooks.ROOM,
)
KAFKA: Final = ("line_log", "sessions")
"""What is asked of Kafka. A process that knows sessions and keys, and has a spool, takes posts of tools without it."""


def create_app(  # noqa: PLR0913 - what differs between processes that take lines
    line_log: LineLog,
    known: SessionStore,
    settings: Settings,
    *,
    keys: KeyStore,
    trail: AuditTrail,
    gateway: Gateway,
    doors: Doors,
    reading: Waiting,
    remembers: bool = False,
    extra_rooms: Sequence[Room] = (),
) -> FastAPI:
    """The application of a process that takes lines and announcements, and serves no viewers.

    ``reading`` says why lines can't be taken yet; a process that ``remembers`` sessions and keys takes posts meanwhile.
    """
    audit = AuditLog(trail)
    access = Access(keys, known, settings)
    app = create_application([*ROOMS, *extra_rooms], settings, access)
    spooler = doors.spooler
    provide(
        app,
        gateway,
        doors,
        Writers(gateway),
        sessions.SessionDesk(known, line_log, audit, turn=doors.turn),
        on_air.OnAirKnown(line_log),
        KeyDesk(keys, audit),
        audit,
        Readiness(
            checks=line_checks(line_log, known),
            waiting={"kafka": reading, "spool": lambda: spooler.full, "spooled": lambda: spooler.waiting},
            dispensable=("spooled", *(KAFKA if spooler.spools else ()), *(("kafka",) if remembers else ())),
        ),
    )
    return app
