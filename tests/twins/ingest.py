"""An ingest as an application, which knows nothing but what the log has."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from fastapi import FastAPI

from captionflow.audit import AuditEntry
from captionflow.keys import Key, Keyring
from captionflow.ports import LineLog, SessionStore
from captionflow.settings import Settings
from services.ingest.app import create_app
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.sources import Sources


class InMemory:
    """Keys and an audit trail that end with the test."""

    def __init__(self) -> None:
        self.ring = Keyring()
        self.entries: list[AuditEntry] = []

    async def put(self, key: Key) -> None:
        self.ring.put(key)

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        self.ring.use(uses.items())

    def on_revoked(self, call: Callable[[Key], None]) -> None:
        """No key is revoked here."""

    async def add(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    async def latest(self, limit: int) -> Sequence[AuditEntry]:
        return self.entries[: -limit - 1 : -1]


def ingest(log: LineLog, sessions: SessionStore) -> tuple[FastAPI, Sources]:
    """The application, and the sources that it hears."""
    sources = Sources("", lambda: datetime.now(UTC))
    gateway = Gateway(log, sessions, sources=sources)
    doors = Doors(gateway, log, sessions)
    app = create_app(
        log,
        sessions,
        Settings(),
        keys=InMemory(),
        trail=InMemory(),
        gateway=gateway,
        doors=doors,
        reading=lambda: "",
    )
    return app, sources
