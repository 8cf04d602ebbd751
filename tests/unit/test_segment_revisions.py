"""A captioner backspaces, a recogniser changes its mind: what a revision reaches, and what it does not."""

import msgspec
import pytest

from captionflow.messages import MAX_LINE_CHARS, Line, StepRecord
from captionflow.transcript import newest, turns
from services.segment.held_lines import MAX_HELD_CHARS, REVISABLE_CHARS, REVISABLE_LINES
from services.segment.segmenter import State, start, step
from tests.unit.segment_material import apart_of_parts, line, lines, run, shown

WORDS = [">> ANNA:  We ", "meat ", "at ", "noon.\n", ">> BEN: Yes.\n"]


def revised(pieces: list[str], *revisions: tuple[int, str]) -> list[Line]:
    sent = lines(pieces)
    return sent + [line(len(sent) + n, text, revises=seq) for n, (seq, text) in enumerate(revisions, 1)]


def test_a_revision_gives_the_turns_that_the_right_text_would_have_given() -> None:
    parts, _, _ = run(revised(WORDS, (2, "meet ")))
    assert shown(parts) == [("ANNA", "We meet at noon."), ("BEN", "Yes.")]
    assert shown(parts) == shown(run(lines([WORDS[0], "meet ", *WORDS[2:]]))[0])


def test_a_captioner_who_backspaces_word_by_word_leaves_the_last_text() -> None:
    parts, _, _ = run([*revised(["We ", "meat "], (2, ""), (1, "Let us "), (1, "Let's ")), line(6, "meet.")])
    assert shown(parts) == [(None, "Let's meet.")]


def test_an_empty_revision_deletes_its_line() -> None:
    parts, _, _ = run(revised(WORDS, (2, "")))
    assert shown(parts) == [("ANNA", "We at noon."), ("BEN", "Yes.")]


def test_a_revision_may_change_a_label_or_take_away_a_turn() -> None:
    parts, _, _ = run(revised(WORDS, (1, ">> ANNE:  We ")))
    assert [speaker for speaker, _ in shown(parts)] == ["ANNE", "BEN"]
    parts, _, records = run(revised(WORDS, (5, "Yes.\n")))
    assert shown(parts) == [("ANNA", "We meat at noon. Yes.")]
    assert [part.turn_id for part in records[-1].parts if part.retracted] == ["s.en.5"]


def test_a_revision_may_open_a_turn_in_what_was_one() -> None:
    parts, _, _ = run(revised([">> ANNA: One.\n", "Two.\n", "Three.\n"], (2, ">> BEN: Two.\n")))
    assert shown(parts) == [("ANNA", "One."), ("BEN", "Two. Three.")]


def test_a_turn_that_a_revision_took_away_can_come_back() -> None:
    sent = revised([">> ANNA: One.\n", ">> BEN: Two.\n", ">> EVE: Three.\n"], (2, "Two.\n"), (2, ">> BEN: Two!\n"))
    assert [len(shown(run(sent[:count])[0])) for count in (3, 4, 5)] == [3, 2, 3]
    assert shown(run(sent)[0]) == [("ANNA", "One."), ("BEN", "Two!"), ("EVE", "Three.")]


def test_a_revision_of_a_revision_names_the_line_that_came_first() -> None:
    parts, _, _ = run(revised(WORDS, (2, "mete "), (2, "meet ")))
    assert shown(parts)[0] == ("ANNA", "We meet at noon.")


def test_only_the_turns_that_a_revision_changed_are_sent_again() -> None:
    _, _, records = run(revised(WORDS, (2, "meet ")))
    assert [(part.turn_id, part.version) for part in records[-1].parts if part.closed] == [("s.en.1", 6)]
    _, _, records = run(revised(WORDS, (5, ">> BEN: No.\n")))
    assert [part.turn_id for part in records[-1].parts] == ["s.en.5"]


def test_a_redelivered_revision_changes_nothing() -> None:
    sent = revised(WORDS, (2, "meet "))
    _, state, _ = run(sent)
    assert step(state, sent) == (state, ())


def test_revisions_keep_time_speaker_and_end_of_their_line() -> None:
    sent = [line(1, "One.", speaker="Anna"), line(2, "Too.", speaker="Ben", ends=True), line(3, "Two.", revises=2)]
    parts, state, _ = run(sent)
    assert shown(parts) == [("Anna", "One."), ("Ben", "Two.")]
    assert state.facts.status == "finished"


@pytest.mark.parametrize("later", [0, 1, REVISABLE_LINES - 1])
@pytest.mark.parametrize("sizes", [1, 7, 500])
def test_a_revision_reaches_so_many_lines_back_however_they_came(later: int, sizes: int) -> None:
    sent = lines([">> ANNA: One.\n"] * 80 + ["too "] + ["x "] * later)
    _, state, records = run(sent, sizes)
    _, more = step(state, [line(len(sent) + 1, "two ", revises=81)])
    text = shown(newest([*records, *more]))[-1][1]
    assert text.split() == ["One.", "two", *["x"] * later]


@pytest.mark.parametrize("sizes", [1, 7, 500])
@pytest.mark.parametrize("behind", [["x "] * REVISABLE_LINES, ["x" * 1000, "y" * (REVISABLE_CHARS - 1000)]])
def test_a_revision_that_comes_too_late_is_kept_apart(behind: list[str], sizes: int) -> None:
    sent = lines([">> ANNA: One.\n", "too ", *behind])
    parts, state, records = run(sent, sizes)
    before = shown(parts)
    _, more = step(state, [line(len(sent) + 1, "two", revises=2)])
    after = newest([*records, *more])
    assert shown(after) == before
    assert apart_of_parts(after) == [("two", "mark")]


@pytest.mark.parametrize("seq", [9, 100])
def test_a_revision_of_a_line_that_is_not_there_is_kept_apart(seq: int) -> None:
    parts, _, _ = run([line(1, ">> ANNA: One.\n"), line(9, "two", revises=seq)])
    assert (shown(parts), apart_of_parts(parts)) == ([("ANNA", "One.")], [("two", "mark")])


def test_a_late_revision_before_anybody_has_spoken_belongs_to_the_head() -> None:
    parts, _, _ = run([line(1, "Room: 3\n"), line(2, "Room: 4", revises=9)])
    assert apart_of_parts(parts) == [("Room: 3", "head"), ("Room: 4", "head")]


def test_a_late_revision_without_words_leaves_nothing() -> None:
    parts, _, _ = run([line(1, ">> ANNA: One.\n"), line(2, " ", revises=9), line(3, "", revises=9)])
    assert apart_of_parts(parts) == []


def test_a_long_late_revision_loses_no_word() -> None:
    late = "word " * (MAX_LINE_CHARS // 5)
    parts, _, _ = run([line(1, ">> ANNA: One.\n"), line(2, late, revises=9)])
    assert shown(parts) == [("ANNA", "One.")]
    assert [word for text, _ in apart_of_parts(parts) for word in text.split()] == late.split()


def test_a_revision_that_is_too_long_to_be_held_is_kept_apart() -> None:
    late = "word " * (MAX_LINE_CHARS // 5)
    long = "said " * (MAX_HELD_CHARS // 10)
    parts, _, _ = run(revised([">> ANNA: One.\n", long, "too "], (3, late)))
    assert shown(parts) == [("ANNA", f"One. {long}too")]
    assert [word for text, _ in apart_of_parts(parts) for word in text.split()] == late.split()


def test_after_a_revision_was_kept_apart_nothing_before_it_can_be_revised() -> None:
    parts, _, _ = run(revised(WORDS, (99, "late"), (2, "meet ")))
    assert shown(parts)[0] == ("ANNA", "We meat at noon.")
    assert apart_of_parts(parts) == [("late", "mark"), ("meet", "mark")]


def test_a_state_written_down_between_line_and_revision_revises_the_same_way() -> None:
    sent = revised(WORDS, (2, "meet "), (4, "one.\n"), (5, ""))
    state, records = start("s", "en"), list[StepRecord]()
    for one in sent:
        state = msgspec.json.decode(msgspec.json.encode(state), type=State)
        state, more = step(state, [one])
        records += more
    assert newest(records) == run(sent)[0]
    assert [turn.text for turn in turns(newest(records))] == ["We meet at one."]
