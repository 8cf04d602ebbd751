"""Where the keys are, for the command line: in a store that it opens, or with a running captionflow."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

import msgspec

from captionflow.errors import InUse
from captionflow.settings import sent_key
from captionflow.wiring.embedded import open_embedded
from services.cli.remote import ask, connected, pages
from services.http.paging import MAX_PAGE
from services.sessions.audit_log import AuditLog
from services.sessions.key_desk import KeyDesk
from services.sessions.key_view import KeyView, MadeKey, made, view

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from captionflow.settings import Settings
    from services.sessions.key_drafts import KeyDraft


class Keys(Protocol):
    """The keys, wherever they are."""

    def list(self) -> AsyncIterator[KeyView]:
        """All of them, a page in memory at a time."""

    async def create(self, draft: KeyDraft) -> MadeKey:
        """Make one."""

    async def rotate(self, name: str) -> MadeKey:
        """Put a new one in its place."""

    async def revoke(self, name: str) -> None:
        """Let nobody in with it."""


class _Here:
    """In a store that this process has open."""

    def __init__(self, desk: KeyDesk) -> None:
        self._desk = desk

    async def list(self) -> AsyncIterator[KeyView]:
        ring = self._desk.keys.ring
        for key in ring.listed():
            yield view(key, ring)

    async def create(self, draft: KeyDraft) -> MadeKey:
        return made(*await self._desk.create(draft))

    async def rotate(self, name: str) -> MadeKey:
        return made(*await self._desk.rotate(name))

    async def revoke(self, name: str) -> None:
        await self._desk.revoke(name)


class _There:
    """Of a running captionflow."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def list(self) -> AsyncIterator[KeyView]:
        async for page in pages(self._client, f"/v1/keys?limit={MAX_PAGE}"):
            for key in msgspec.json.decode(page, type=list[KeyView]):
                yield key

    async def create(self, draft: KeyDraft) -> MadeKey:
        body = {name: value for name, value in msgspec.structs.asdict(draft).items() if value is not None}
        return msgspec.json.decode(await self._ask("POST", "", body), type=MadeKey)

    async def rotate(self, name: str) -> MadeKey:
        return msgspec.json.decode(await self._ask("POST", f"/{quote(name, safe='')}/rotate"), type=MadeKey)

    async def revoke(self, name: str) -> None:
        await self._ask("DELETE", f"/{quote(name, safe='')}")

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        return await ask(self._client, method, f"/v1/keys{path}", json=body)


@asynccontextmanager
async def open_keys(settings: Settings, url: str | None) -> AsyncIterator[Keys]:
    """``url`` is a running captionflow; without it, see the module of the commands."""
    if url is None and settings.kafka:
        from captionflow.wiring.tools import open_keys as on_kafka  # noqa: PLC0415 - who has no Kafka has no client of it

        async with on_kafka(settings) as (keys, audit):
            yield _Here(KeyDesk(keys, AuditLog(audit)))
        return
    if url is None:
        try:
            async with open_embedded(settings) as ports:
                yield _Here(KeyDesk(ports.keys, AuditLog(ports.audit)))
                return
        except InUse as error:
            if error.url is None:
                raise
            url = error.url
    async with connected(url, sent_key(settings)) as client:
        yield _There(client)
