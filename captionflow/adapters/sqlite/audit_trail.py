"""The audit trail in SQLite."""

import sqlite3
from typing import Final

import msgspec

from captionflow.adapters.sqlite.readers import Lane
from captionflow.audit import MAX_ENTRIES, AuditEntry, AuditPage

MAX_NUMBER: Final = 2**63 - 1

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(AuditEntry).decode


class SqliteAuditTrail:
    """``AuditTrail``."""

    def __init__(self, database: Lane) -> None:
        self._database = database

    async def add(self, entry: AuditEntry) -> None:
        """See ``AuditTrail.add``."""
        row = (_encode(entry),)
        await self._database.write(lambda on: on.execute("INSERT INTO audit (body) VALUES (?)", row), durable=True)

    async def page(self, limit: int, before: int | None = None) -> AuditPage:
        """See ``AuditTrail.page``."""
        query = "SELECT number, body FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?"
        wanted = (MAX_NUMBER if before is None else before, min(limit, MAX_ENTRIES) + 1)

        def read(connection: sqlite3.Connection) -> AuditPage:
            rows = connection.execute(query, wanted).fetchall()
            found = rows[: wanted[1] - 1]
            return AuditPage(
                [(number, _decode(body)) for number, body in found], found[-1][0] if len(rows) > len(found) else None
            )

        return await self._database.scan(read)
