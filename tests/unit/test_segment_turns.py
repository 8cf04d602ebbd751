"""What lines of captions become: turns, paragraphs, notes and what stands apart, in the conventions of captioners."""

import pytest

from tests.unit.segment_material import (
    apart_of,
    document_of,
    letters,
    letters_of,
    notes_of,
    read_text,
    speakers,
    turns_of,
)

# --- markers and labels ---


@pytest.mark.parametrize(
    "line",
    [
        ">> ANNA LEE:  Hello.",
        ">>> ANNA LEE:  Hello.",
        ">>ANNA LEE:Hello.",
        "> > ANNA LEE: Hello.",
        "     >> ANNA LEE: Hello.",
        "> ANNA LEE: Hello.",
        ">> **ANNA LEE:** Hello.",
        "**ANNA LEE**: Hello.",
        "ANNA LEE: Hello.",
        ">> ANNA LEE:\nHello.",
        ">> ANNA LEE:\n\nHello.",
        ">>\nANNA LEE: Hello.",
        ">> ANNA\nLEE: Hello.",
        ">> ANNA LEE：Hello.",
    ],
)
def test_a_marker_and_a_label_of_any_form_open_a_turn(line: str) -> None:
    assert turns_of(f">> BEN: Hi.\n{line}\n") == [("BEN", "Hi."), ("ANNA LEE", "Hello.")]


@pytest.mark.parametrize("name", ["RODRIGO DE LA PARRA", "CHAIR DR SMITH"])
def test_a_label_without_marker_may_be_cut_behind_a_particle_or_a_title(name: str) -> None:
    first, last = name.rsplit(" ", 1)
    assert turns_of(f"BEN: Hi.\n{first}\n{last}: Hello.\n") == [("BEN", "Hi."), (name, "Hello.")]


def test_a_marker_without_a_label_opens_a_turn_of_somebody_unknown_each_time() -> None:
    assert turns_of(">> Hi, everyone.\n>> Hi.\n") == [(None, "Hi, everyone."), (None, "Hi.")]


def test_the_same_label_again_is_a_new_turn() -> None:
    assert turns_of(">> ANNA: One.\n>> ANNA: Two.\n") == [("ANNA", "One."), ("ANNA", "Two.")]


@pytest.mark.parametrize("marker", [">>", ">>>", "> >", ">> >"])
def test_a_marker_in_mid_line_opens_a_turn(marker: str) -> None:
    assert turns_of(f">> ANNA: One. {marker} BEN: Two. {marker} Three.\n") == [
        ("ANNA", "One."),
        ("BEN", "Two."),
        (None, "Three."),
    ]


def test_a_single_arrow_in_mid_line_is_text() -> None:
    assert turns_of(">> ANNA: a > b\n") == [("ANNA", "a > b")]


def test_a_role_in_mid_line_opens_a_turn_without_a_marker() -> None:
    assert turns_of(">> ANNA: One. MODERATOR: Two.\n") == [("ANNA", "One."), ("MODERATOR", "Two.")]


def test_a_role_says_so() -> None:
    found = document_of(">> MODERATOR: One.\n>> CHAIR MBEKI: Two.\n")["turns"]
    assert [(turn["speaker"], turn["role"]) for turn in found] == [("MODERATOR", True), ("CHAIR MBEKI", False)]


def test_mail_quotes_before_wrapped_lines_open_nothing() -> None:
    text = "> ANNA: We go on\n> and on with what we said to all of the people here\n> who came. Yes.\n> BEN: Well.\n"
    assert speakers(text) == ["ANNA", "BEN"]


def test_a_marker_after_a_sentence_or_before_a_capital_is_a_speaker_even_if_it_is_single() -> None:
    assert turns_of(">> ANNA: One.\n> two.\n") == [("ANNA", "One."), (None, "two.")]
    assert turns_of(">> ANNA: One and\n> Two.\n") == [("ANNA", "One and"), (None, "Two.")]


def test_half_a_label_whose_next_line_is_a_speaker_of_its_own_is_text() -> None:
    assert turns_of(">> ANNA: Hi.\n>> GOOD\n>> BEN: Hello.\n") == [
        ("ANNA", "Hi."),
        (None, "GOOD"),
        ("BEN", "Hello."),
    ]
    assert turns_of(">> BEN: Hi.\n>> GOOD\nBEN: Hello.\n") == [("BEN", "Hi."), (None, "GOOD"), ("BEN", "Hello.")]


def test_half_a_label_that_goes_on_as_a_sentence_is_text() -> None:
    assert turns_of(">> ANNA: Hi.\n>> GOOD\nmorning to everybody.\n") == [
        ("ANNA", "Hi."),
        (None, "GOOD morning to everybody."),
    ]
    assert turns_of(">> ANNA: Hi.\n>> Good\nquestion is: why?\n")[1] == (None, "Good question is: why?")


@pytest.mark.parametrize(
    "line",
    ["Contact: the desk", "Note: we are late", "There is one thing: time", "at 10:30 we go on", "see http://a.b"],
)
def test_a_colon_after_other_words_opens_nothing(line: str) -> None:
    assert speakers(f">> ANNA: Hello.\n{line}\n") == ["ANNA"]


def test_a_name_in_mixed_case_in_mid_sentence_opens_nothing() -> None:
    assert turns_of(">> ANNA: I spoke with\nTerry Agnes: she agreed.\n") == [
        ("ANNA", "I spoke with Terry Agnes: she agreed.")
    ]


# --- paragraphs and joints ---


def test_wrapped_lines_are_one_paragraph_and_a_blank_line_makes_another() -> None:
    assert turns_of(">> ANNA: One\ntwo\n\nThree.\n\n\n\nFour.\n") == [("ANNA", "One two | Three. | Four.")]


def test_a_blank_line_inside_a_sentence_makes_no_paragraph() -> None:
    assert turns_of(">> ANNA: One and\n\ntwo.\n") == [("ANNA", "One and two.")]


def test_an_indented_line_after_a_sentence_makes_a_paragraph() -> None:
    assert turns_of(">> ANNA: One.\n   Two\n   three.\n") == [("ANNA", "One. | Two three.")]


def test_a_line_after_a_long_line_that_ended_a_sentence_is_a_paragraph() -> None:
    long = "We said this and that for a long time. " * 4
    assert turns_of(f">> ANNA: {long}\nTwo.\n") == [("ANNA", f"{long.strip()} | Two.")]


def test_white_space_collapses_and_no_space_is_invented() -> None:
    assert turns_of(">> ANNA:  One.  Two \t three-\nfour\n") == [("ANNA", "One. Two three- four")]


# --- notes ---


def test_a_note_in_a_sentence_keeps_its_place_and_leaves_the_words_joined() -> None:
    turn = document_of(">> ANNA: We agree [Applause] and go on (laughs), of course.\n")["turns"][0]
    assert turn["paragraphs"] == ["We agree and go on, of course."]
    assert turn["notes"] == [{"text": "[Applause]", "at": 8}, {"text": "(laughs)", "at": 18}]


def test_a_note_alone_on_its_line_belongs_to_the_turn_before_it() -> None:
    assert turns_of(">> ANNA: One.\n[Laughter]\nTwo.\n>> BEN: Three.\n")[0] == ("ANNA", "One. Two.")
    assert notes_of(">> ANNA: One.\n[Laughter]\nTwo.\n>> BEN: Three.\n") == ["[Laughter]"]


def test_quotes_around_a_note_belong_to_it() -> None:
    text = '>> ANNA: One "[speaking in Korean]" two “(inaudible)” three.\n'
    assert notes_of(text) == ['"[speaking in Korean]"', "“(inaudible)”"]
    assert turns_of(text) == [("ANNA", "One two three.")]


def test_a_quote_between_two_notes_belongs_to_one_of_them() -> None:
    text = '>> ANNA: One "[Music]"[Laughter]" two.\n'
    assert len(notes_of(text)) == 2
    assert letters_of(read_text(text)[0]) == letters(text)


@pytest.mark.parametrize("lines", ["[speaking in\nKorean]", "(speaking\nKorean)", "[Off the\nrecord 2:52]"])
def test_a_note_may_be_cut_by_a_line_break(lines: str) -> None:
    assert notes_of(f">> ANNA: One {lines} two.\n") == [" ".join(lines.split())]


def test_a_note_goes_on_behind_a_mark_that_quotes_each_line() -> None:
    text = "> > Thank you but (talking\n> > amongst themselves).\n> > Two.\n"
    assert notes_of(text) == ["(talking amongst themselves)"]
    assert turns_of(text) == [(None, "Thank you but."), (None, "Two.")]


@pytest.mark.parametrize("line", [">> amongst themselves).", "> > Amongst themselves)."])
def test_a_note_does_not_go_on_behind_a_marker_of_a_speaker(line: str) -> None:
    assert notes_of(f"> > Thank you but (talking\n{line}\n") == []


@pytest.mark.parametrize(
    "text", ["One [speaking in\nmany ways.", "One [speaking in\n>> BEN: x]", "One [two\nthree: x]"]
)
def test_a_bracket_that_closes_nowhere_is_text(text: str) -> None:
    assert notes_of(f">> ANNA: {text}\n") == []


def test_a_known_note_that_was_left_open_ends_with_its_word() -> None:
    assert notes_of(">> ANNA: One [Applause two.\n") == ["[Applause"]
    assert notes_of(">> ANNA: One [Applause\nTwo.\n") == ["[Applause"]
    assert turns_of(">> ANNA: One [Applause two.\n") == [("ANNA", "One two.")]


def test_a_link_in_markdown_and_dictated_parentheses_are_text() -> None:
    text = ">> ANNA: See [the page](http://a.b) (I mean it) and (this one.\n"
    assert turns_of(text) == [("ANNA", "See [the page](http://a.b) (I mean it) and (this one.")]


def test_a_note_before_anybody_has_spoken_stands_apart() -> None:
    assert apart_of("[Music]\n>> ANNA: Hi.\n") == [("[Music]", "mark")]


def test_a_note_behind_what_stands_apart_stands_apart_too_so_that_the_order_stays() -> None:
    text = ">> ANNA: One.\n***\n[Applause]\n>> BEN: Two.\n"
    assert apart_of(text) == [("***", "mark"), ("[Applause]", "mark")]


# --- what stands apart, and the end ---


def test_marks_and_furniture_stand_apart_and_leave_the_sentence_whole() -> None:
    text = ">> ANNA: We go\n2 Page 2\non (1.45 pm) and\n[4. APPROVAL OF AGENDA]\non.\n"
    assert apart_of(text) == [("2 Page 2", "furniture"), ("(1.45 pm)", "mark"), ("[4. APPROVAL OF AGENDA]", "mark")]
    assert turns_of(text) == [("ANNA", "We go on and on.")]


@pytest.mark.parametrize("end", ["(Concluded at 1434).", "[End of meeting]", "Session ended at 10:30", "END OF CALL"])
def test_an_end_mark_finishes_the_session(end: str) -> None:
    found = document_of(f">> ANNA: Thank you.\n{end}\n")
    assert found["apart"] == [{"text": end, "why": "end"}]
    assert found["session"]["status"] == "finished"


def test_an_end_in_mid_sentence_is_a_note() -> None:
    found = document_of(">> ANNA: They call it [End of meeting] in the log.\n>> EVE: Yes. [End of meeting]\n")
    assert [[note["text"] for note in turn["notes"]] for turn in found["turns"]] == [["[End of meeting]"], []]
    assert found["apart"] == [{"text": "[End of meeting]", "why": "end"}]


def test_a_sentence_that_ends_the_session_stays_words() -> None:
    found = document_of(">> CHAIR: All in favour?\n\nThe meeting is adjourned.\n")
    assert (found["apart"], found["session"]["status"]) == ([], "finished")
    assert found["turns"][0]["paragraphs"] == ["All in favour?", "The meeting is adjourned."]


def test_a_talk_that_goes_on_after_an_end_mark_keeps_its_words() -> None:
    assert turns_of(">> ANNA: Thank you.\n[End of session]\nAnd one thing more.\n") == [
        ("ANNA", "Thank you. And one thing more.")
    ]


# --- texts of the world ---


@pytest.mark.parametrize(
    "text",
    [
        "We use ‑‑ as they say – a one‑stop shop.",
        "大家好。我们开始。",
        "Здравствуйте, коллеги.",
        "مرحبا بالجميع.",
        "<script>alert(1)</script> & <b>bold</b>",
        "a\u202eb\u2066c",
        "🎤 e\u0301 ﬁ ǅ ß İ",
        "nul\x00 bell\x07",
    ],
)
def test_words_of_any_kind_stay_as_they_were_typed(text: str) -> None:
    assert turns_of(f">> ANNA: {text}\n") == [("ANNA", text)]


def test_markup_in_a_label_is_no_label_and_is_kept() -> None:
    assert turns_of(">> <b>ANNA</b>: Hi.\n") == [(None, "<b>ANNA</b>: Hi.")]
