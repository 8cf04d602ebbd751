"""What is not at the beginning of a line and yet opens a turn or stands apart: brackets, clocks, labels in mid-line."""

import pytest

from tests.unit.segment_material import apart_of, content, notes_of, read_text, turns_of

# --- somebody speaks in brackets ---


def test_a_bracket_that_says_who_spoke_is_a_turn_and_behind_it_the_speaker_before_goes_on() -> None:
    text = "ANA: How long?\n\n[Audience member: Nine.]\n[Hon. members: Hear, hear.]\n\nThat is right.\n\nIVO: Good.\n"
    assert turns_of(text) == [
        ("ANA", "How long?"),
        ("Audience member", "Nine."),
        ("Hon. members", "Hear, hear."),
        ("ANA", "That is right."),
        ("IVO", "Good."),
    ]


def test_behind_such_a_bracket_a_marker_opens_a_turn_of_somebody_unknown() -> None:
    assert turns_of(">> ANA: One.\n[Ivo Lee: Two.]\n>> Three.\n")[1:] == [("Ivo Lee", "Two."), (None, "Three.")]


def test_a_bracket_may_be_the_first_that_speaks() -> None:
    assert turns_of(">> [Ivo Lee: Two.]\n")[:1] != [("Ivo Lee", "Two.")]
    assert turns_of("(MODERATOR: Two.)\nThree is more.\n")[-1][1].endswith("Three is more.")


@pytest.mark.parametrize(
    "line",
    [
        "[Music: a slow waltz.]",
        "[Video: A ship sinks.]",
        "[Note: The rest is lost.]",
        "[Audience member: inaudible]",
        "[Captioner: I cannot hear.]",
        "[Audience member: (laughs) Nine.]",
        "[Laughter: All of them.]",
        "[Piers: Nine.]",
        "[Audience member: Nine.] And more.",
    ],
)
def test_a_bracket_that_tells_of_a_sound_or_is_not_a_sentence_is_none(line: str) -> None:
    assert [speaker for speaker, _ in turns_of(f"ANA: How long?\n\n{line}\n")] == ["ANA"]


# --- clocks ---


@pytest.mark.parametrize(
    "mark",
    [
        "[00:00:01.000 --> 00:00:04.000]",
        "[00:01 - 00:04]",
        "[01:00:05:12]",
        "01:00:05:12",
        "01:00:05;12",
        "(2.45 pm)",
    ],
)
def test_a_clock_before_a_label_is_a_mark_and_the_label_opens_a_turn_whatever_the_line_before(mark: str) -> None:
    text = f">> BEN: We go on\n{mark} Ana Lupu: Good.\n"
    assert turns_of(text) == [("BEN", "We go on"), ("Ana Lupu", "Good.")]
    assert (mark, "mark") in apart_of(text)


@pytest.mark.parametrize("line", ["2.45 pm", "2.45 p.m.", "3 pm", "14:45 hrs", "12 noon", "14.45 Uhr", "01:00:05:12"])
def test_a_time_of_day_alone_behind_a_sentence_is_a_mark(line: str) -> None:
    assert turns_of(f"ANA: We stop.\n\n{line}\n\nBEN: Go on.\n") == [("ANA", "We stop."), ("BEN", "Go on.")]


@pytest.mark.parametrize("line", ["2.45 pm", "3 pm", "12 noon", "2.45"])
def test_a_time_of_day_inside_a_sentence_is_words(line: str) -> None:
    assert turns_of(f"ANA: We stop at\n{line}\nand go on.\n") == [("ANA", f"We stop at {line} and go on.")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Speaker 1: 00:18:02", ""),
        ("Speaker 1: 18:02", ""),
        ("ANA: 0:12", ""),
        ("ANA: 10:30", "10:30"),
        ("ANA: 00:18:02 it was.", "00:18:02 it was."),
    ],
)
def test_a_clock_that_is_all_behind_a_label_is_a_mark_unless_it_may_be_an_answer(line: str, said: str) -> None:
    assert turns_of(f"{line}\nWe begin.\n")[0][1] == f"{said} We begin.".strip()


def test_a_break_of_the_show_is_a_mark() -> None:
    text = "**ANA:** Hello.\n\n**Break:** \\[15:10\\]\n\nCommercial break:\n\nBEN: Yes.\n"
    assert turns_of(text) == [("ANA", "Hello."), ("BEN", "Yes.")]


# --- labels and notes in mid-line ---


@pytest.mark.parametrize(
    "line",
    [
        "ANA LUPU: One. IVO HORVAT: Two. ANA LUPU: Three.",
        "ANA LUPU: One.  IVO HORVAT: Two. ANA LUPU: Three.",
        "ANA LUPU: One. [Applause] IVO HORVAT: Two. ANA LUPU: Three.",
        "ANA LUPU: “One.” IVO HORVAT: Two. ANA LUPU: Three.",
    ],
)
def test_a_name_in_capitals_behind_a_sentence_in_mid_line_is_a_label(line: str) -> None:
    assert [speaker for speaker, _ in turns_of(f"{line}\n")] == ["ANA LUPU", "IVO HORVAT", "ANA LUPU"]


def test_a_name_in_other_letters_is_one_in_mid_line_if_it_opened_a_turn() -> None:
    assert turns_of(">> Ana Lupu: One.\n>> Ivo: Two. Ana Lupu: Three.\n") == [
        ("Ana Lupu", "One."),
        ("Ivo", "Two."),
        ("Ana Lupu", "Three."),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "I say to Dr. Ana Lupu: Come.",
        "We read. One Thing: It is good.",
        "We read. DUNE: It is good.",
        "He came. Ana Lupu: come here.",
        "I ask Ana Lupu: Come.",
        "Plan Q: yes. A: It is good.",
    ],
)
def test_other_words_before_a_colon_in_mid_line_are_words(words: str) -> None:
    assert turns_of(f">> Ana Lupu: One.\n>> IVO: {words}\n")[1:] == [("IVO", words)]


def test_labels_behind_the_first_piece_of_a_very_long_line_open_turns() -> None:
    text = " ".join(f"ANA LUPU: {'One two three. ' * 9}IVO HORVAT: {'Four five six. ' * 9}" for _ in range(20))
    found = [speaker for speaker, _ in turns_of(f"{text}\n")]
    assert found == ["ANA LUPU", "IVO HORVAT"] * 20
    assert content(*read_text(text, "words")) == content(*read_text(text))


@pytest.mark.parametrize("note", ["（掌声）", "［音乐］", "（14:05）"])
def test_wide_brackets_are_read_as_others(note: str) -> None:
    text = f"主持人：大家好。{note}谢谢。\n"
    assert note not in turns_of(text)[0][1]
    assert note in [*notes_of(text), *(words for words, _ in apart_of(text))]


def test_backslashes_of_markdown_before_brackets_are_no_words() -> None:
    text = "ANA: It was \\[unintelligible 00:07\\] here \\(in Rome\\). \\[laughs\\]\n"
    assert notes_of(text) == ["[unintelligible 00:07]", "[laughs]"]
    assert turns_of(text) == [("ANA", "It was here \\(in Rome\\).")]


def test_a_line_of_nothing_but_sentences_and_colons_takes_no_long_time() -> None:
    assert turns_of(f"ANA: {'A. B: ' * 3_000}\n")
