"""Makes, rotates and revokes keys, for the API and the command line alike."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from captionflow.errors import NotFound
from captionflow.keys import ALPHABET, PREFIX, SECRET_CHARS, Key, digest_of, revoked
from services.sessions.key_drafts import Drawn, KeyDraft, check_revocable, new_key

if TYPE_CHECKING:
    from captionflow.keys import KeyStore
    from services.sessions.audit_log import AuditLog


class KeyDesk:
    """The keys, with who may not do what to them already decided: see ``key_routes``."""

    def __init__(self, keys: KeyStore, audit: AuditLog) -> None:
        self.keys = keys
        self._audit = audit

    async def create(self, draft: KeyDraft, by: str | None = None) -> tuple[Key, str]:
        """A new key: what is kept of it, and the key itself, which nobody can be told a second time.

        Raises:
            BadMessage, Conflict: see ``new_key``.
        """
        drawn = _drawn()
        key = new_key(draft, self.keys.ring, drawn, by)
        await self.keys.put(key)
        await self._audit.record("key_created", key.name, by, event=key.event or "", detail=key.role)
        return key, drawn.secret

    def find(self, name: str) -> tuple[Key, ...]:
        """The keys with this name or id that are in use: one, unless two were made at the same moment.

        Raises:
            NotFound: there is none.
        """
        found = self.keys.ring.named(name)
        if not found:
            raise NotFound("There is no key with this name or id that was not revoked.")
        return found

    async def rotate(self, name: str, by: str | None = None) -> tuple[Key, str]:
        """Another key in place of one, under the same name; the old one is no good from now on.

        Raises:
            NotFound: there is none.
        """
        old, *_ = olds = self.find(name)
        drawn = _drawn()
        fields = {"id": drawn.id, "digest": digest_of(drawn.secret), "created_at": drawn.at, "created_by": by}
        key = msgspec.structs.replace(old, **fields)
        await self.keys.put(key)  # first, so that a failure in between locks nobody out
        for one in olds:
            await self.keys.put(revoked(one, drawn.at))
        await self._audit.record("key_rotated", key.name, by, event=key.event or "")
        return key, drawn.secret

    async def revoke(self, name: str, by: str | None = None) -> tuple[Key, ...]:
        """Nobody gets in with it from now on, on all processes, and open connections end.

        Raises:
            NotFound: there is none.
            Conflict: it is the last one of an admin.
        """
        found = self.find(name)
        for key in found:
            check_revocable(key, self.keys.ring)
            await self.keys.put(revoked(key, _now()))
            await self._audit.record("key_revoked", key.name, by, event=key.event or "")
        return found


def _drawn() -> Drawn:
    """A new key."""
    secret = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(SECRET_CHARS))
    return Drawn(secrets.token_hex(6), secret, _now())


def _now() -> datetime:
    return datetime.now(UTC)
