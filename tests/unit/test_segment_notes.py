"""Which words nobody spoke: sounds, captioner's notes, marks, furniture, the end."""

import pytest

from services.segment.rules.lexicon import ENGLISH
from services.segment.rules.note_rules import MAX_NOTE, MAX_SPACES, apart_line, bracket, opens_note, says_end


@pytest.mark.parametrize(
    "text",
    [
        "[Applause]",
        "[ Laughter ]",
        "[LAUGHTER]",
        "(Music)",
        "(inaudible)",
        "[indiscernible]",
        "(?)",
        "[?]",
        "(Off microphone)",
        "[speaking in Korean]",
        "(speaking Spanish)",
        "(via interpreter)",
        "(ph)",
        "(sp?)",
        "[Name?]",
        "(laughs)",
        "(chuckling)",
        "[Captioner has no audio.]",
        "[ISOC]",
    ],
)
def test_a_sound_or_a_captioners_note_is_no_words_that_somebody_said(text: str) -> None:
    assert bracket(text, ENGLISH) == "note"


@pytest.mark.parametrize(
    "text",
    [
        "(I mean it)",
        "(ITU)",
        "(Ms. Jones, Chair)",
        "(including us)",
        "(according to the law)",
        "(the music/arts department)",
        "(laughing@example.org)",
        "(music that I heard on the very first day of our long journey)",
        "[12]",
        "[]",
        "( )",
        "[example.com]",
        "[someone@example.com]",
        "[docs/readme]",
        "[" + "long " * 50 + "]",
    ],
)
def test_dictated_parentheses_addresses_and_numbers_are_text(text: str) -> None:
    assert bracket(text, ENGLISH) is None


def test_a_note_in_parentheses_has_few_words_and_none_is_longer_than_the_longest_note() -> None:
    assert bracket(f"(music{' la' * MAX_SPACES})", ENGLISH) == "note"
    assert bracket(f"(music{' la' * (MAX_SPACES + 1)})", ENGLISH) is None
    assert bracket(f"[{'x' * (MAX_NOTE - 2)}]", ENGLISH) == "note"
    assert bracket(f"[{'x' * (MAX_NOTE - 1)}]", ENGLISH) is None


@pytest.mark.parametrize("text", ["(1.45 pm)", "[00:00:08]", "(14:30)", "[ 9 a.m. ]", "(13:00 UTC)"])
def test_a_clock_in_brackets_is_a_mark_in_a_line_and_alone(text: str) -> None:
    assert bracket(text, ENGLISH) == "mark"
    assert apart_line(text, ENGLISH) == "mark"


@pytest.mark.parametrize(
    "text",
    [
        "(END VIDEO CLIP)",
        "[End of part one]",
        "[End of first half]",
        "(End of video presentation)",
        "[End of quote]",
        "[End by Jen?]",
        "[End of session?]",
        "[End of film, session goes on]",
        "[Ended up here]",
        "(Whereupon, a recess was taken.)",
    ],
)
def test_the_end_of_something_shown_or_of_a_part_and_a_guess_are_notes(text: str) -> None:
    assert bracket(text, ENGLISH) == "note"
    assert apart_line(text, ENGLISH) is None


@pytest.mark.parametrize(
    "text",
    [
        "(Whereupon, at 5:02 p.m., the hearing was adjourned.)",
        "(Adjourned until Monday)",
        "[The meeting is adjourned]",
        "(Ended 10:30)",
    ],
)
def test_an_end_in_brackets_has_many_forms(text: str) -> None:
    assert apart_line(text, ENGLISH) == "end"


@pytest.mark.parametrize(
    "sentence",
    [
        "The meeting is adjourned.",
        "The call has concluded.",
        "THIS SESSION IS NOW CLOSED",
        "The hearing stands adjourned.",
        "We are adjourned.",
        "I declare the meeting closed.",
    ],
)
def test_a_sentence_that_ends_the_session_is_said(sentence: str) -> None:
    assert says_end(sentence, ENGLISH)
    assert apart_line(sentence, ENGLISH) is None


@pytest.mark.parametrize("sentence", ["The film is over.", "The meeting is on.", "", "The session is over " * 9])
def test_other_sentences_end_nothing(sentence: str) -> None:
    assert not says_end(sentence, ENGLISH)


@pytest.mark.parametrize("text", ["[End of meeting]", "[The meeting ended at 14.00]", "[Session ended]"])
def test_an_end_in_square_brackets_is_the_end_in_a_line_and_alone(text: str) -> None:
    assert bracket(text, ENGLISH) == "end"
    assert apart_line(text, ENGLISH) == "end"


@pytest.mark.parametrize(
    "line",
    [
        "(Concluded at 1434).",
        "(Meeting adjourned at 5 p.m.)",
        "(END)",
        "End of session.",
        "The session ended at 10:30",
        "Session ended",
        "Call concluded.",
        "Meeting ended after 00:10:12",
        "END OF TRANSCRIPT",
        "End of the recording ***",
    ],
)
def test_a_line_that_says_so_is_the_end(line: str) -> None:
    assert apart_line(line, ENGLISH) == "end"


@pytest.mark.parametrize("line", ["2 Page 2", "Page 3 of 9", "page 7", "12 Page 12/40", "- 12 -", "– 3 –"])
def test_a_page_number_is_furniture(line: str) -> None:
    assert apart_line(line, ENGLISH) == "furniture"


@pytest.mark.parametrize(
    "line",
    ["***", "-----", "* * *", "______", "[4. APPROVAL OF AGENDA]", "[Agenda item 3]", "[2.1. Budget]", "00:00:08"],
)
def test_rules_agenda_marks_and_time_codes_are_marks(line: str) -> None:
    assert apart_line(line, ENGLISH) == "mark"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[Applause]",
        "(x)",
        "Page by page we went through it.",
        "12 people came.",
        "Eat now.",
        "The session ended at ten and we went to the station.",
        "We end the session.",
        "(1.45 pm) is when we begin",
        "-- and so on",
        "* " * (MAX_NOTE + 1),
    ],
)
def test_a_line_that_is_anything_else_is_read_word_by_word(line: str) -> None:
    assert apart_line(line, ENGLISH) is None


@pytest.mark.parametrize(("tail", "opens"), [("[any word", True), ("(speaking in", True), ("(as I said", False)])
def test_a_bracket_left_open_can_be_a_note_if_its_words_say_so_or_it_is_square(tail: str, opens: bool) -> None:
    assert opens_note(tail, ENGLISH) is opens
