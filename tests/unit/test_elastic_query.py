from captionflow.adapters.elastic.query import conditions, counting, needed, page
from captionflow.adapters.elastic.schema import Names
from captionflow.ports import SearchQuery
from captionflow.search.query import Place, parse

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


def test_each_filter_is_a_condition_of_every_hit() -> None:
    query = SearchQuery("hello", speaker="José  LUIS", session="talk", language="en-GB")
    assert conditions(query, parse("hello"), None)[1:] == [
        {"term": {"speaker_key": "jose luis"}},
        {"term": {"session": "talk"}},
        {"term": {"language": {"value": "en-GB", "case_insensitive": True}}},
    ]


def test_sessions_that_must_not_be_seen_have_no_hits() -> None:
    hidden = SearchQuery("hello", hidden=("a", "b"))
    assert {"bool": {"must_not": {"terms": {"session": ["a", "b"]}}}} in conditions(hidden, parse("hello"), None)


def test_a_phrase_is_found_as_a_phrase_and_a_word_with_joiners_also_as_one() -> None:
    phrase, joined = conditions(SearchQuery(""), parse('"net neutrality" multi-stakeholder'), None)
    assert phrase["multi_match"]["query"] == "net neutrality"
    assert phrase["multi_match"]["type"] == "phrase"
    assert [next(iter(way)) for way in joined["bool"]["should"]] == ["multi_match", "term"]
    assert joined["bool"]["should"][1] == {"term": {"joined": "multistakeholder"}}


def test_counting_counts_every_hit_and_returns_none() -> None:
    matches = conditions(SearchQuery("hello"), parse("hello"), None)
    request = counting(matches)
    assert request["query"]["bool"]["filter"] == matches
    assert (request["size"], request["track_total_hits"]) == (0, True)
    assert set(request["aggregations"]) == {"sessions", "speakers", "languages"}


def test_a_page_goes_on_right_after_the_last_hit_and_leaves_other_sessions_whole() -> None:
    only, rest = page([], ["a", "b"], Place("", "", "", "a", "en", 7, 1), 10)["query"]["bool"]["filter"]
    assert only == {"terms": {"session": ["a", "b"]}}
    others, after = rest["bool"]["should"]
    assert others == {"bool": {"must_not": {"term": {"session": "a"}}}}
    assert [way["bool"]["filter"] for way in after["bool"]["should"]] == [
        [{"range": {"language": {"gt": "en"}}}],
        [{"term": {"language": "en"}}, {"range": {"ordinal": {"gt": 7}}}],
        [{"term": {"language": "en"}}, {"term": {"ordinal": 7}}, {"range": {"number": {"gt": 1}}}],
    ]
    assert len(page([], ["b"], Place("", "", "", "a", "en", 7, 1), 10)["query"]["bool"]["filter"]) == 1


def test_what_is_read_and_what_is_written_are_two_names() -> None:
    assert (Names("forum").read, Names("forum").write) == ("forum-turns", "forum-turns-write")
