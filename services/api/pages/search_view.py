"""What the search page shows: hits by session, filters with counts, and the URL of each next step. Pure."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Literal
from urllib.parse import quote, urlencode

import msgspec

from captionflow.ports import Count, Fragment, Hit, SearchPage, SearchQuery
from services.api.pages.programme import day
from services.api.pages.turn_views import anchor

MANY_STEPS = 50
"""Fewer than this are normal while people talk, and are found a moment later."""

FilterName = Literal["speaker", "event", "language", "room", "session"]

_SENTENCE_ENDS = ".!?…。\uff01\uff1f)]\"'”\u2019"
_FILTERS: tuple[FilterName, ...] = ("speaker", "event", "language", "room", "session")


class Found(msgspec.Struct, frozen=True):
    """One hit, where it is read in its place, and its words with ``…`` where they were cut out of a sentence."""

    hit: Hit
    url: str
    fragments: tuple[Fragment, ...]


class SessionHits(msgspec.Struct, frozen=True):
    """The hits of one session, in the order of its turns."""

    session: str
    title: str
    event: str
    room: str
    day: date | None
    hits: tuple[Found, ...]


class Choice(msgspec.Struct, frozen=True):
    """A value to narrow the search by, how many hits that leaves, and the URL that does it."""

    value: str
    count: int
    url: str


class Facet(msgspec.Struct, frozen=True):
    """The values of one filter that occur among the hits."""

    name: FilterName
    choices: tuple[Choice, ...]


class Chosen(msgspec.Struct, frozen=True):
    """A filter in force, and the URL without it."""

    name: FilterName
    value: str
    url: str


class SearchView(msgspec.Struct, frozen=True):
    """All the page says of one search."""

    query: SearchQuery
    total: int
    groups: tuple[SessionHits, ...]
    facets: tuple[Facet, ...]
    chosen: tuple[Chosen, ...]
    next_url: str | None
    first_url: str | None
    """Back to the first page, on any other."""
    behind: str
    """That the newest captions can't be found yet, where that is so."""


def search_query(params: Mapping[str, str]) -> SearchQuery:
    """The query that a URL asks for. Unknown parameters and empty ones mean nothing; search says what is too long."""

    def given(name: FilterName) -> str | None:
        return params.get(name, "").strip()[:200] or None

    return SearchQuery(
        text=params.get("q", "").strip(),
        speaker=given("speaker"),
        event=given("event"),
        session=given("session"),
        language=given("language"),
        room=given("room"),
        cursor=params.get("cursor") or None,
    )


def search_view(query: SearchQuery, page: SearchPage) -> SearchView:
    """One page of hits, grouped as they come: the port gives a session's hits one after the other."""
    groups = tuple(
        SessionHits(
            session=session,
            title=hits[0].session_title,
            event=hits[0].event,
            room=hits[0].room,
            day=day(hits[0].date),
            hits=tuple(Found(hit, hit_url(hit), in_context(hit.fragments)) for hit in hits),
        )
        for session, hits in ((key, list(group)) for key, group in groupby(page.hits, lambda hit: hit.session))
    )
    return SearchView(
        query=query,
        total=page.total,
        groups=groups,
        facets=_facets(query, page),
        chosen=tuple(
            Chosen(name, value, _url(query, **{name: None})) for name in _FILTERS if (value := getattr(query, name))
        ),
        next_url=_url(query, cursor=page.next) if page.next else None,
        first_url=_url(query) if query.cursor else None,
        behind=behind_in_words(page.behind),
    )


def behind_in_words(steps: int) -> str:
    """A note for people while search lacks so many steps; empty if there is nothing to say."""
    return f"The newest captions can't be found yet ({steps:,} steps behind)." if steps >= MANY_STEPS else ""


def hit_url(hit: Hit) -> str:
    """The transcript at this turn."""
    where = anchor(hit.session, hit.language, hit.turn_id, hit.part)
    return f"/s/{quote(hit.session)}?{urlencode({'lang': hit.language, 'turn': where})}#{quote(where)}"


def in_context(fragments: tuple[Fragment, ...]) -> tuple[Fragment, ...]:
    """The fragments with ``…`` before one that begins inside a sentence and after one that ends in it."""
    text = "".join(fragment.text for fragment in fragments).strip()
    if not text:
        return fragments
    before = (Fragment("… "),) if text[0].islower() else ()
    after = () if text[-1] in _SENTENCE_ENDS else (Fragment(" …"),)
    return (*before, *fragments, *after)


def _facets(query: SearchQuery, page: SearchPage) -> tuple[Facet, ...]:
    counted: tuple[tuple[FilterName, tuple[Count, ...]], ...] = (
        ("speaker", page.speakers),
        ("event", page.events),
        ("language", page.languages),
    )
    return tuple(
        Facet(name, tuple(Choice(one.value, one.count, _url(query, **{name: one.value})) for one in counts))
        for name, counts in counted
        if getattr(query, name) is None and len(counts) > 1
    )


def _url(query: SearchQuery, **changed: str | None) -> str:
    """The page of this search with some parameters changed; always its first page unless a cursor is given."""
    params = {"q": query.text} | {name: getattr(query, name) for name in _FILTERS} | changed
    return "/search?" + urlencode({name: value for name, value in params.items() if value})
