"""Parts become turns (captionflow.transcript)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Apart, Facts, Note, Part, Stamp, StepRecord, Stream
from captionflow.transcript import advancing, digest, document, each_turn, newest, ordered, turns, words

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def part(number: int = 0, *paragraphs: str, ordinal: int = 1, version: int = 1, **fields: Any) -> Part:
    turn_id = fields.pop("turn_id", f"s.en.{ordinal}")
    return Part(turn_id, number, "s", "en", ordinal, version, paragraphs=paragraphs, **fields)


def record(last: int, *parts: Part) -> StepRecord:
    return StepRecord(session="s", language="en", first_seq=last, last_seq=last, parts=parts)


HEAD = part(0, ordinal=0, apart=(Apart("Forum 2026", "head", 0),), closed=True)
FIRST = part(0, "One.", "Two", speaker="ANNA", notes=(Note("[Applause]", 4),), stamps=(Stamp(0, NOW),), closed=True)
SECOND = part(1, "two.", version=3, speaker="ANNA", continues=True, notes=(Note("[Laughter]", 0), Note("(?)", 3)))
THIRD = part(2, "Three.", version=2, speaker="ANNA", stamps=(Stamp(2, NOW),), apart=(Apart("***", "mark", 6),))
OTHER = part(0, "Yes.", ordinal=2, speaker="MODERATOR", role=True, interim="and")


def test_the_highest_version_of_each_part_is_left_in_order() -> None:
    older, newer = part(0, "On", version=1), part(0, "One.", version=2)
    assert newest([record(1, older), record(2, newer, OTHER)]) == (newer, OTHER)
    assert newest([record(2, OTHER, newer), record(1, older)]) == (newer, OTHER)


def test_the_last_turns_are_whole_and_the_head_is_none_of_them() -> None:
    gone = part(0, "No.", ordinal=3, retracted=True)
    parts = [OTHER, gone, THIRD, HEAD, FIRST, SECOND]
    assert ordered(parts) == (HEAD, FIRST, SECOND, THIRD, OTHER)
    assert ordered(parts, last=2) == ordered(parts, last=9) == (FIRST, SECOND, THIRD, OTHER)
    assert ordered(parts, last=1) == (OTHER,)
    assert ordered(parts, last=0) == ordered(parts, last=-1) == ()


def test_a_step_that_came_before_advances_nothing() -> None:
    reached = {Stream("s", "en"): 1}
    steps = [record(1), record(3), record(2), record(3), record(4)]
    assert list(advancing(steps, reached)) == [steps[1], steps[4]]
    assert reached == {("s", "en"): 4}


def test_of_the_same_version_the_later_one_is_left() -> None:
    assert newest([record(1, part(0, "a"), part(0, "b"))]) == (part(0, "b"),)


def test_what_was_retracted_is_left_out_and_can_come_back() -> None:
    gone = part(0, ordinal=2, version=2, retracted=True)
    back = part(0, "Yes.", ordinal=2, version=3)
    assert newest([record(1, OTHER), record(2, gone)]) == ()
    assert newest([record(1, OTHER), record(2, gone), record(3, back)]) == (back,)
    assert [turn.turn_id for turn in turns([FIRST, gone])] == ["s.en.1"]


def test_the_parts_of_a_turn_are_joined_and_every_offset_counts_in_the_whole() -> None:
    (turn,) = turns([THIRD, FIRST, SECOND])
    assert turn.paragraphs == ("One.", "Two two.", "Three.")
    assert turn.text == "One.\nTwo two.\nThree."
    assert turn.notes == (Note("[Applause]", 4), Note("[Laughter]", 8), Note("(?)", 12))
    assert turn.apart == (Apart("***", "mark", 20),)
    assert turn.stamps == (Stamp(0, NOW), Stamp(16, NOW))


def test_a_turn_has_the_highest_version_of_its_parts_and_what_the_last_one_says() -> None:
    (turn,) = turns([FIRST, SECOND, msgspec.structs.replace(THIRD, interim="and", closed=True)])
    assert (turn.version, turn.interim, turn.closed) == (3, "and", True)
    assert turns([FIRST, SECOND])[0].closed is False


def test_a_part_of_notes_alone_moves_no_offset() -> None:
    (turn,) = turns([FIRST, part(1, notes=(Note("[Music]", 0),)), part(2, "Three.", stamps=(Stamp(0, NOW),))])
    assert turn.paragraphs == ("One.", "Two", "Three.")
    assert turn.notes[-1] == Note("[Music]", 8)
    assert turn.stamps[-1] == Stamp(9, NOW)


def test_a_turn_that_begins_with_a_part_without_words_begins_with_the_first_words() -> None:
    (turn,) = turns([part(0, notes=(Note("[Music]", 0),)), part(1, "One.", continues=True)])
    assert (turn.paragraphs, turn.notes) == (("One.",), (Note("[Music]", 0),))


@given(st.permutations([HEAD, FIRST, SECOND, THIRD, OTHER]))
def test_the_order_in_which_parts_come_does_not_matter(parts: list[Part]) -> None:
    assert turns(parts) == turns([HEAD, FIRST, SECOND, THIRD, OTHER])


def test_the_document_has_session_turns_and_what_stands_apart() -> None:
    found = document(
        [OTHER, HEAD, FIRST], Facts(title="Forum", date="2026-01-01", room="3", about="x", status="finished")
    )
    assert found == {
        "session": {"title": "Forum", "date": "2026-01-01", "room": "3", "status": "finished", "about": "x"},
        "turns": [
            {
                "turn_id": "s.en.1",
                "ordinal": 1,
                "version": 1,
                "speaker": "ANNA",
                "role": False,
                "language": "en",
                "paragraphs": ["One.", "Two"],
                "notes": [{"text": "[Applause]", "at": 4}],
            },
            {
                "turn_id": "s.en.2",
                "ordinal": 2,
                "version": 1,
                "speaker": "MODERATOR",
                "role": True,
                "language": "en",
                "paragraphs": ["Yes."],
                "notes": [],
            },
        ],
        "apart": [{"text": "Forum 2026", "why": "head"}],
    }


@pytest.mark.parametrize("change", [{"speaker": "BEN"}, {"paragraphs": ("One",)}, {"version": 9}, {"role": True}])
def test_a_digest_is_that_of_the_turns(change: dict[str, Any]) -> None:
    same = document([FIRST], Facts(title="Other"))
    other = document([msgspec.structs.replace(FIRST, **change)], Facts())
    assert digest(document([HEAD, FIRST], Facts())) == digest(same) != digest(other)
    assert len(digest(same)) == 64


def test_the_words_come_in_the_order_in_which_they_were_typed() -> None:
    marks = part(
        0,
        "We go on.",
        speaker="ANNA",
        notes=(Note("[Applause]", 2), Note("[Music]", 9)),
        apart=(Apart("***", "mark", 2),),
    )
    assert list(words([HEAD, marks, part(0, "Yes.", ordinal=2)])) == [
        ("apart", "Forum 2026"),
        ("label", "ANNA"),
        ("text", "We"),
        ("note", "[Applause]"),
        ("apart", "***"),
        ("text", " go on."),
        ("note", "[Music]"),
        ("text", "Yes."),
    ]


def test_nothing_gives_nothing() -> None:
    assert (newest([]), turns([]), list(words([]))) == ((), (), [])
    assert document([], Facts())["turns"] == []


def test_turns_are_made_one_after_the_other_of_parts_in_order() -> None:
    parts = ordered((OTHER, THIRD, HEAD, SECOND, FIRST))
    gone = part(0, "Gone.", ordinal=3, retracted=True)
    assert tuple(each_turn(iter((*parts, gone)))) == turns(parts)
