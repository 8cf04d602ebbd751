"""Holding an index: while a rebuild verifies its successor, nothing can be written to it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import structlog
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.failures import translated
from captionflow.errors import CaptionflowError
from captionflow.index_building import HELD_SECONDS

log = structlog.get_logger(__name__)

FORGOTTEN_SECONDS: Final = 2 * HELD_SECONDS
"""A hold that is older than this is nobody's any more: who held it was killed."""
_LOOK_SECONDS: Final = 60.0
_MARK: Final = "held"
"""In the metadata of the mapping: which hold it is. A write block without it is somebody else's, and is left alone."""


class IndexHold:
    """A write block that says whose it is, so that one that was forgotten can be lifted."""

    def __init__(self, client: AsyncElasticsearch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._seen: tuple[str, float] | None = None

    async def hold(self, index: str) -> None:
        """Return when nothing can be written to it any more."""
        with translated():
            await self._mark(index, uuid4().hex)
            await self._client.indices.add_block(index=index, block="write")
        log.info("index_held", index=index)

    async def release(self, index: str) -> None:
        """Let writes through again; also one that is not held."""
        with translated():
            await self._client.indices.put_settings(index=index, settings={"index.blocks.write": None})
            await self._mark(index, None)

    async def lift_forgotten(self, alias: str) -> None:
        """Release the index behind an alias if this process has seen the same hold for FORGOTTEN_SECONDS."""
        with translated():
            found = await self._client.indices.get_mapping(index=alias)
        for index, about in found.items():
            mark = about["mappings"].get("_meta", {}).get(_MARK)
            if mark is None:
                self._seen = None
            elif self._seen is None or self._seen[0] != mark:
                self._seen = mark, self._clock()
            elif self._clock() - self._seen[1] >= FORGOTTEN_SECONDS:
                await self.release(index)
                log.warning("index_released", index=index, reason="The rebuild that held it has not let go of it.")

    async def watch(self, alias: str) -> None:
        """Look once a minute, until cancelled."""
        while True:
            try:
                await self.lift_forgotten(alias)
            except CaptionflowError as error:  # whoever writes says so
                log.debug("index_not_looked_at", reason=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _mark(self, index: str, mark: str | None) -> None:
        mapping = (await self._client.indices.get_mapping(index=index))[index]["mappings"]
        meta: dict[str, Any] = {name: value for name, value in mapping.get("_meta", {}).items() if name != _MARK}
        await self._client.indices.put_mapping(index=index, meta=meta | ({} if mark is None else {_MARK: mark}))
