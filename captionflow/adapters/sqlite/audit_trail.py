"""The audit trail in SQLite."""

from collections.abc import Sequence

import msgspec

from captionflow.adapters.sqlite.readers import Lane
from captionflow.audit import MAX_ENTRIES, AuditEntry

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

    async def latest(self, limit: int) -> Sequence[AuditEntry]:
        """See ``AuditTrail.latest``."""
        query = "SELECT body FROM audit ORDER BY number DESC LIMIT ?"
        wanted = (min(limit, MAX_ENTRIES),)
        return await self._database.scan(lambda on: [_decode(body) for (body,) in on.execute(query, wanted)])
