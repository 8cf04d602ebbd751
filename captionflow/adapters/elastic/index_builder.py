"""Indices beside the one in use: filled, verified and swapped in."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.failures import translated
from captionflow.adapters.elastic.index_hold import IndexHold
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.scan import scan
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.errors import Conflict
from captionflow.messages import Part, StepRecord, Stream
from captionflow.ports import SpeakerNames

log = structlog.get_logger(__name__)

_IS_PART: Final[dict[str, Any]] = {"exists": {"field": "ordinal"}}
_READ: Final = ("session", "language", "part", "last_seq")
"""What is compared; the words that a part is found by are as much again."""
_IS_PROGRESS: Final[dict[str, Any]] = {"bool": {"must_not": _IS_PART}}


class _UsedNames:
    """``SpeakerNames``, which knows what it told."""

    def __init__(self, names: SpeakerNames) -> None:
        self._names = names
        self._used: dict[str, Mapping[str, str]] = {}

    async def names(self, sessions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        found = await self._names.names(sessions)
        self._used.update(found)
        return found

    async def outdated(self) -> Sequence[str]:
        """The sessions that have other names by now."""
        newest = await self._names.names(self._used.keys())
        return [session for session, names in self._used.items() if names != newest[session]]


class ElasticIndexBuilder:
    """``IndexBuilder``. With ``speakers``, parts are searched by the names that their speakers have."""

    def __init__(self, client: AsyncElasticsearch, names: Names, speakers: SpeakerNames | None = None) -> None:
        self._client = client
        self._names = names
        self._speakers = None if speakers is None else _UsedNames(speakers)
        self._indices = ElasticIndices(client, names)
        self._hold = IndexHold(client)

    async def current(self) -> str:
        """See ``IndexBuilder.current``. Its mapping is not checked: it may be the reason for the rebuild."""
        return await self._indices.behind(self._names.write)

    async def create(self) -> str:
        """See ``IndexBuilder.create``. It has our mapping."""
        await self._indices.make_templates()
        with translated():
            known = await self._client.indices.get(index=self._names.pattern, features=["aliases"])
            generations = [self._names.generation(index) or 0 for index in known]
            index = self._names.index(max(generations, default=0) + 1)
            await self._client.indices.create(index=index)
        await self._indices.check_mapping(index)
        log.info("index_made", index=index)
        return index

    async def write(self, index: str, steps: Sequence[StepRecord]) -> None:
        """See ``IndexBuilder.write``."""
        await self._store(index).apply(steps)

    async def parts(self, index: str) -> AsyncIterator[tuple[Stream, Part]]:
        """See ``IndexBuilder.parts``."""
        async for sources in scan(self._client, index, _IS_PART, only=_READ):
            for source in sources:
                yield Stream(source["session"], source["language"]), msgspec.convert(source["part"], Part)

    async def last_seqs(self, index: str) -> Mapping[Stream, int]:
        """See ``IndexBuilder.last_seqs``."""
        return {
            Stream(source["session"], source["language"]): source["last_seq"]
            async for sources in scan(self._client, index, _IS_PROGRESS, only=_READ)
            for source in sources
        }

    async def block_writes(self, index: str) -> None:
        """See ``IndexBuilder.block_writes``."""
        await self._hold.hold(index)

    async def allow_writes(self, index: str) -> None:
        """See ``IndexBuilder.allow_writes``."""
        await self._hold.release(index)

    async def swap(self, old: str, new: str) -> None:
        """See ``IndexBuilder.swap``. Both aliases go at once; the old index stays blocked.

        Names that are given while the old one is held are the index service's to follow, since it can't write there.
        """
        if self._speakers is not None:
            for session in await self._speakers.outdated():
                await self._store(new).rename(session)
        aliases = self._names.read, self._names.write
        with translated():
            await self._client.indices.update_aliases(
                actions=[
                    *({"remove": {"index": old, "alias": alias, "must_exist": True}} for alias in aliases),
                    *({"add": {"index": new, "alias": alias}} for alias in aliases),
                ]
            )
        log.info("index_exchanged", old=old, new=new)

    def _store(self, index: str) -> ElasticTurnStore:
        return ElasticTurnStore(self._client, read=index, write=index, names=self._speakers)

    async def unused(self) -> tuple[str, ...]:
        """See ``IndexBuilder.unused``."""
        with translated():
            known = await self._client.indices.get(index=self._names.pattern, features=["aliases"])
        names = [index for index, about in known.items() if not about["aliases"]]
        return tuple(sorted(names, key=lambda index: self._names.generation(index) or 0))

    async def drop(self, index: str) -> None:
        """See ``IndexBuilder.drop``."""
        if index not in await self.unused():
            raise Conflict(f"{index} is in use, or none of ours: it isn't dropped.")
        with translated():
            await self._client.indices.delete(index=index)
        log.info("index_dropped", index=index)
