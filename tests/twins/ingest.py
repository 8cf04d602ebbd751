"""An ingest as an application, which knows nothing but what the log has."""

from datetime import UTC, datetime

from fastapi import FastAPI

from captionflow.ports import LineLog, SessionStore
from captionflow.settings import Settings
from services.ingest.app import create_app
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.sources import Sources


def ingest(log: LineLog, sessions: SessionStore) -> tuple[FastAPI, Sources]:
    """The application, and the sources that it hears."""
    sources = Sources("", lambda: datetime.now(UTC))
    gateway = Gateway(log, sessions, sources=sources)
    doors = Doors(gateway, log, sessions)
    return create_app(log, sessions, Settings(), gateway=gateway, doors=doors, reading=lambda: ""), sources
