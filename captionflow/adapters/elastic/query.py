"""A search as Elasticsearch's JSON: pure. Which turns are found, and in what order a page shows them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from captionflow.adapters.elastic.schema import WORD_FIELDS, word_language
from captionflow.folding import fold_name
from captionflow.ports import SearchQuery
from captionflow.search.query import Place, Term

MAX_COUNTS: Final = 50
"""Values a list of counts has at most, the most frequent ones."""

MAX_SESSIONS: Final = 50_000
"""Sessions that one search finds something in. With more, the ones with the fewest hits are left out."""

_EXACT: Final = 10_000
"""Values that each shard counts, so that sums over several shards are right."""

Json = dict[str, Any]


def conditions(query: SearchQuery, terms: Sequence[Term], sessions: Sequence[str] | None) -> list[Json]:
    """What every hit fulfils; ``sessions`` are the only ones that may have hits, None if all may."""
    fields = [f"words.{word_language(query.language)}"] if query.language else list(WORD_FIELDS)
    found = [_condition(term, fields) for term in terms]
    if query.speaker:
        found.append({"term": {"speaker_key": fold_name(query.speaker)}})
    if query.session:
        found.append({"term": {"session": query.session}})
    if query.language:
        found.append({"term": {"language": {"value": query.language, "case_insensitive": True}}})
    if sessions is not None:
        found.append({"terms": {"session": list(sessions)}})
    if query.hidden:
        found.append({"bool": {"must_not": {"terms": {"session": list(query.hidden)}}}})
    return found


def _condition(term: Term, fields: list[str]) -> Json:
    phrase = {"multi_match": {"query": " ".join(term.words), "type": "phrase", "fields": fields}}
    joined = term.words[0] if len(term.words) == 1 else term.joined
    if joined is None:
        return phrase
    return {"bool": {"should": [phrase, {"term": {"joined": joined}}]}}


def counting(matches: Sequence[Json]) -> Json:
    """The request that counts all hits: in total, and by session, speaker and language."""
    return {
        "query": {"bool": {"filter": list(matches)}},
        "size": 0,
        "track_total_hits": True,
        "aggregations": {
            "sessions": {"terms": {"field": "session", "size": MAX_SESSIONS}},
            "speakers": {
                "terms": {"field": "speaker_key", "size": MAX_COUNTS, "shard_size": _EXACT},
                "aggregations": {"label": {"terms": {"field": "speaker", "size": 1, "order": {"_key": "asc"}}}},
            },
            "languages": {"terms": {"field": "language", "size": MAX_COUNTS, "shard_size": _EXACT}},
        },
    }


def page(matches: Sequence[Json], sessions: Sequence[str], place: Place | None, size: int) -> Json:
    """The request for the first hits of these sessions, in this order of sessions, each in the order of its turns.

    Of the session of ``place`` only what comes after it. A hit's score is the rank of its session and nothing else.
    """
    ranks = [
        {"constant_score": {"filter": {"term": {"session": session}}, "boost": float(len(sessions) - index)}}
        for index, session in enumerate(sessions)
    ]
    only: list[Json] = [{"terms": {"session": list(sessions)}}]
    if place is not None and place.session in sessions:
        only.append(
            {
                "bool": {
                    "should": [
                        {"bool": {"must_not": {"term": {"session": place.session}}}},
                        _after(place),
                    ]
                }
            }
        )
    return {
        "query": {"bool": {"filter": [*matches, *only], "should": ranks}},
        "sort": [{"_score": "desc"}, {"language": "asc"}, {"ordinal": "asc"}, {"number": "asc"}],
        "size": size,
        "track_total_hits": False,
        "source_includes": ["part"],
    }


def _after(place: Place) -> Json:
    """The turns of a session that come after a place, by language, ordinal and number."""
    same_language: Json = {"term": {"language": place.language}}
    same_turn: Json = {"term": {"ordinal": place.ordinal}}
    later: tuple[list[Json], ...] = (
        [{"range": {"language": {"gt": place.language}}}],
        [same_language, {"range": {"ordinal": {"gt": place.ordinal}}}],
        [same_language, same_turn, {"range": {"number": {"gt": place.number}}}],
    )
    return {"bool": {"should": [{"bool": {"filter": one}} for one in later]}}


def needed(ordered: Sequence[str], counts: Mapping[str, int], place: Place | None, size: int) -> list[str]:
    """How many of the sessions a page of this size can reach into; the place's may have no more hits to give."""
    chosen: list[str] = []
    reach = 0
    for session in ordered:
        if reach >= size:
            break
        chosen.append(session)
        if place is None or session != place.session:
            reach += counts[session]
    return chosen
