"""What a page shows of a transcript (services.api.pages.turn_views)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from captionflow.gaps import clock
from captionflow.messages import Apart, Note, Part, Stamp
from captionflow.transcript import turns
from services.api.pages.turn_views import Paragraph, Person, Run, anchor, as_on_screen, last_words, people, turn_views
from tests.unit.segment_material import read_text, transcripts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def part(*paragraphs: str, ordinal: int = 1, number: int = 0, **fields: Any) -> Part:
    turn_id = fields.pop("turn_id", f"s.en.{ordinal * 10}")
    return Part(turn_id, number, "s", "en", ordinal, 1, paragraphs=paragraphs, **fields)


def said(paragraph: Paragraph) -> str:
    return "".join(f"<{run.text}>" if run.kind == "note" else run.text for run in paragraph.runs)


HEAD = part(ordinal=0, apart=(Apart("Forum 2026", "head", 0),))


def test_a_turn_has_its_paragraphs_and_an_anchor_that_tells_it_in_its_page() -> None:
    (view,) = turn_views([HEAD, part("One.", "Two.", speaker="ANNA", role=False)])
    assert [said(paragraph) for paragraph in view.paragraphs] == ["One.", "Two."]
    assert (view.turn_id, view.anchor, view.ordinal, view.speaker, view.role) == ("s.en.10", "t10", 1, "ANNA", False)


def test_the_head_and_what_was_retracted_or_has_nothing_to_show_are_no_turns() -> None:
    assert turn_views([HEAD, part("Gone.", retracted=True), part(ordinal=2)]) == ()
    assert [view.speaker for view in turn_views([part(speaker="ANNA")])] == ["ANNA"]


def test_notes_stand_where_they_were() -> None:
    notes = (Note("[Music]", 0), Note("(laughs)", 2), Note("[Applause]", 9), Note("(?)", 10), Note("[End]", 99))
    (view,) = turn_views([part("We agree.", "Yes.", notes=notes)])
    assert [said(paragraph) for paragraph in view.paragraphs] == [
        "<[Music]>We<(laughs)> agree.<[Applause]>",
        "<(?)>Yes.<[End]>",
    ]


def test_notes_without_words_are_a_paragraph() -> None:
    (view,) = turn_views([part(notes=(Note("[Music]", 0), Note("[Applause]", 0)))])
    assert [said(paragraph) for paragraph in view.paragraphs] == ["<[Music]><[Applause]>"]


def test_the_parts_of_a_turn_are_one_turn_and_each_has_its_anchor() -> None:
    (view,) = turn_views(
        [part("One", "two"), part("three.", "Four.", number=1, continues=True), part("Five.", number=2)]
    )
    assert [(said(paragraph), paragraph.anchor) for paragraph in view.paragraphs] == [
        ("One", None),
        ("two three.", "t10-p1"),
        ("Four.", None),
        ("Five.", "t10-p2"),
    ]


def test_a_paragraph_over_several_parts_keeps_the_anchor_of_where_it_first_went_on() -> None:
    parts = [part("One"), *(part(f"and {n}", number=n, continues=True) for n in (1, 2))]
    (view,) = turn_views(parts)
    assert [(said(one), one.anchor) for one in view.paragraphs] == [("One and 1 and 2", "t10-p1")]


def test_a_part_that_goes_on_with_nothing_begins_the_turn() -> None:
    (view,) = turn_views([part("three.", number=1, continues=True)])
    assert [(said(one), one.anchor) for one in view.paragraphs] == [("three.", "t10-p1")]


def test_times_count_from_the_first_that_is_known() -> None:
    stamps = [(Stamp(0, NOW + timedelta(seconds=seconds)),) for seconds in (60, 60 + 3725)]
    first, second, third = turn_views(
        [part("One.", stamps=stamps[0]), part("Two.", ordinal=2), part("Three.", ordinal=3, stamps=stamps[1])]
    )
    assert (first.elapsed, second.elapsed, third.elapsed) == ("0:00", None, "1:02:05")
    assert (second.at, third.at) == (None, stamps[1][0].at)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (-5, "0:00"), (59.9, "0:59"), (123, "2:03"), (3600, "1:00:00"), (90_061, "25:01:01")],
)
def test_a_clock_has_hours_only_where_there_are_some(seconds: float, shown: str) -> None:
    assert clock(timedelta(seconds=seconds)) == shown


def test_an_anchor_names_the_line_the_turn_in_it_and_the_part() -> None:
    assert anchor("s", "en", "s.en.12") == "t12"
    assert anchor("s", "en", "s.en.12.1", 3) == "t12.1-p3"


def test_people_are_named_once_where_they_first_speak_and_roles_are_none() -> None:
    parts = [
        part("One.", ordinal=1, speaker="ANNA"),
        part("Two.", ordinal=2, speaker="MODERATOR", role=True),
        part("Three.", ordinal=3),
        part("Four.", ordinal=4, speaker="BEN"),
        part("Five.", ordinal=5, speaker="ANNA"),
    ]
    assert people(turn_views(parts)) == (Person("ANNA", "t10"), Person("BEN", "t40"))


def test_the_last_words_are_those_of_who_spoke_last() -> None:
    parts = [part("One.", speaker="ANNA"), part("Two.", "Three.", ordinal=2, notes=(Note("[Applause]", 4),))]
    assert last_words(parts) == (None, "Two. [Applause] Three.")
    assert last_words([HEAD]) == (None, "")


@pytest.mark.parametrize("count", [20, 40, 80, 81, 400])
def test_the_last_words_are_cut_before_a_word(count: int) -> None:
    text = " ".join(f"word{n}" for n in range(count))
    speaker, words = last_words([part(text, speaker="ANNA")])
    tail = words.removeprefix("… ")
    assert speaker == "ANNA"
    assert text.endswith(tail)
    assert 50 < len(tail) <= 160
    assert (tail == text) is not words.startswith("…")
    assert tail == text or text.removesuffix(tail).endswith(" ")


@settings(max_examples=40, deadline=None)
@given(transcripts())
def test_a_page_shows_the_very_paragraphs_and_notes_of_every_turn(typed: str) -> None:
    parts, _ = read_text(typed)
    spoken = [turn for turn in turns(parts) if turn.ordinal and (turn.paragraphs or turn.notes or turn.speaker)]
    for turn, view in zip(spoken, turn_views(parts), strict=True):
        runs = [run for paragraph in view.paragraphs for run in paragraph.runs]
        words = ["".join(run.text for run in one.runs if run.kind == "words") for one in view.paragraphs]
        assert [text for text in words if text] == list(turn.paragraphs)
        assert [run.text for run in runs if run.kind == "note"] == [note.text for note in turn.notes]


def test_a_run_is_text_and_never_markup() -> None:
    (view,) = turn_views([part("<b>a</b>")])
    assert view.paragraphs[0].runs == (Run("<b>a</b>"),)


def test_on_a_screen_a_name_stands_where_the_speaker_changes_and_nothing_without_words() -> None:
    parts = [
        part("One", "two.", ordinal=1, speaker="ANNA", notes=(Note("(laughs)", 3),)),
        part("Three.", ordinal=2, speaker="ANNA"),
        part(ordinal=3, speaker="CY"),
        part("Four.", ordinal=4),
        part("Five.", ordinal=5, speaker="BEN"),
    ]
    assert as_on_screen(parts) == (
        ("ANNA", "One(laughs) two.", True),
        ("ANNA", "Three.", False),
        (None, "Four.", True),
        ("BEN", "Five.", True),
    )
    assert as_on_screen(parts[3:4]) == ((None, "Four.", False),)
