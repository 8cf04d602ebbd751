"""A captioner backspaces, a recogniser changes its mind: what a revision reaches, and what it does not."""

from datetime import timedelta

import msgspec
import pytest

from captionflow.messages import MAX_LINE_CHARS, MAX_RECORD_BYTES, Line, StepRecord
from captionflow.stamps import stamps_of
from captionflow.transcript import newest, turns
from services.segment.held_lines import MAX_HELD_NUMBERS, REVISABLE_CHARS, SLACK_CHARS
from services.segment.segmenter import State, start, step
from tests.unit.segment_material import NOW, apart_of_parts, line, lines, run, shown

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


def revise_before(behind: list[str], sizes: int, many: int = 80) -> tuple[list[str], list[tuple[str, str]]]:
    """The words and what stands apart after a line before ``behind`` was revised, long after the session began."""
    sent = lines([">> ANNA: One.\n"] * many + ["too "] + behind)
    _, state, records = run(sent, sizes)
    _, more = step(state, [line(len(sent) + 1, "two ", revises=many + 1)])
    parts = newest([*records, *more])
    return shown(parts)[-1][1].split(), apart_of_parts(parts)


@pytest.mark.parametrize("sizes", [1, 7, 500])
@pytest.mark.parametrize("pace", [1, 2, 10, 400, REVISABLE_CHARS])
def test_a_revision_reaches_so_much_text_back_at_any_pace_of_typing(pace: int, sizes: int) -> None:
    behind = ["x" * (pace - 1) + " "] * (REVISABLE_CHARS // pace)
    words, apart = revise_before(behind, sizes)
    assert words == ["One.", "two", *"".join(behind).split()]
    assert apart == []


@pytest.mark.parametrize("sizes", [1, 7, 500])
@pytest.mark.parametrize("pace", [1, 10, 1000])
def test_a_revision_that_comes_too_late_is_kept_apart(pace: int, sizes: int) -> None:
    behind = ["x" * (pace - 1) + " "] * (REVISABLE_CHARS // pace + 1)
    words, apart = revise_before(behind, sizes)
    assert words == ["One.", "too", *"".join(behind).split()]
    assert apart == [("two", "mark")]


@pytest.mark.parametrize("sizes", [1, 7, 500])
def test_what_was_out_of_reach_stays_so_when_text_behind_it_is_erased(sizes: int) -> None:
    behind = ["x" * 99 + " "] * (REVISABLE_CHARS // 100)
    sent = lines([">> ANNA: One.\n", "too ", *behind, "y " * 50])
    erased = [line(len(sent) + n, revises=len(sent) - n) for n in range(1, 11)]
    late = line(len(sent) + 11, "two ", revises=2)
    assert apart_of_parts(run([*sent, *erased, late], sizes)[0]) == [("two", "mark")]


def test_who_backspaces_all_of_a_long_passage_letter_by_letter_and_types_another_leaves_the_other() -> None:
    typed = list(">> ANNA: Good evning, all.\n>> BEN: " + "We said it again. " * 25)
    sent = lines(typed)
    for back in range(1, len(typed) - 13):
        sent.append(line(len(sent) + 1, revises=len(typed) + 1 - back))
    sent += [line(len(sent) + n, sign) for n, sign in enumerate("evening, all.\n>> EVE: Hello.\n", 1)]
    parts, _, _ = run(sent)
    assert shown(parts) == [("ANNA", "Good evening, all."), ("EVE", "Hello.")]


def test_typing_and_erasing_for_ever_keeps_the_latest_text_within_reach() -> None:
    sent = lines([">> ANNA: One "])
    while len(sent) < 2 * MAX_HELD_NUMBERS:
        begin = len(sent) + 1
        sent += [
            line(begin, "ab"),
            line(begin + 1, "c"),
            line(begin + 2, revises=begin),
            line(begin + 3, revises=begin + 1),
        ]
    sent += [line(len(sent) + 1, "too. "), line(len(sent) + 2, "two. ", revises=len(sent) + 1)]
    parts, state, _ = run(sent, 50)
    assert shown(parts) == [("ANNA", "One two.")]
    assert state.held.numbers <= MAX_HELD_NUMBERS


def test_a_state_holds_little_more_than_what_a_revision_reaches() -> None:
    for pace in (1, 30):
        _, state, _ = run(lines(["x" * (pace - 1) + " "] * (9_000 // pace)))
        assert REVISABLE_CHARS <= len(state.held.text) <= REVISABLE_CHARS + SLACK_CHARS + 2 * pace


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


def test_a_revision_may_be_as_long_as_a_line() -> None:
    late = "word " * (MAX_LINE_CHARS // 5)
    sent = revised([">> ANNA: One.\n", "said ", "too "], (3, late), (2, late), (3, "too "))
    parts, _, _ = run(sent)
    assert shown(parts) == [("ANNA", f"One. {late}too")]
    parts, _, _ = run([*sent[:5], line(6, "2", revises=1)])
    assert apart_of_parts(parts) == [("2", "mark")]  # what is long puts what is before it out of reach


def test_after_a_revision_was_kept_apart_those_in_reach_are_revised_all_the_same() -> None:
    parts, _, _ = run(revised(WORDS, (99, "late"), (2, "meet ")))
    assert shown(parts)[0] == ("ANNA", "We meet at noon.")
    assert apart_of_parts(parts) == [("late", "mark")]


def test_a_late_revision_is_no_line_that_can_be_revised() -> None:
    parts, _, _ = run(revised(WORDS, (99, "late"), (6, "later")))
    assert apart_of_parts(parts) == [("late", "mark"), ("later", "mark")]


def test_a_revision_that_would_change_more_than_a_record_can_tell_is_kept_apart() -> None:
    room = "s" * 80
    state = start(room, "en")
    state, _ = step(state, [line(n, ">> THE VICE CHAIR: Yes.\n") for n in range(1, 70)])
    state, _ = step(state, [line(70, "x" * 300)])
    sent = [line(71 + n, ">> a\n" * 400, revises=70) for n in range(4)]
    for one in sent:
        state, records = step(state, [one])
        assert len(msgspec.json.encode(records)) + len(msgspec.json.encode(state)) <= MAX_RECORD_BYTES


def test_a_revision_may_say_who_speaks_and_that_the_session_ends() -> None:
    sent = [line(1, "One. ", speaker="Anna"), line(2, "Two.", speaker="Anna")]
    parts, _, _ = run([*sent, line(3, "Two.", speaker="Ben", revises=2)])
    assert shown(parts) == [("Anna", "One."), ("Ben", "Two.")]
    parts, _, _ = run([*sent, line(3, "Too.", speaker="Ben", revises=2), line(4, "Two.", speaker="Ben", revises=2)])
    assert shown(parts) == [("Anna", "One."), ("Ben", "Two.")]
    assert run([*sent, line(3, "Two.", revises=2, ends=True)])[1].facts.status == "finished"


def test_a_line_that_was_erased_opens_no_turn_until_it_has_text_again() -> None:
    sent = [line(1, "One. ", speaker="Anna"), line(2, "Two. ", speaker="Ben"), line(3, "Three.", speaker="Anna")]
    erased = [*sent, line(4, revises=2)]
    assert shown(run(erased)[0]) == [("Anna", "One. Three.")]
    assert shown(run([*erased, line(5, "2. ", revises=2)])[0]) == [("Anna", "One."), ("Ben", "2."), ("Anna", "Three.")]


def test_the_end_of_a_session_outlives_the_text_of_its_line() -> None:
    _, state, _ = run([line(1, "One."), line(2, "Two.", ends=True), line(3, revises=2)])
    assert state.facts.status == "finished"


def test_times_stay_with_the_words_that_stay() -> None:
    second = timedelta(seconds=1)
    sent = [line(n, text, at=NOW + n * second) for n, text in enumerate(["We ", "meat ", "soon ", "at ", "noon."], 1)]
    parts, _, _ = run([*sent, line(6, revises=3), line(7, "meet ", revises=2), line(8, revises=1)])
    (part,) = parts
    assert part.text == "meet at noon."
    assert [(one.offset, one.at) for one in stamps_of(part)] == [
        (0, NOW + 2 * second),
        (5, NOW + 4 * second),
        (8, NOW + 5 * second),
    ]


def test_a_state_written_down_between_line_and_revision_revises_the_same_way() -> None:
    sent = revised(WORDS, (2, "meet "), (4, "one.\n"), (5, ""))
    state, records = start("s", "en"), list[StepRecord]()
    for one in sent:
        state = msgspec.json.decode(msgspec.json.encode(state), type=State)
        state, more = step(state, [one])
        records += more
    assert newest(records) == run(sent)[0]
    assert [turn.text for turn in turns(newest(records))] == ["We meet at one."]
