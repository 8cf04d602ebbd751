"""The transcripts in Elasticsearch: one document a part, and one a stream for its progress."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.bulk import bulk
from captionflow.adapters.elastic.documents import bulk_writes
from captionflow.adapters.elastic.failures import translated
from captionflow.errors import Rejected
from captionflow.messages import Part, StepRecord, Stream
from captionflow.ports import Turns
from captionflow.transcript import ordered

PAGE: Final = 5_000
"""Documents that one search reads: more than a day in one room."""


class ElasticTurnStore:
    """``TurnStore``, on the index or alias ``read`` for reading and ``write`` for writing.

    What was written is read about a second later. Any process may write any step at any time, repeatedly or late:
    Elasticsearch compares versions.
    """

    def __init__(self, client: AsyncElasticsearch, *, read: str, write: str, page: int = PAGE) -> None:
        self._client = client
        self._read = read
        self._write = write
        self._page = page

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``.

        Raises:
            Rejected: parts that can't be stored, ever; everything else is.
        """
        writes = bulk_writes(steps)
        alias = self._write != self._read
        refused = [*writes.refused, *await bulk(self._client, self._write, writes.parts, require_alias=alias)]
        await bulk(self._client, self._write, writes.progress, require_alias=alias)
        if refused:
            raise Rejected(
                f"Elasticsearch can't take {len(refused)} of the parts; the rest is stored.", parts=tuple(refused)
            )

    async def turns(self, session: str, language: str, *, last: int | None = None) -> Turns:
        """See ``TurnStore.turns``. The head counts as no turn: with ``last`` it is left out."""
        with translated():
            found = await self._read_end(Stream(session, language), last)
        return Turns(ordered(found.parts, last=last), found.last_seq)

    async def last_seq(self, session: str, language: str) -> int:
        """See ``TurnStore.last_seq``. Never ahead of what ``turns`` reads afterwards."""
        query = self._stream_query(Stream(session, language), None)
        with translated():
            response = await self._client.search(**query, size=1)  # the progress comes before all parts
        found = _Found(None)
        found.add(response["hits"]["hits"])
        return found.last_seq

    async def _read_end(self, stream: Stream, last: int | None) -> "_Found":
        """The documents of a stream, by one search or, if that is not enough, from one frozen view of the index."""
        query = self._stream_query(stream, last)
        size = self._page if last is None else min(self._page, 4 * max(last, 0) + 50)
        found = _Found(last)
        hits = (await self._client.search(**query, size=size))["hits"]["hits"]
        if found.add(hits) or len(hits) < size:
            return found
        pit = await self._client.open_point_in_time(
            index=query.pop("index"), routing=query.pop("routing"), preference=query.pop("preference"), keep_alive="1m"
        )
        try:
            return await self._read_view(query | {"pit": {"id": pit["id"]}, "size": self._page}, last)
        finally:
            await self._client.close_point_in_time(id=pit["id"])

    async def _read_view(self, query: dict[str, Any], last: int | None) -> "_Found":
        query = {name: value for name, value in query.items() if name != "allow_partial_search_results"}
        found = _Found(last)
        after: dict[str, Any] = {}
        while True:
            hits = (await self._client.search(**query, **after))["hits"]["hits"]
            if found.add(hits) or len(hits) < self._page:
                return found
            after = {"search_after": hits[-1]["sort"]}

    def _stream_query(self, stream: Stream, last: int | None) -> dict[str, Any]:
        """Progress first; then the parts in order, or if only the last turns are wanted, backwards."""
        session, language = stream
        order = "asc" if last is None else "desc"
        return {
            "index": self._read,
            "routing": session,
            "preference": session,  # the same copy each time, so that a transcript never gets shorter
            "allow_partial_search_results": False,
            "query": {"bool": {"filter": [{"term": {"session": session}}, {"term": {"language": language}}]}},
            "sort": [{field: {"order": order, "missing": "_first"}} for field in ("ordinal", "number")],
            "source_includes": ["part", "last_seq"],
            "track_total_hits": False,
        }


class _Found:
    """What was read of a stream so far: all of it, or from its end, until there are ``last`` turns."""

    def __init__(self, last: int | None) -> None:
        self.parts: list[Part] = []
        self.last_seq = 0
        self._last = last

    def add(self, hits: Sequence[Mapping[str, Any]]) -> bool:
        """Take a page; returns whether that is enough: one turn more than wanted, as the earliest may not be whole."""
        for hit in hits:
            source = hit["_source"]
            if "part" in source:
                self.parts.append(msgspec.convert(source["part"], Part))
            else:
                self.last_seq = source["last_seq"]
        if self._last is None:
            return False
        return len({part.ordinal for part in self.parts if not part.retracted and part.ordinal}) > self._last
