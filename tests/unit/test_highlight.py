"""Which stretch of a part a hit shows, and which of its words are marked (captionflow.search.highlight)."""

import itertools
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.folding import words
from captionflow.messages import Note, Part, Session, Stamp
from captionflow.search.highlight import STRETCH_CHARS, fragments, hit_of, hits
from captionflow.search.query import parse

TEXTS = st.lists(
    st.sampled_from(["one-stop", "Café", "stop", "one", "and", "shop.", "x" * 60, "語", "--", "🎤"]), max_size=80
).map(" ".join)
QUERIES = st.sampled_from(
    ["stop", "one", '"one stop"', "onestop", "cafe", "語", '"and shop"', "absent", "", "one-stop stop"]
)


def marked(text: str, query: str) -> str:
    return "".join(f"<{one.text}>" if one.hit else one.text for one in fragments(text, parse(query))[0])


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("cafe", "The <CAFÉ> is a one‑stop shop."),
        ("one-stop", "The CAFÉ is a <one‑stop> shop."),
        ("onestop", "The CAFÉ is a <one‑stop> shop."),
        ('"one stop"', "The CAFÉ is a <one‑stop> shop."),
        ("stop one", "The CAFÉ is a <one>‑<stop> shop."),
        ('"a one" "one stop"', "The CAFÉ is <a one‑stop> shop."),
        ('"stop the"', "The CAFÉ is a one‑stop shop."),
        ('"shop and more"', "The CAFÉ is a one‑stop shop."),
        ("absent", "The CAFÉ is a one‑stop shop."),
        ("", "The CAFÉ is a one‑stop shop."),
    ],
)
def test_what_was_searched_for_is_marked_as_it_is_written(query: str, shown: str) -> None:
    assert marked("The CAFÉ is a one‑stop shop.", query) == shown


@given(TEXTS, QUERIES)
def test_a_fragment_is_a_verbatim_stretch_between_words(text: str, query: str) -> None:
    found, first = fragments(text, parse(query))
    shown = "".join(one.text for one in found)
    start = text.index(shown)
    assert all(one.text for one in found)
    assert not (text[:start] and text[start - 1].isalnum())
    assert not any(
        text[start + len(shown) : start + len(shown) + 1].isalnum() and char.isalnum() for char in shown[-1:]
    )
    assert (first is not None) == any(one.hit for one in found)
    assert len(shown) <= STRETCH_CHARS + 60


@given(TEXTS, QUERIES)
def test_hits_are_in_order_and_apart_from_each_other(text: str, query: str) -> None:
    spans = hits(words(text), parse(query))
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(TEXTS, QUERIES)
def test_where_words_were_found_one_of_them_is_shown(text: str, query: str) -> None:
    terms = parse(query)
    spans = hits(words(text), terms)
    found, first = fragments(text, terms)
    assert any(one.hit for one in found) is bool(spans)
    assert first is None or first in {start for start, _ in spans}


def test_the_stretch_is_the_one_with_the_most_hits() -> None:
    text = "stop " + "and so on " * 60 + "stop stop stop" + " and more" * 60
    shown = marked(text, "stop")
    assert shown.count("<stop>") == 3
    assert "and so on <stop> <stop> <stop> and more" in shown
    assert len(shown) < STRETCH_CHARS + 30


def test_of_equal_stretches_the_first_is_shown() -> None:
    text = "One stop. " + "and so on " * 60 + "two stop."
    assert marked(text, "stop").startswith("One <stop>.")


def test_a_phrase_longer_than_the_stretch_is_shown_whole() -> None:
    phrase = " ".join(f"word{n}" for n in range(80))
    assert f"<{phrase}>" in marked(f"Before {phrase} after.", f'"{phrase}"')


def test_without_hits_the_beginning_is_shown() -> None:
    text = "We said it again. " * 60
    shown = marked(text, "absent")
    assert text.startswith(shown)
    assert 200 < len(shown) <= STRETCH_CHARS


def test_a_text_that_is_one_long_word_is_shown() -> None:
    text = "x" * 1_000
    assert marked(text, "absent") == text


def test_a_stretch_that_begins_with_a_word_longer_than_itself_ends_with_that_word() -> None:
    shown, _ = fragments(f"{'x' * 400} and so on", ())
    assert "".join(fragment.text for fragment in shown) == "x" * 400


def said(second: int) -> datetime:
    return datetime(2026, 5, 4, 9, 0, second, tzinfo=UTC)


PART = Part(
    turn_id="hall.en.3",
    number=1,
    session="hall",
    language="en",
    ordinal=2,
    version=7,
    speaker="ANNA",
    paragraphs=("Good morning.", "The net is open."),
    stamps=(Stamp(0, said(1)), Stamp(14, said(5)), Stamp(22, said(9))),
)


GAP = "[Off the record for 2:03]"


@pytest.mark.parametrize(
    ("at", "query", "shown"),
    [
        (0, "we", "{[Off the record for 2:03] }<We> agree. All of us."),
        (9, "we", "<We> agree.{ [Off the record for 2:03]} All of us."),
        (9, "agree all", "We <agree>.{ [Off the record for 2:03]} <All> of us."),
        (10, "all", "We agree. {[Off the record for 2:03] }<All> of us."),
        (5, "agree", "We <agree>{ [Off the record for 2:03]}. All of us."),
        (20, "us", "We agree. All of <us>.{ [Off the record for 2:03]}"),
    ],
)
def test_words_that_are_missing_off_the_record_have_their_note_in_its_place(at: int, query: str, shown: str) -> None:
    part = msgspec.structs.replace(
        PART, paragraphs=("We agree. All of us.",), notes=(Note(GAP, at), Note("[Applause]", 3))
    )
    found = hit_of(part, None, parse(query)).fragments
    signs = {"hit": "<{}>", "gap": "{{{}}}", "": "{}"}
    kinds = ["hit" if one.hit else "gap" if one.gap else "" for one in found]
    assert "".join(signs[kind].format(one.text) for kind, one in zip(kinds, found, strict=True)) == shown
    assert "".join(one.text for one in found if not one.gap) == "We agree. All of us."


def test_a_gap_outside_of_what_is_shown_is_not_shown() -> None:
    part = msgspec.structs.replace(PART, paragraphs=(f"{'word ' * 200}end",), notes=(Note(GAP, 0),))
    assert not any(one.gap for one in hit_of(part, None, parse("end")).fragments)


def test_a_hit_says_where_it_is_said_by_whom_and_when() -> None:
    session = Session(
        id="hall", version=1, created_at=said(0), updated_at=said(0),
        title="Opening", event="forum", room="Main Hall", date="2026-05-04",
    )  # fmt: skip
    hit = hit_of(PART, session, parse("open"))
    assert (hit.session, hit.language, hit.turn_id, hit.part, hit.ordinal) == ("hall", "en", "hall.en.3", 1, 2)
    assert (hit.speaker, hit.session_title, hit.event, hit.room) == ("ANNA", "Opening", "forum", "Main Hall")
    assert hit.date == "2026-05-04"
    assert [one.text for one in hit.fragments if one.hit] == ["open"]
    assert hit.at == said(9)


def test_a_hit_of_a_session_that_nobody_described_is_shown_all_the_same() -> None:
    hit = hit_of(PART, None, parse("absent"))
    assert (hit.session_title, hit.event, hit.room, hit.date) == ("", "", "", None)
    assert hit.at == said(1)


def test_words_before_the_first_time_have_none() -> None:
    part = Part(
        turn_id="hall.en.3", number=0, session="hall", language="en", ordinal=2, version=7, paragraphs=("Open net.",),
        stamps=(Stamp(5, said(5)),),
    )  # fmt: skip
    assert hit_of(part, None, parse("open")).at is None
