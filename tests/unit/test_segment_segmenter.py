"""The segmenter as a state machine: delivery, time, given speakers, interims, the end (services.segment.segmenter)."""

import itertools
import random
from datetime import timedelta

import msgspec
import pytest

from captionflow.errors import TooLarge
from captionflow.messages import MAX_LINE_CHARS, StepRecord
from captionflow.transcript import newest, turns
from services.segment.rules.rows import MAX_ROW
from services.segment.segmenter import MAX_STEP_CHARS, State, start, step
from tests.unit.segment_material import NOW, cut, line, lines, read_text, run, shown

TALK = """Forum of the year 2026
12 November 2026

>> ANNA LEE:  Good morning. [Applause] We begin
with the first point.

And the second.
>> RODRIGO DE LA
PARRA:  Thank you (laughs), Anna.
2 Page 2
>> Hi, everyone. >> BEN: Hello.
(Concluded at 1434).
"""

SECOND = timedelta(seconds=1)

# --- delivery ---


def test_a_line_that_the_state_has_changes_nothing() -> None:
    sent = lines(cut(TALK, "32"), ends=True)
    _, state, _ = run(sent)
    assert step(state, sent) == (state, ())
    assert step(state, [sent[3], sent[3]]) == (state, ())
    assert step(state, []) == (state, ())


def test_lines_twice_and_late_give_the_records_of_lines_once() -> None:
    sent = lines(cut(TALK, "words"), ends=True)
    once = run(sent)
    state = start("s", "en")
    records: list[StepRecord] = []
    for index, one in enumerate(sent):
        state, more = step(state, [*sent[max(0, index - 5) : index], one, one])
        records += more
    assert (newest(records), state, records) == once


@pytest.mark.parametrize("how", ["chars", "words", "32", "whole"])
def test_batches_of_any_size_leave_the_same_turns_ids_and_versions(how: str) -> None:
    sent = lines(cut(TALK, how), ends=True)
    parts, state, _ = run(sent)
    for sizes in (2, 7, 500, random.Random(1)):  # noqa: S311 - no secret
        again, after, _ = run(sent, sizes)
        assert again == parts
        assert (after.tokenizer, after.facts, after.last_seq) == (state.tokenizer, state.facts, state.last_seq)


@pytest.mark.parametrize("how", ["chars", "32"])
def test_a_state_written_down_and_read_again_at_every_line_goes_on_the_same_way(how: str) -> None:
    sent = lines(cut(TALK, how), ends=True, at=NOW)
    _, _, records = run(sent)
    state = start("s", "en")
    again: list[StepRecord] = []
    for one in sent:
        state = msgspec.json.decode(msgspec.json.encode(state), type=State)
        state, more = step(state, [one])
        again += more
    assert again == records


def test_a_hole_is_told_and_the_lines_behind_it_are_applied() -> None:
    sent = [line(1, ">> ANNA: One. "), line(4, "Four. "), line(5, "Five.\n")]
    for sizes in (1, 3):
        parts, _, records = run(sent, sizes)
        assert [record.missing for record in records if record.missing] == [(2, 3)]
        assert shown(parts) == [("ANNA", "One. Four. Five.")]


def test_a_hole_before_the_first_line_is_told() -> None:
    _, _, (record,) = run([line(3, "Hello.\n")])
    assert record.missing == (1, 2)


def test_a_record_says_where_it_stands_in_the_log() -> None:
    _, state, records = run(lines(cut(TALK, "32"), ends=True), 3)
    assert records[0].first_seq == 1
    assert records[-1].last_seq == state.last_seq
    for before, after in itertools.pairwise(records):
        assert before.first_seq <= before.last_seq < after.first_seq
    assert all(part.version <= record.last_seq for record in records for part in record.parts)


def test_many_lines_at_once_become_records_of_a_bounded_stretch() -> None:
    sent = lines(["We said it again. " * 100] * 100)
    _, records = step(start("s", "en"), sent)
    assert len(records) > 1
    for record in records:
        stretch = sent[record.first_seq - 1 : record.last_seq]
        assert sum(len(one.text) for one in stretch) <= MAX_STEP_CHARS


def test_a_line_above_the_longest_is_refused_and_nothing_is_done() -> None:
    with pytest.raises(TooLarge, match="line 2 has more than"):
        step(start("s", "en"), [line(1, "Hello."), line(2, "x" * (MAX_LINE_CHARS + 1))])
    state, _ = step(start("s", "en"), [line(1, "x" * MAX_LINE_CHARS)])
    assert state.last_seq == 1


def test_a_line_without_text_says_nothing_and_counts() -> None:
    parts, state, _ = run(lines([">> ANNA: One", "", " two.", ""]))
    assert (shown(parts), state.last_seq) == ([("ANNA", "One two.")], 4)


# --- what is shown while it is undecided ---


def test_every_word_is_shown_as_soon_as_it_has_come() -> None:
    state = start("s", "en")
    records: list[StepRecord] = []
    for one, words in ((">> ANNA: Good ", "Good"), ("mor", "Good mor"), ("ning", "Good morning")):
        state, more = step(state, [line(state.last_seq + 1, one)])
        records += more
        assert shown(newest(records)) == [("ANNA", words)]


def test_half_a_label_is_shown_as_words_until_it_is_whole() -> None:
    parts, state, records = run(lines([">> ANNA: Hi.\n>> BEN "]))
    assert shown(parts) == [("ANNA", "Hi."), (None, "BEN")]
    _, more = step(state, [line(2, "LEE: Hello.")])
    assert shown(newest([*records, *more])) == [("ANNA", "Hi."), ("BEN LEE", "Hello.")]


def test_a_turn_that_was_shown_and_turns_out_to_be_none_is_retracted() -> None:
    parts, state, records = run(lines(["Forum 2026"]))
    assert shown(parts) == [(None, "Forum 2026")]
    _, more = step(state, [line(2, "\nRoom: 3\n")])
    assert [part.turn_id for part in more[0].parts if part.retracted] == [parts[0].turn_id]
    assert shown(newest([*records, *more])) == []


# --- where turns come from ---


def test_a_turn_is_named_after_the_line_that_opened_it_and_its_place_in_it() -> None:
    parts, _, _ = run(lines([">> ANNA: One. >> BEN: Two. >> Three.\n", ">> ", "EVE: Four.\n", "and five.\n"]))
    assert [turn.turn_id for turn in turns(parts)] == ["s.en.1", "s.en.1.1", "s.en.1.2", "s.en.2"]
    assert [turn.ordinal for turn in turns(parts)] == [1, 2, 3, 4]


def test_versions_rise_with_the_line_that_changed_a_turn_and_then_stay() -> None:
    parts, _, _ = run(lines([">> ANNA: One.\n", "Two.\n", ">> BEN: Three.\n", "Four.\n", "Five.\n"]))
    assert [turn.closed for turn in turns(parts)] == [True, False]
    assert turns(parts)[0].version <= 3
    assert turns(parts)[1].version == 5


def test_a_label_at_the_beginning_of_a_later_piece_of_a_long_line_opens_nothing() -> None:
    sentence = "ANNA LEE: she said it. "
    text = f">> BEN: {sentence * 200}\n>> EVE: Yes.\n"
    assert len(text) > 2 * MAX_ROW
    assert [speaker for speaker, _ in shown(read_text(text)[0])] == ["BEN", "EVE"]


def test_white_space_inside_a_long_line_is_no_blank_line() -> None:
    parts, _, _ = run(lines([">> ANNA: One", *[" " * MAX_ROW] * 3, " two.\n", "\n", "Three.\n"]))
    assert shown(parts) == [("ANNA", "One two. | Three.")]


# --- given speakers ---


def test_a_speaker_that_the_source_names_opens_a_turn_when_it_changes() -> None:
    sent = [
        line(1, "One ", speaker="Anna"),
        line(2, "two.", speaker="Anna"),
        line(3, "Three.", speaker="MODERATOR"),
        line(4, "Four.", speaker="Anna"),
    ]
    for sizes in (1, 4):
        parts, _, _ = run(sent, sizes)
        assert shown(parts) == [("Anna", "One two."), ("MODERATOR", "Three."), ("Anna", "Four.")]
        assert [turn.role for turn in turns(parts)] == [False, True, False]


def test_lines_without_a_speaker_go_on_with_the_one_named_last() -> None:
    parts, _, _ = run([line(1, "One.\n", speaker="Anna"), line(2, "Two.\n"), line(3, "Three.\n", speaker="Anna")])
    assert shown(parts) == [("Anna", "One. Two. Three.")]


def test_an_empty_speaker_names_nobody() -> None:
    parts, _, _ = run([line(1, "One.", speaker="Anna"), line(2, "Two.", speaker=""), line(3, "Three.", speaker=" ")])
    assert [speaker for speaker, _ in shown(parts)] == ["Anna"]
    assert shown(parts)[0][1].split() == ["One.", "Two.", "Three."]


def test_a_title_before_the_first_speaker_that_the_source_names_is_a_head() -> None:
    parts, state, _ = run([line(1, "Safe Harbours Webinar\n"), line(2, "Hello.", speaker="Anna")])
    assert [(part.ordinal, part.speaker) for part in parts] == [(0, None), (1, "Anna")]
    assert state.facts.title == "Safe Harbours Webinar"


def test_a_given_speaker_decides_half_a_label_before_it() -> None:
    parts, _, _ = run([line(1, ">> GOOD"), line(2, "Hello.", speaker="Anna")])
    assert shown(parts) == [(None, "GOOD"), ("Anna", "Hello.")]


# --- the end ---


def test_the_end_closes_the_last_turn_and_finishes_the_session() -> None:
    parts, state, _ = run(lines([">> ANNA: Thank you"], ends=True))
    assert (turns(parts)[-1].closed, state.facts.status) == (True, "finished")


def test_a_line_with_text_may_end_the_session() -> None:
    parts, state, _ = run([line(1, ">> ANNA: One. "), line(2, "Two.", ends=True)], 2)
    assert (shown(parts), state.facts.status) == ([("ANNA", "One. Two.")], "finished")


def test_the_end_of_a_session_in_which_nobody_spoke_is_the_end() -> None:
    parts, state, _ = run(lines(["Forum 2026\n", "Room: 3"], ends=True))
    assert (shown(parts), state.facts.status, state.facts.room) == ([], "finished", "3")
    assert run([line(1, ends=True)])[1].facts.status == "finished"


def test_a_line_after_the_end_opens_the_session_again_with_a_turn_of_its_own() -> None:
    sent = [*lines([">> ANNA: Thank you.\n"], ends=True), line(3, "and one thing more.\n")]
    parts, state, _ = run(sent)
    assert shown(parts) == [("ANNA", "Thank you."), (None, "and one thing more.")]
    assert state.facts.status == "live"


@pytest.mark.parametrize(
    ("text", "status"), [("and", "live"), ("a", "live"), (">> BO", "live"), (" ", "finished"), ("\n", "finished")]
)
def test_the_first_word_opens_it_again_before_its_row_is_complete(text: str, status: str) -> None:
    sent = [*lines([">> ANNA: Thank you.\n"], ends=True), line(3, text)]
    assert run(sent)[1].facts.status == status
    again = [*sent, line(4, "", revises=3)]
    assert run(again)[1].facts.status == "finished"  # what opened it was taken back
    assert run([*sent, line(4, ends=True)])[1].facts.status == "finished"


def test_facts_are_told_when_they_change_and_only_then() -> None:
    _, _, records = run(lines(["Forum of the year\n", "Room: 3\n", ">> ANNA: One.\n", "Two.\n"], ends=True))
    told = [(record.facts.status, record.facts.room) for record in records if record.facts]
    assert told == list(dict.fromkeys(told))
    assert told[0][0] == "live"
    assert told[-1] == ("finished", "3")
