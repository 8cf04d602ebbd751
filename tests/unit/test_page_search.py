"""What the search page shows (services.api.pages.search_view)."""

from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from captionflow.ports import Count, Fragment, Hit, SearchPage, SearchQuery
from services.api.pages.rendering import page as render
from services.api.pages.search_view import MANY_STEPS, hit_url, in_context, search_query, search_view
from services.cli.search_results import summary


def hit(session: str = "opening", **fields: Any) -> Hit:
    plain: dict[str, Any] = {
        "session": session,
        "session_title": "Opening",
        "event": "Forum",
        "room": "Room 3",
        "date": "2026-01-01",
        "language": "en",
        "turn_id": f"{session}.en.12",
        "part": 0,
        "ordinal": 1,
        "speaker": "ANNA",
        "fragments": (Fragment("We "), Fragment("agree", hit=True), Fragment(".")),
    }
    return Hit(**plain | fields)


def params(url: str | None) -> dict[str, list[str]]:
    assert url is not None
    assert urlsplit(url).path == "/search"
    return parse_qs(urlsplit(url).query)


def test_a_url_asks_for_words_and_filters_and_empty_ones_mean_nothing() -> None:
    asked = search_query({"q": "  one-stop ", "speaker": " ANNA ", "room": " ", "other": "x", "cursor": ""})
    assert asked == SearchQuery(text="one-stop", speaker="ANNA")
    every = {"speaker": "a", "event": "b", "session": "c", "language": "d", "room": "e", "cursor": "f"}
    assert search_query({"q": "x", **every}) == SearchQuery(text="x", **every)
    assert search_query({}) == SearchQuery(text="")


def test_a_filter_that_nobody_types_is_cut_and_the_words_never_are() -> None:
    asked = search_query({"q": "x" * 10_000, "speaker": "y" * 10_000})
    assert asked.text == "x" * 10_000  # search says that they are too long
    assert asked.speaker is not None
    assert len(asked.speaker) < 1_000


def test_hits_are_grouped_by_session_in_the_order_they_come() -> None:
    hits = (hit("b"), hit("b", part=1, turn_id="b.en.12"), hit("a", date="sometime"))
    view = search_view(SearchQuery("x"), SearchPage(hits=hits, total=3))
    assert [(group.session, len(group.hits), group.day) for group in view.groups] == [
        ("b", 2, date(2026, 1, 1)),
        ("a", 1, None),
    ]
    assert (view.groups[0].title, view.groups[0].event, view.groups[0].room) == ("Opening", "Forum", "Room 3")
    assert view.total == 3


def test_a_hit_leads_to_its_very_turn_and_part() -> None:
    assert hit_url(hit()) == "/s/opening?lang=en&turn=t12#t12"
    assert (
        hit_url(hit(part=2, language="zh-Hant", turn_id="opening.zh-Hant.3.1"))
        == "/s/opening?lang=zh-Hant&turn=t3.1-p2#t3.1-p2"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("We agree.", "We agree."),
        ("we agree.", "… we agree."),
        ("We agree", "We agree …"),
        ("and so on, we", "… and so on, we …"),
        ("大家好。", "大家好。"),
        ("“We agree.”", "“We agree.”"),
        (" ", " "),
    ],
)
def test_an_ellipsis_shows_where_a_sentence_was_cut(text: str, shown: str) -> None:
    assert "".join(one.text for one in in_context((Fragment(text),))) == shown


def test_a_hit_without_words_stays_as_it_is() -> None:
    assert in_context(()) == ()


def test_filters_offer_what_narrows_and_keep_the_search() -> None:
    page = SearchPage(
        hits=(),
        total=5,
        speakers=(Count("ANNA & CO", 3), Count("BEN", 2)),
        events=(Count("Forum", 5),),
        languages=(Count("en", 4), Count("fr", 1)),
    )
    view = search_view(SearchQuery("one stop", room="Room 3", cursor="abc"), page)
    assert [(facet.name, len(facet.choices)) for facet in view.facets] == [("speaker", 2), ("language", 2)]
    choice = view.facets[0].choices[0]
    assert (choice.value, choice.count) == ("ANNA & CO", 3)
    assert params(choice.url) == {"q": ["one stop"], "room": ["Room 3"], "speaker": ["ANNA & CO"]}


def test_a_filter_in_force_can_be_taken_away_and_is_not_offered_again() -> None:
    page = SearchPage(hits=(), total=1, speakers=(Count("ANNA", 1), Count("BEN", 1)))
    view = search_view(SearchQuery("x", speaker="ANNA", language="en"), page)
    assert view.facets == ()
    assert [(one.name, one.value, params(one.url)) for one in view.chosen] == [
        ("speaker", "ANNA", {"q": ["x"], "language": ["en"]}),
        ("language", "en", {"q": ["x"], "speaker": ["ANNA"]}),
    ]


def test_pages_lead_on_and_back_to_the_first() -> None:
    first = search_view(SearchQuery("x"), SearchPage(hits=(), total=9, next="abc"))
    assert (params(first.next_url), first.first_url) == ({"q": ["x"], "cursor": ["abc"]}, None)
    last = search_view(SearchQuery("x", cursor="abc"), SearchPage(hits=(), total=9))
    assert (last.next_url, params(last.first_url)) == (None, {"q": ["x"]})


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (0, ""),
        (MANY_STEPS - 1, ""),
        (1_200, "The newest captions can't be found yet (1,200 steps behind)."),
    ],
)
@pytest.mark.parametrize(
    ("hits", "count"), [((), "Nothing was found: try fewer or other words."), ((hit(),), "1 hit.")]
)
def test_a_search_that_is_behind_says_so_on_the_page_and_in_the_terminal(
    steps: int, told: str, hits: tuple[Hit, ...], count: str
) -> None:
    page = SearchPage(hits=hits, total=len(hits), behind=steps)
    view = search_view(SearchQuery("agree"), page)
    assert view.behind == told
    shown = unescape(bytes(render("search.html", view=view, trouble=None).body).decode())
    assert ("The newest captions" in shown, told in shown) == (bool(told), True)
    assert summary(page) == f"{count} {told}".strip()
