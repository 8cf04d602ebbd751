"""The keys in SQLite, and all of them in memory too: the process that has the folder is the only one."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Self

import msgspec

from captionflow.adapters.sqlite.readers import Lane
from captionflow.errors import Unavailable
from captionflow.keys import Key, Keyring

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Key).decode


class SqliteKeyStore:
    """``KeyStore``. ``fixed`` is a key that the settings have."""

    def __init__(self, database: Lane, fixed: Key | None = None) -> None:
        self._database = database
        self._ring = Keyring(fixed)
        self._loaded = False
        self._revoked: list[Callable[[Key], None]] = []

    async def load(self) -> Self:
        """Read the keys; once, before anything else."""
        keys, uses = await self._database.read(_stored)
        for key in keys:
            self._ring.put(key)
        self._ring.use(uses)
        self._loaded = True
        return self

    @property
    def ring(self) -> Keyring:
        """See ``KeyStore.ring``."""
        if not self._loaded:
            raise Unavailable("The keys have not been read yet: try again.")
        return self._ring

    async def put(self, key: Key) -> None:
        """See ``KeyStore.put``."""
        await self._database.write(lambda connection: _put(connection, key), durable=True)
        if self._ring.put(key):
            for call in self._revoked:
                call(key)

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """See ``KeyStore.note_uses``."""
        self._ring.use(uses.items())
        rows = [(at.isoformat(), key) for key, at in uses.items()]
        work = "UPDATE keys SET used_at = max(used_at, ?) WHERE id = ?"
        await self._database.write(lambda connection: connection.executemany(work, rows), durable=False)

    def on_revoked(self, call: Callable[[Key], None]) -> None:
        """See ``KeyStore.on_revoked``."""
        self._revoked.append(call)


def _stored(connection: sqlite3.Connection) -> tuple[list[Key], list[tuple[str, datetime]]]:
    rows = connection.execute("SELECT id, used_at, body FROM keys").fetchall()
    uses = [(key, datetime.fromisoformat(used_at)) for key, used_at, _ in rows if used_at]
    return [_decode(body) for _, _, body in rows], uses


def _put(connection: sqlite3.Connection, key: Key) -> None:
    connection.execute(
        "INSERT INTO keys (id, revoked, body) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET revoked = excluded.revoked, body = excluded.body WHERE NOT revoked",
        (key.id, key.revoked_at is not None, _encode(key)),
    )
