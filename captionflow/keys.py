"""Keys: what is known of each, and which of them a connection has. Pure.

A key is 256 random bits, so nobody can guess one, not even who has its SHA-256 and years: a slow hash, which is made
for passwords, would cost every request and gain nothing. Only the hash is kept, so whoever reads the store has no key.
"""

import hashlib
import hmac
import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

import msgspec

from captionflow.access import Grant, Role
from captionflow.messages import VERSION, Message
from captionflow.secret import Secret

PREFIX: Final = "cfk_"
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Nothing that an address has to escape, or that a double click stops at."""
SECRET_CHARS: Final = 43
"""62 to the power of 43 is more than 2 to the power of 256."""
KEY: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{SECRET_CHARS}}}")
"""What a key looks like. What was told apart so can be found and hidden wherever it may come up."""
NAME: Final = "[a-z0-9][a-z0-9_.-]{0,79}"

SETTINGS_KEY: Final = "CAPTIONFLOW_INGEST_TOKEN"
"""The name of the admin key that the settings may have; no other key can have it."""


class Key(Message, frozen=True, omit_defaults=False):
    """All that is known of a key, which is not the key itself. ``revoked_at`` is all that ever changes."""

    id: str
    """Random; it says nothing of the key."""
    name: str
    """Of one key at a time: that which takes the place of a revoked one may have its name."""
    role: Role
    digest: str
    """SHA-256 of the key, in hexadecimal digits."""
    created_at: datetime
    created_by: str | None = None
    """The name of the key that made it; None if an open installation or the command line did."""
    event: str | None = None
    session: str | None = None
    language: str | None = None
    revoked_at: datetime | None = None
    v: int = VERSION

    @property
    def grant(self) -> Grant:
        """What a connection with this key may do."""
        return Grant(self.role, self.name, self.event, self.session, self.language)


def digest_of(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


KeyPlace = tuple[bool, int, str]
"""Revoked or not, microseconds before the epoch, the id: the lowest comes first."""


def place_of(key: Key) -> KeyPlace:
    """Those in use before those that were revoked; of each, the newest first."""
    return key.revoked_at is not None, -int(key.created_at.timestamp() * 1_000_000), key.id


class Keyring:
    """All keys of an installation, as far as this process has heard of them.

    ``fixed`` is a key that the settings have. What is put in may come in any order and more than once.
    """

    def __init__(self, fixed: Key | None = None) -> None:
        self._fixed = fixed
        self._keys: dict[str, Key] = {}
        self._by_digest: dict[str, str] = {}
        self._places: list[KeyPlace] = []
        self._used: dict[str, datetime] = {}
        if fixed is not None:
            self.put(fixed)

    @property
    def empty(self) -> bool:
        """There never was a key. Where all were revoked, nobody gets in again by that."""
        return not self._keys

    def put(self, key: Key) -> bool:
        """Take what is new of a key; whether it was revoked by that. What was revoked once stays so."""
        known = self._keys.get(key.id)
        if known is not None and (known.revoked_at is not None or key.revoked_at is None):
            return False
        if key is not self._fixed:
            if known is not None:
                del self._places[bisect_left(self._places, place_of(known))]
            insort(self._places, place_of(key))
        self._keys[key.id] = key
        self._by_digest[key.digest] = key.id
        return known is not None

    def find(self, secret: str) -> Key | None:
        """The key, if it is one and was not revoked. How long that takes says nothing about any key.

        It is looked for by its hash, of which nobody can choose a beginning.
        """
        digest = digest_of(secret)
        found = self._keys.get(self._by_digest.get(digest, ""))
        if found is None or found.revoked_at is not None or not hmac.compare_digest(found.digest, digest):
            return None
        return found

    def named(self, name: str) -> tuple[Key, ...]:
        """The keys with this name or id that were not revoked."""
        return tuple(one for one in self.listed() if name in {one.name, one.id} and one.revoked_at is None)

    def listed(self) -> tuple[Key, ...]:
        """All keys, the newest first, and those that were revoked at the end; without the settings' own."""
        return self.page(None, len(self._places))

    def page(self, after: KeyPlace | None, limit: int) -> tuple[Key, ...]:
        """So many of the list behind a place. One that is revoked meanwhile may come again, and none is left out."""
        begin = 0 if after is None else bisect_right(self._places, after)
        return tuple(self._keys[name] for _, _, name in self._places[begin : begin + limit])

    @property
    def has_admin(self) -> bool:
        """Somebody can get in who may do everything."""
        return bool(self.admins())

    def admins(self) -> tuple[Key, ...]:
        """The keys that may do everything."""
        return tuple(one for one in self._keys.values() if one.role == "admin" and one.revoked_at is None)

    def last_use(self, key_id: str) -> datetime | None:
        """When it was used last, within some minutes; None if it never was."""
        return self._used.get(key_id)

    def use(self, uses: Iterable[tuple[str, datetime]]) -> None:
        """Keys were used; the latest time counts."""
        for key_id, at in uses:
            self._used[key_id] = max(at, self._used.get(key_id, at))


class KeyStore(Protocol):
    """The keys of the installation, which every web process has in its memory."""

    @property
    def ring(self) -> Keyring:
        """All keys. One that another process put in is there a moment later.

        Raises:
            Unavailable: they have not been read yet, or may be out of date.
        """

    async def put(self, key: Key) -> None:
        """Keep a new key, or one that is revoked now, for good. It is in the ring when this returns."""

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """Keys (by id) were used; the latest time counts. It is not known to be safe when this returns."""

    def on_revoked(self, call: Callable[[Key], None]) -> None:
        """``call`` is told of each key that is revoked from now on, by whatever process."""


def settings_key(token: Secret | None) -> Key | None:
    """The admin key that the settings have, if they have one."""
    if token is None:
        return None
    return Key("settings", SETTINGS_KEY, "admin", digest_of(token.reveal()), datetime.fromtimestamp(0, UTC))


def revoked(key: Key, at: datetime) -> Key:
    """The key, revoked at this time, or before that."""
    return key if key.revoked_at is not None else msgspec.structs.replace(key, revoked_at=at)
