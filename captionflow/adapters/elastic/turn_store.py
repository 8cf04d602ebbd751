"""The transcripts in Elasticsearch: one document a part, and one a stream for its progress."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final

import msgspec
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.bulk import Bulk
from captionflow.adapters.elastic.documents import Write, bulk_writes, part_write
from captionflow.adapters.elastic.failures import translated
from captionflow.adapters.elastic.scan import scan
from captionflow.errors import Rejected
from captionflow.messages import Part, StepRecord, Stream
from captionflow.ports import SpeakerNames
from captionflow.transcript import named
from captionflow.turns import THE_END, THE_START, WINDOW, Place, Turns, Window, place_of, whole, window

PAGE: Final = 2 * WINDOW
"""Documents that one search of a whole transcript reads."""


class ElasticTurnStore:
    """``TurnStore``, on the index or alias ``read`` for reading and ``write`` for writing.

    What was written is read about a second later. Any process may write any step at any time, repeatedly or late:
    Elasticsearch compares versions.

    With ``names``, parts are searched by the names that their speakers have when they are written. Whoever writes looks
    again when that is done, so a part has either the names that hold then, or was there before they were given: then
    ``rename``, called after that, changes it. So it does not matter which process knows of a name first.
    """

    def __init__(
        self,
        client: AsyncElasticsearch,
        *,
        read: str,
        write: str,
        names: SpeakerNames | None = None,
        page: int = PAGE,
    ) -> None:
        self._client = client
        self._read = read
        self._bulk = Bulk(client, write, require_alias=write != read)
        self._names = names
        self._page = page

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``.

        Raises:
            Rejected: parts that can't be stored, ever; everything else is.
        """
        given = {part.session for step in steps for part in step.parts if part.given}
        names = await self._names_of(given)
        while True:
            writes = bulk_writes(steps, names)
            refused = [*writes.refused, *await self._bulk.make(writes.parts)]
            newer = await self._names_of(given)
            if newer == names:
                break
            names = newer
        await self._bulk.make(writes.progress)
        if refused:
            raise Rejected(
                f"Elasticsearch can't take {len(refused)} of the parts; the rest is stored.", parts=tuple(refused)
            )

    async def rename(self, session: str) -> None:
        """Let what a session's speakers said be found by the names that they have now.

        Raises:
            Unavailable: do it again.
        """
        names = (await self._names_of({session})).get(session, {})
        query = {"bool": {"filter": [{"term": {"session": session}}, {"exists": {"field": "speaker_key"}}]}}
        async with aclosing(scan(self._client, self._read, query, routing=session)) as pages:
            async for sources in pages:
                await self._bulk.make([write for source in sources if (write := _renamed(source, names))])

    async def _names_of(self, sessions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        return await self._names.names(sessions) if sessions and self._names is not None else {}

    async def turns(self, session: str, language: str) -> Turns:
        """See ``TurnStore.turns``."""
        return await whole(self.pages(session, language))

    async def window(
        self, session: str, language: str, *, after: Place | None = None, before: Place = THE_END, limit: int = WINDOW
    ) -> Window:
        """See ``TurnStore.window``."""
        last_seq = await self.last_seq(session, language)
        backwards = after is None
        query = self._stream_query(Stream(session, language), backwards=backwards)
        place = before if after is None else after
        found: list[Part] = []
        more = True
        while more and len(found) <= limit:
            with translated():
                response = await self._client.search(**query, size=limit + 1, search_after=list(place))
            read = _parts(response)
            found += [part for part in read if not part.retracted]
            more = len(read) > limit
            if read:
                place = place_of(read[-1])
        return window(found[: limit + 1], last_seq, limit, backwards=backwards)

    async def pages(self, session: str, language: str) -> AsyncGenerator[Turns]:
        """See ``TurnStore.pages``: one frozen view of the index."""
        last_seq = await self.last_seq(session, language)
        query = self._stream_query(Stream(session, language), backwards=False)
        frozen = {name: query.pop(name) for name in ("index", "routing", "preference")}
        del query["allow_partial_search_results"]
        with translated():
            pit = await self._client.open_point_in_time(**frozen, keep_alive="1m")
        place = THE_START
        try:
            while True:
                with translated():
                    response = await self._client.search(
                        **query, pit={"id": pit["id"]}, size=self._page, search_after=list(place)
                    )
                read = _parts(response)
                yield Turns(tuple(part for part in read if not part.retracted), last_seq)
                if len(read) < self._page:
                    return
                place = place_of(read[-1])
        finally:
            with translated():
                await self._client.close_point_in_time(id=pit["id"])

    async def place(self, session: str, language: str, turn_id: str, number: int = 0) -> Place | None:
        """See ``TurnStore.place``."""
        query = self._stream_query(Stream(session, language), backwards=False)
        query["query"]["bool"]["filter"].append({"ids": {"values": [f"{turn_id}/{number}"]}})
        with translated():
            found = _parts(await self._client.search(**query, size=1))
        return next((place_of(part) for part in found if not part.retracted), None)

    async def last_seq(self, session: str, language: str) -> int:
        """See ``TurnStore.last_seq``. Never ahead of what is read afterwards."""
        query = self._stream_query(Stream(session, language), backwards=False)
        with translated():
            response = await self._client.search(**query, size=1)  # the progress comes before all parts
        return next((hit["_source"].get("last_seq", 0) for hit in response["hits"]["hits"]), 0)

    def _stream_query(self, stream: Stream, *, backwards: bool) -> dict[str, Any]:
        """Progress first; then the parts in order, or backwards."""
        session, language = stream
        order = "desc" if backwards else "asc"
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


def _parts(response: Any) -> list[Part]:
    """The parts of an answer, retracted ones too, as they come."""
    sources = (hit["_source"] for hit in response["hits"]["hits"])
    return [msgspec.convert(source["part"], Part) for source in sources if "part" in source]


def _renamed(source: dict[str, Any], names: Mapping[str, str]) -> Write | None:
    """The write of a part whose speaker has another name than it is found by."""
    part = msgspec.convert(source["part"], Part)
    if named([part], names)[0].speaker == source.get("speaker"):
        return None
    return part_write(Stream(source["session"], source["language"]), part, names)
