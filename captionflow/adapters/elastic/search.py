"""Search in Elasticsearch: the same turns, counts and pages as in SQLite."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, Final

import msgspec
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.client import REQUEST_SECONDS
from captionflow.adapters.elastic.failures import translated
from captionflow.adapters.elastic.query import MAX_COUNTS, conditions, counting, needed, page
from captionflow.cursors import write_cursor
from captionflow.errors import NotFound
from captionflow.folding import fold_name
from captionflow.messages import Part, Session
from captionflow.ports import Count, SearchPage, SearchQuery, SessionFilter, SessionStore
from captionflow.search.highlight import hit_of
from captionflow.search.query import Place, fingerprint, read_query

_TIMEOUT: Final = f"{REQUEST_SECONDS:g}s"
"""How long a shard may search: no longer than its answer is waited for."""

_Key = tuple[str, str, str]
"""Where a session stands among the others: date, start, id."""


class ElasticSearch:
    """``Search``, on the index or alias ``index``. What sessions are about comes from the session store.

    Finds what was written about a second ago, or at the next refresh.
    """

    def __init__(self, client: AsyncElasticsearch, sessions: SessionStore, *, index: str) -> None:
        self._client = client
        self._sessions = sessions
        self._index = index

    async def search(self, query: SearchQuery) -> SearchPage:
        """See ``Search.search``; raises ``BadMessage`` as ``read_query`` does."""
        terms, place, hopeless = read_query(query)
        if hopeless:
            return SearchPage((), 0)
        among = None
        if query.event or query.room:
            wanted = SessionFilter(event=query.event or None, room=query.room or None)
            among = [session.id for session in await self._sessions.list(wanted)]
        matches = conditions(query, terms, among)
        counted = await self._ask(counting(matches))
        counts = {bucket["key"]: bucket["doc_count"] for bucket in _buckets(counted, "sessions")}
        about = await self._about(counts)
        found = await self._page(matches, counts, about, place, query.limit + 1)
        shown = []
        for part in found[: query.limit]:
            shown.append(hit_of(part, about.get(part.session), terms))
            await asyncio.sleep(0)  # a page of them would hold the loop
        last = found[query.limit - 1] if len(found) > query.limit else None
        return SearchPage(
            hits=tuple(shown),
            total=counted["hits"]["total"]["value"],
            speakers=_speakers(_buckets(counted, "speakers")),
            events=_events(counts, about),
            languages=tuple(Count(one["key"], one["doc_count"]) for one in _buckets(counted, "languages")),
            next=None if last is None else write_cursor(_place(query, last, about)),
        )

    async def _page(
        self,
        matches: list[dict[str, Any]],
        counts: Mapping[str, int],
        about: Mapping[str, Session],
        place: Place | None,
        size: int,
    ) -> list[Part]:
        keys = {session: _key(session, about) for session in counts}
        from_key = None if place is None else (place.date, place.starts_at, place.session)
        ordered = sorted((one for one in counts if from_key is None or keys[one] <= from_key), key=keys.__getitem__)
        chosen = needed(ordered[::-1], counts, place, size)
        if not chosen:
            return []
        response = await self._ask(page(matches, chosen, place, size))
        return [msgspec.convert(hit["_source"]["part"], Part) for hit in response["hits"]["hits"]]

    async def _ask(self, request: dict[str, Any]) -> Any:
        """The response. A caller that is cancelled meanwhile closes the connection, and with it ends the search."""
        with translated():
            return await self._client.search(
                index=self._index, allow_partial_search_results=False, timeout=_TIMEOUT, **request
            )

    async def _about(self, sessions: Iterable[str]) -> dict[str, Session]:
        found: dict[str, Session] = {}
        for session in sessions:
            try:
                found[session] = await self._sessions.get(session)
            except NotFound:  # it was not announced
                continue
        return found


def _buckets(response: Any, name: str) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = response["aggregations"][name]["buckets"]
    return found


def _speakers(buckets: Sequence[Mapping[str, Any]]) -> tuple[Count, ...]:
    found = []
    for bucket in buckets:
        labels = bucket["label"]["buckets"]
        found.append(Count(labels[0]["key"] if labels else bucket["key"], bucket["doc_count"]))
    return tuple(found)


def _events(counts: Mapping[str, int], about: Mapping[str, Session]) -> tuple[Count, ...]:
    hits: Counter[str] = Counter()
    names: dict[str, str] = {}
    for session, known in about.items():
        if key := fold_name(known.event):
            hits[key] += counts[session]
            names[key] = min(known.event, names.get(key, known.event))
    ranked = sorted(hits.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(names[key], count) for key, count in ranked[:MAX_COUNTS])


def _key(session: str, about: Mapping[str, Session]) -> _Key:
    known = about.get(session)
    if known is None:
        return "", "", session
    starts_at = known.starts_at.astimezone(UTC).isoformat(timespec="microseconds") if known.starts_at else ""
    return known.date or "", starts_at, session


def _place(query: SearchQuery, last: Part, about: Mapping[str, Session]) -> Place:
    return Place(fingerprint(query), *_key(last.session, about), last.language, last.ordinal, last.number)
