"""What a search asks for, and where its pages go on (captionflow.search.query)."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.cursors import write_cursor
from captionflow.errors import BadMessage
from captionflow.ports import SearchQuery
from captionflow.search.query import (
    MAX_LIMIT,
    MAX_TEXT_CHARS,
    Place,
    Term,
    decode_cursor,
    expression,
    fingerprint,
    parse,
    read_query,
)

QUERY = SearchQuery("one stop", room="Room 3")
PLACE = Place(fingerprint(QUERY), "2026-01-01", "", "opening", "en", 7, 0)


def asked(text: str) -> list[tuple[str, ...]]:
    return [term.words for term in parse(text)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("one stop", [("one",), ("stop",)]),
        ('"one stop" shop', [("one", "stop"), ("shop",)]),
        ("“one stop” „two“ ”three”", [("one", "stop"), ("two",), ("three",)]),
        ("one-stop", [("one", "stop")]),
        ("ONE one Öne", [("one",)]),
        ('one" stop', [("one",), ("stop",)]),
        ('"one stop', [("one",), ("stop",)]),
        ('""', []),
        ("-- … 🎤", []),
        ("", []),
        ("AND NEAR(x) OR* words:y ^z", [("and",), ("near", "x"), ("or",), ("words", "y"), ("z",)]),
    ],
)
def test_words_and_phrases_are_found_and_nothing_is_an_operator(text: str, terms: list[tuple[str, ...]]) -> None:
    assert asked(text) == terms


def test_what_joiners_joined_is_asked_for_as_one_word_too() -> None:
    assert parse("one-stop") == (Term(("one", "stop"), "onestop"),)
    assert parse('"one-stop shop"') == (Term(("one", "stop", "shop")),)


def test_an_expression_quotes_every_word() -> None:
    assert expression(parse('and "one stop" co-chair')) == (
        '"and" AND words : "one stop" AND (words : "co chair" OR joined : "cochair")'
    )


@given(st.text(max_size=200))
def test_whatever_was_typed_every_quote_of_an_expression_closes(text: str) -> None:
    terms = parse(text)
    assert expression(terms).count('"') % 2 == 0
    assert all(word and '"' not in word for term in terms for word in term.words)


def test_a_search_that_is_too_long_is_refused_with_the_limit() -> None:
    assert parse("x" * MAX_TEXT_CHARS)
    with pytest.raises(BadMessage, match="at most 1000 characters, this one has 10000"):
        parse("x" * 10_000)


def test_a_cursor_leads_back_to_its_place_and_is_safe_in_a_url() -> None:
    cursor = write_cursor(PLACE)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(msgspec.structs.replace(QUERY, cursor=cursor)) == PLACE


def test_a_search_without_a_cursor_begins_at_the_beginning() -> None:
    assert decode_cursor(QUERY) is None


def test_a_cursor_holds_for_pages_of_any_size() -> None:
    assert decode_cursor(msgspec.structs.replace(QUERY, limit=50, cursor=write_cursor(PLACE))) == PLACE


@pytest.mark.parametrize("other", [SearchQuery("one stop"), SearchQuery("two", room="Room 3")])
def test_the_cursor_of_another_search_is_refused(other: SearchQuery) -> None:
    with pytest.raises(BadMessage, match="another search"):
        decode_cursor(msgspec.structs.replace(other, cursor=write_cursor(PLACE)))


@pytest.mark.parametrize("numbers", [{"ordinal": -1}, {"number": -1}, {"ordinal": 2**63}, {"number": 2**63}])
def test_a_cursor_with_a_place_that_cannot_be_is_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(BadMessage):
        decode_cursor(msgspec.structs.replace(QUERY, cursor=write_cursor(msgspec.structs.replace(PLACE, **numbers))))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "!!!!",
        "AAAA",
        base64.urlsafe_b64encode(b'["a"]').decode(),
        base64.urlsafe_b64encode(b"[" * 99).decode(),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(BadMessage, match="not one of ours"):
        decode_cursor(msgspec.structs.replace(QUERY, cursor=cursor))


def test_a_search_with_a_lone_surrogate_has_a_fingerprint() -> None:
    assert fingerprint(SearchQuery("\ud800")) != fingerprint(SearchQuery("\ud801"))


def test_a_query_needs_words_or_a_speaker() -> None:
    assert read_query(SearchQuery(text="", speaker="Ana")) == ((), None, False)
    with pytest.raises(BadMessage, match="words, or a speaker"):
        read_query(SearchQuery(text="  "))


def test_signs_alone_match_no_word() -> None:
    assert read_query(SearchQuery(text="?!")).hopeless
    assert not read_query(SearchQuery(text="what?!")).hopeless


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_a_page_has_a_size_that_can_be(limit: int) -> None:
    with pytest.raises(BadMessage, match="hits"):
        read_query(SearchQuery(text="word", limit=limit))
