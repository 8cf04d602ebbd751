"""A line that the segmenter can't take is set aside; its session goes on, and the errors tell no captions."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest

from captionflow.errors import TooLarge
from captionflow.messages import MAX_LINE_CHARS, Correction, Line, OnAir, StepRecord
from captionflow.transcript import newest, turns
from services.segment import safe_steps as module
from services.segment.safe_steps import SkippedLine, safe_steps
from services.segment.segmenter import State, start, steps
from tests.unit.segment_material import NOW, line, lines, run

TEXT = [">> ANA: One ", "two ", "three. ", "Four ", "five."]


def step_through(sent: Sequence[Line]) -> tuple[State, list[StepRecord]]:
    state = start("s", "en")
    records: list[StepRecord] = []
    for after, record in safe_steps(state, sent):
        state = after
        records.append(record)
    return state, records


def said(records: Sequence[StepRecord]) -> list[tuple[str, ...]]:
    return [turn.paragraphs for turn in turns(newest(records))]


def test_lines_that_can_be_taken_give_what_the_segmenter_gives() -> None:
    parts, state, _ = run(lines(TEXT), len(TEXT))
    after, records = step_through(lines(TEXT))
    assert after == state
    assert newest(records) == parts


def test_what_an_organiser_does_is_no_word_that_was_heard() -> None:
    sent = [*lines(TEXT), line(6, on_air=OnAir("desk"), received_at=NOW + timedelta(seconds=9))]
    sent.append(line(7, corrects=Correction("s.en.1", 0, "", "x"), received_at=NOW + timedelta(seconds=9)))
    _, records = step_through(sent)
    assert [record.received_at for record in records] == [NOW, None]


def test_a_step_tells_when_the_last_of_its_lines_was_accepted() -> None:
    _, records = step_through(lines(TEXT))
    assert [record.received_at for record in records] == [NOW]


def test_a_line_that_is_too_long_is_set_aside_and_the_lines_around_it_are_not() -> None:
    sent = lines([*TEXT[:2], "x" * (MAX_LINE_CHARS + 1), *TEXT[2:]])
    state, records = step_through(sent)
    (aside,) = [record for record in records if isinstance(record, SkippedLine)]
    assert (aside.first_seq, aside.last_seq, aside.parts, aside.received_at) == (3, 3, (), NOW)
    assert "more than" in aside.reason
    assert state.last_seq == 6
    assert said(records) == [("One two three. Four five.",)]
    assert [record.first_seq for record in records] == [1, *(record.last_seq + 1 for record in records[:-1])]


def test_a_hole_before_a_line_that_is_set_aside_is_told() -> None:
    _, (aside,) = step_through([line(4, "x" * (MAX_LINE_CHARS + 1))])
    assert aside.missing == (1, 3)


def test_lines_that_the_state_has_are_not_set_aside_again() -> None:
    long = line(1, "x" * (MAX_LINE_CHARS + 1))
    state, _ = step_through([long])
    assert list(safe_steps(state, [long])) == []


def _failing_on(word: str, error: Exception) -> Callable[[State, Sequence[Line]], Iterator[tuple[State, StepRecord]]]:
    def take(state: State, sent: Sequence[Line]) -> Iterator[tuple[State, StepRecord]]:
        if any(word in one.text for one in sent):
            raise error
        return steps(state, sent)

    return take


def test_a_defect_of_the_segmenter_sets_its_line_aside_and_tells_the_place_but_no_caption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "steps", _failing_on("three", ValueError("three. is no word of a caption")))
    _, records = step_through(lines(TEXT))
    (aside,) = [record for record in records if isinstance(record, SkippedLine)]
    assert aside.reason.startswith("ValueError in take, line ")
    assert aside.reason.endswith(" of test_segment_safe_steps.py")
    assert "three" not in aside.reason
    assert said(records) == [("One two Four five.",)]


def test_our_own_errors_are_told_in_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "steps", _failing_on("three", TooLarge("cut it")))
    _, records = step_through(lines(TEXT))
    assert [record.reason for record in records if isinstance(record, SkippedLine)] == ["cut it"]
