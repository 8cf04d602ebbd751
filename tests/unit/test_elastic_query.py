from captionflow.adapters.distributed.elastic_query import conditions, needed, page
from captionflow.adapters.embedded.search_query import Place, parse
from captionflow.ports import SearchQuery

COUNTS = {"a": 3, "b": 10, "c": 1, "d": 5}


def place(session: str) -> Place:
    return Place("", "", "", session, "en", 1, 0)


def test_a_page_asks_for_no_more_sessions_than_it_can_reach() -> None:
    assert needed("abcd", COUNTS, None, 3) == ["a"]
    assert needed("abcd", COUNTS, None, 4) == ["a", "b"]
    assert needed("abcd", COUNTS, None, 100) == ["a", "b", "c", "d"]
    assert needed("", COUNTS, None, 3) == []


def test_the_session_that_a_page_goes_on_in_may_have_no_more_to_give() -> None:
    assert needed("abcd", COUNTS, place("a"), 10) == ["a", "b"]
    assert needed("abcd", COUNTS, place("gone"), 3) == ["a"]


def test_sessions_come_in_the_order_that_was_asked_for() -> None:
    ranks = page([], ["new", "old"], None, 10)["query"]["bool"]["should"]
    assert [rank["constant_score"]["boost"] for rank in ranks] == [2.0, 1.0]


def test_one_language_is_searched_in_its_own_field_and_all_in_all() -> None:
    def fields(query: SearchQuery) -> list[str]:
        (word, *_) = conditions(query, parse(query.text), None)
        found: list[str] = word["bool"]["should"][0]["multi_match"]["fields"]
        return found

    assert fields(SearchQuery("hello", language="en-GB")) == ["words.en"]
    assert fields(SearchQuery("hello", language="tlh")) == ["words.other"]
    assert len(fields(SearchQuery("hello"))) == 9


def test_a_filter_that_no_session_passes_finds_nothing() -> None:
    assert {"terms": {"session": []}} in conditions(SearchQuery("hello", event="x"), parse("hello"), [])
