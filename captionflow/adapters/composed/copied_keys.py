"""Keys of which a copy is on this machine's disk: they are known at a start without a broker."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime

from captionflow.adapters.composed.copied import Copied
from captionflow.errors import Unavailable
from captionflow.keys import Key, Keyring, KeyStore


class CopiedKeyStore:
    """``KeyStore``, whose ring has what an earlier process knew until more is known."""

    def __init__(self, keys: KeyStore, copied: Copied[Key], fixed: Key | None = None) -> None:
        """``copied`` is to be told of each change of ``keys``; ``fixed`` is a key that the settings have."""
        self._keys = keys
        self._copied = copied
        self._revoked: list[Callable[[Key], None]] = []
        self._earlier: Keyring | None = None
        if copied.known is not None:
            self._earlier = Keyring(fixed)
            for key in copied.known.values():
                self._earlier.put(key)

    async def run(self, ready: Callable[[], Awaitable[object]]) -> None:
        """Keep the copy; without an end. ``ready`` returns when all keys have been read."""
        await self._copied.run(ready, self._all)

    @property
    def ring(self) -> Keyring:
        """See ``KeyStore.ring``."""
        try:
            return self._keys.ring
        except Unavailable:
            if self._earlier is None:
                raise
            return self._earlier

    async def put(self, key: Key) -> None:
        """See ``KeyStore.put``. It is in the copy, too, so that what is revoked here stays so at the next start."""
        await self._keys.put(key)
        await self._copied.try_settling()

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """See ``KeyStore.note_uses``."""
        await self._keys.note_uses(uses)

    def on_revoked(self, call: Callable[[Key], None]) -> None:
        """See ``KeyStore.on_revoked``."""
        self._revoked.append(call)
        self._keys.on_revoked(call)

    async def _all(self) -> Iterable[Key]:
        """All keys, now that they are known; those that were valid before and are no more were revoked meanwhile."""
        ring = self._keys.ring
        earlier, self._earlier = self._earlier, None
        for key in () if earlier is None else earlier.listed():
            if key.revoked_at is None and not ring.named(key.id):
                for call in self._revoked:
                    call(key)
        return ring.listed()
