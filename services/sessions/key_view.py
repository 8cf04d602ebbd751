"""A key as it is shown: never the key itself, but once."""

from datetime import datetime

import msgspec

from captionflow.access import Role
from captionflow.keys import Key, Keyring


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is listed."""

    id: str
    name: str
    role: Role
    event: str | None
    session: str | None
    language: str | None
    created_at: datetime
    created_by: str | None
    """The name of the key that made it."""
    last_used_at: datetime | None
    """Within a minute or so."""
    revoked_at: datetime | None


class MadeKey(KeyView, frozen=True, kw_only=True):
    """A key that was just made."""

    key: str
    """Shown once: it is kept nowhere."""


def view(key: Key, ring: Keyring) -> KeyView:
    """As it is listed."""
    return msgspec.convert(_fields(key) | {"last_used_at": ring.last_use(key.id)}, KeyView)


def made(key: Key, secret: str) -> MadeKey:
    """As it is shown once."""
    return msgspec.convert(_fields(key) | {"last_used_at": None, "key": secret}, MadeKey)


def _fields(key: Key) -> dict[str, object]:
    return {name: getattr(key, name) for name in KeyView.__struct_fields__ if name != "last_used_at"}
