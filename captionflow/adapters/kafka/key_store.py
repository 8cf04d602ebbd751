"""The keys on Kafka: the compacted topic ``keys``, one partition; every web process keeps all in memory.

A key has a record under ``key/<id>``: the key as it is. It is written when the key is made and when it is revoked, and
what was revoked stays so whatever comes, so no two processes can contradict each other. The last use has a record
under ``use/<id>``, of which the latest time counts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.keys import Key, Keyring
from captionflow.messages import VERSION, Message
from captionflow.records import reader


class KeyUse(Message, frozen=True, omit_defaults=False):
    """A key was used."""

    id: str
    at: datetime
    v: int = VERSION


_encode = msgspec.json.Encoder().encode
_read_key = reader(Key, what="key", key=lambda key: f"key/{key.id}".encode())
_read_use = reader(KeyUse, what="use of a key", key=lambda use: f"use/{use.id}".encode())


def _read(key: bytes | None, value: bytes | None) -> Key | KeyUse:
    return _read_use(key, value) if (key or b"").startswith(b"use/") else _read_key(key, value)


class KafkaKeyStore(JournalAdapter):
    """``KeyStore``. ``fixed`` is a key that the settings have. What is known needs no broker.

    ``on_change`` is told of each key that is new or revoked, by whatever process.
    """

    def __init__(
        self, kafka: Kafka, fixed: Key | None = None, *, on_change: Callable[[Key], None] = lambda _: None
    ) -> None:
        self.skipped = Skipped()
        self._on_change = on_change
        self._ring = Keyring(fixed)
        self._revoked: list[Callable[[Key], None]] = []
        self._journal = Journal(kafka, kafka.keys, self._take, start="kept")

    @property
    def ring(self) -> Keyring:
        """See ``KeyStore.ring``."""
        self._journal.check()
        return self._ring

    async def put(self, key: Key) -> None:
        """See ``KeyStore.put``."""
        self._journal.check()
        await self._journal.append(f"key/{key.id}".encode(), _encode(key))

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        """See ``KeyStore.note_uses``."""
        self._journal.check()
        for key, at in uses.items():
            await self._journal.append(f"use/{key}".encode(), _encode(KeyUse(key, at)))

    def on_revoked(self, call: Callable[[Key], None]) -> None:
        """See ``KeyStore.on_revoked``."""
        self._revoked.append(call)

    async def _take(self, records: Sequence[Record]) -> None:
        for _, found in self.skipped.readable(records, _read):
            if isinstance(found, KeyUse):
                self._ring.use([(found.id, found.at)])
                continue
            if self._ring.put(found):
                for call in self._revoked:
                    call(found)
            self._on_change(found)
