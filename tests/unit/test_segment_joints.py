"""What stands between two texts of a turn (services.segment.joints)."""

from typing import get_args

import pytest

from services.segment.joints import AFTER, Event, Joint, between


def test_the_table_has_a_next_state_for_every_event_and_state() -> None:
    assert set(AFTER) == set(get_args(Event))
    for states in AFTER.values():
        assert set(states) == set(get_args(Joint))
        assert set(states.values()) <= set(get_args(Joint))


def test_after_a_blank_row_and_after_the_end_nothing_but_words_goes_on_in_the_paragraph() -> None:
    leaving = {event for event, states in AFTER.items() if states["blank"] != "blank"}
    assert leaving == {"text", "text and space", "utterance end"}


def test_after_an_utterance_no_blank_row_and_no_note_brings_its_paragraph_back() -> None:
    leaving = {event for event, states in AFTER.items() if states["utterance"] != "utterance"}
    assert leaving == {"text", "text and space", "end"}


@pytest.mark.parametrize(
    ("joint", "raw", "tail", "row_length", "joined"),
    [
        ("glue", "stop", "e", 3, ""),
        ("glue", " stop", "e", 3, " "),
        ("space", "stop", "e", 3, " "),
        ("note", ", and", "e", 3, ""),
        ("note", " , and", "e", 3, " "),
        ("note", "and", "e", 3, " "),
        ("line", "and", ".", 40, " "),
        ("line", "and", ".", 101, "\n"),
        ("line", "and", "e", 101, " "),
        ("indented", "  And", ".", 3, "\n"),
        ("indented", "  And", "e", 3, " "),
        ("blank", "and", "e", 3, " "),
        ("blank", " and", "e", 3, " "),
        ("blank", "And", "e", 3, "\n"),
        ("utterance", "and", "e", 3, "\n"),
        ("utterance", " and", ".", 3, "\n"),
        ("blank", "and", ".", 3, "\n"),
        ("line", "\u4ea4\u901a", "\u7684", 3, ""),
        ("line", "\u8bf7", "\uff0c", 3, ""),
        ("line", "\u201c\u8bf7\u201d", "\u7684", 3, ""),
        ("line", "\u8bf7", "\u201d", 3, ""),
        ("line", "\u3067\u3059", "\u30c8", 3, ""),
        ("line", "\u0e2b\u0e19\u0e31\u0e07", "\u0e19", 3, ""),
        ("line", " \u4ea4\u901a", "\u7684", 3, " "),
        ("space", "\u4ea4\u901a", "\u7684", 3, " "),
        ("line", "Zoom", "\u7684", 3, " "),
        ("line", "\u7684", "m", 3, " "),
        ("line", "\u201cand", "e", 3, " "),
        ("line", "\uad50\ud1b5", "\uc758", 3, " "),
        ("line", "\u4ea4\u901a", "\u3002", 101, "\n"),
    ],
)
def test_texts_are_joined_by_what_came_between(joint: Joint, raw: str, tail: str, row_length: int, joined: str) -> None:
    assert between(joint, raw, tail=tail, row_length=row_length) == joined
