"""Where the talk begins: what is said, heard or told before the first speaker (head_detector)."""

import pytest

from services.segment.rules.head_detector import MAX_CHARS, MAX_ROWS
from tests.unit.segment_material import NOW, apart_of, document_of, line, run, turns_of

FIRST_WORDS = [
    "Can you hear me?",
    "Is this on?",
    "Okay, we are live.",
    "Good morning everybody",
    "so as I was saying",
    "Testing, one two three",
    "We will begin in five minutes",
    "Hello? Hello?",
    "Thank you all for coming",
    "Sorry, I was on mute.",
    "Let us wait for the others",
    "And that is why we need it!",
    "You can turn on your camera now",
    "yes",
    "Please take your seats.",
    "Recording in progress",
    "deal with that question.",
    "Est-ce que vous m'entendez ?",
    "¿Me oyen bien?",
    "Können Sie mich hören?",
    "Вы меня слышите?",
    "您能听见我吗？",
    "هل تسمعونني؟",
]


@pytest.mark.parametrize("words", FIRST_WORDS)
@pytest.mark.parametrize("label", [">> ANNA:", "ANNA LEE:", ">>"])
def test_what_is_said_before_the_first_speaker_is_no_title(words: str, label: str) -> None:
    text = f"{words}\n\n{label} Yes, we can.\n"
    assert turns_of(text)[0] == (None, words)
    assert document_of(text)["session"]["title"] is None


@pytest.mark.parametrize("words", ["Can you hear me in the back?", "we are waiting for the others."])
def test_words_behind_a_head_are_spoken(words: str) -> None:
    text = f"RAW FILE\nHARBOUR FORUM 2019\n\n{words}\n\n>> ANNA: Yes.\n"
    assert turns_of(text) == [(None, words), ("ANNA", "Yes.")]
    assert document_of(text)["session"]["title"] == "HARBOUR FORUM 2019"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Opening Ceremony", "Opening Ceremony"),
        ("Plenary", "Plenary"),
        ("FINISHED FILE\nThe future of harbours\n12 May 2019", "The future of harbours"),
        ("The future of harbours\nModerator: Ana Lupu", "The future of harbours"),
        ("Session 13 - Hell is data about other people\nSession Leader Derek Willis.", None),
    ],
)
def test_a_title_is_one_by_its_capitals_or_by_what_stands_beside_it(head: str, title: str | None) -> None:
    text = f"{head}\n\n>> ANNA: Hi.\n\n>> EVE: Ho.\n"
    assert turns_of(text) == [("ANNA", "Hi."), ("EVE", "Ho.")]
    assert title is None or document_of(text)["session"]["title"] == title


def test_the_head_stands_apart_and_the_first_speaker_ends_it() -> None:
    text = "Forum 2026\n\n12 November 2026\n***\n\n>> ANNA:  Hello.\n"
    assert apart_of(text) == [("Forum 2026", "head"), ("12 November 2026", "head"), ("***", "mark")]
    assert turns_of(text) == [("ANNA", "Hello.")]


def test_a_label_in_capitals_ends_the_head_without_a_marker() -> None:
    text = "Forum 2026\nANNA LEE: Hello.\n"
    assert (apart_of(text), turns_of(text)) == ([("Forum 2026", "head")], [("ANNA LEE", "Hello.")])


def test_a_label_in_mixed_case_ends_a_head_that_has_begun() -> None:
    text = "Note: not authoritative\nTerry Agnes: Hello.\n"
    assert turns_of(text) == [("Terry Agnes", "Hello.")]


def test_two_labels_in_mixed_case_are_a_dialogue() -> None:
    text = "Terry Agnes: Hello.\nAnna Lee: Hi.\n"
    assert turns_of(text) == [("Terry Agnes", "Hello."), ("Anna Lee", "Hi.")]


def test_a_label_and_then_words_is_a_talk() -> None:
    text = "Terry Agnes: Hello.\nand now we begin\n"
    assert turns_of(text) == [("Terry Agnes", "Hello. and now we begin")]


def test_a_head_above_a_label_in_mixed_case_and_a_sure_speaker_stays_a_head() -> None:
    text = "Opening of the Forum\n\nTerry Agnes: Hello.\n>> ANNA: Hi.\n"
    assert apart_of(text) == [("Opening of the Forum", "head")]
    assert turns_of(text) == [("Terry Agnes", "Hello."), ("ANNA", "Hi.")]


def test_speech_without_a_label_begins_where_it_sounds_spoken() -> None:
    text = "Opening of the forum\n\nGood morning, everyone. Thank you for coming.\n"
    assert apart_of(text) == [("Opening of the forum", "head")]
    assert turns_of(text) == [(None, "Good morning, everyone. Thank you for coming.")]


def test_a_wrapped_line_that_only_later_sounds_spoken_is_speech_from_its_beginning() -> None:
    text = "RAW FILE\n\nColleagues in this great hall\nthank you for coming. It is early.\n"
    assert turns_of(text) == [(None, "Colleagues in this great hall thank you for coming. It is early.")]


def test_a_greeting_between_lines_about_the_session_is_about_the_session() -> None:
    text = "Welcome to the forum\nRoom: 3\n>> ANNA: Hi.\n"
    assert [why for _, why in apart_of(text)] == ["head", "head"]


def test_a_file_of_words_without_any_label_is_speech() -> None:
    assert turns_of("Opening of the forum") == [(None, "Opening of the forum")]


def test_a_head_and_nothing_else_is_no_turn() -> None:
    text = "Room: 3\nOpening of the forum\n"
    assert (turns_of(text), [why for _, why in apart_of(text)]) == ([], ["head", "head"])
    assert document_of(text)["session"]["room"] == "3"


def test_a_head_and_then_a_greeting_at_the_very_end_is_spoken() -> None:
    assert turns_of("Room: 3\nGood morning\n") == [(None, "Good morning")]


@pytest.mark.parametrize(
    "rows", [["title"] * (MAX_ROWS + 1), ["Opening of the forum " * 5] * (MAX_CHARS // 100 + 1), ["a b"] + [""] * 40]
)
def test_words_without_evidence_do_not_wait_without_end(rows: list[str]) -> None:
    text = "\n".join([*rows, "Room: 3"]) + "\n"
    turns = turns_of(text)
    assert turns
    assert turns[0][1].startswith(rows[0].strip()[:3])


def test_a_line_of_the_head_that_comes_again_is_a_running_head() -> None:
    text = "Forum of the year 2026\n\n>> ANNA:  We talk\nForum of the year 2026\nand go on.\n"
    assert apart_of(text)[1:] == [("Forum of the year 2026", "furniture")]
    assert turns_of(text) == [("ANNA", "We talk and go on.")]


@pytest.mark.parametrize("note", ["[Applause]", "[PLEASE STAND BY]", "(music)", "MUSIC", "[ Waiting for speakers ]"])
def test_a_note_is_neither_head_nor_furniture(note: str) -> None:
    text = f"Forum 2026\n{note}\n\n>> ANNA: Hello.\n{note}\n\n>> EVE: Hi.\n\n{note}\n"
    found = document_of(text)
    assert found["apart"] == [{"text": "Forum 2026", "why": "head"}, {"text": note, "why": "mark"}]
    assert [[one["text"] for one in turn["notes"]] for turn in found["turns"]] == [[note], [note]]


@pytest.mark.parametrize(
    "told", ["[disclaimer: may be incomplete]", "[Harbour Forum 2019]", "[Main Hall]", "(UTC +0300)"]
)
def test_a_bracket_about_the_session_is_head(told: str) -> None:
    assert apart_of(f"{told}\n\n>> ANNA: Hello.\n") == [(told, "head")]


def test_a_note_between_words_before_the_first_label_is_a_note_of_theirs() -> None:
    text = "(Music)\n\nWhat a huge hall!\n[Laughter]\nThe plans alone filled\n\n>> ANNA: Hello.\n"
    found = document_of(text)
    assert found["apart"] == [{"text": "(Music)", "why": "mark"}]
    assert [note["text"] for note in found["turns"][0]["notes"]] == ["[Laughter]"]
    assert turns_of(text)[0] == (None, "What a huge hall! The plans alone filled")


def test_a_note_before_the_first_words_of_a_cue_is_on_the_screen() -> None:
    cue = {"at": NOW, "until": NOW}
    parts, _, _ = run([line(1, "[door slams]\n", **cue), line(2, "20\n", **cue), line(3, "OTTO: Mine.\n", **cue)])
    assert [(part.speaker, part.text, [note.text for note in part.notes]) for part in parts] == [
        (None, "20", ["[door slams]"]),
        ("OTTO", "Mine.", []),
    ]


@pytest.mark.parametrize("words", ["page 5", "Meeting is over", "the session is closed.", "session ended", "applause"])
def test_nothing_is_set_apart_in_mid_sentence(words: str) -> None:
    text = f">> ANNA:  We said that the\n{words}\nand went on.\n"
    assert turns_of(text) == [("ANNA", f"We said that the {words} and went on.")]
    assert apart_of(text) == []


@pytest.mark.parametrize("words", ["2 Page 2", "Page 3 of 38", "- 5 -"])
def test_a_page_may_break_in_mid_sentence(words: str) -> None:
    text = f">> ANNA:  We said that the\n{words}\nboat is here.\n"
    assert turns_of(text) == [("ANNA", "We said that the boat is here.")]
    assert apart_of(text) == [(words, "furniture")]


def test_words_of_the_head_that_are_said_in_a_sentence_are_words() -> None:
    text = (
        "Ropes, lamps and\nother things - Carla Mendes.\n\nTHEO: The talk is called\nRopes, lamps and\nother things.\n"
    )
    assert turns_of(text) == [("THEO", "The talk is called Ropes, lamps and other things.")]


@pytest.mark.parametrize("title", ["Open Piers: A New Hope", "Harbours: Past and Present", "Lamps: The Night Shift"])
def test_a_title_with_a_subtitle_is_no_speaker(title: str) -> None:
    text = f"{title}\n\n>> MODERATOR: Welcome.\n\n>> ANNA: Yes.\n"
    assert turns_of(text) == [("MODERATOR", "Welcome."), ("ANNA", "Yes.")]
    assert document_of(text)["session"]["title"] == title


@pytest.mark.parametrize("said", ["Good Morning", "Hello there", "We begin", "Yes", "A New Hope is here."])
def test_words_behind_a_label_that_are_no_subtitle_are_spoken(said: str) -> None:
    text = f"Terry Agnes: {said}\n\n>> ANNA: Hi.\n"
    assert turns_of(text) == [("Terry Agnes", said), ("ANNA", "Hi.")]


def test_a_long_line_of_the_head_may_be_wrapped() -> None:
    first = "This text is being provided in a rough draft format to facilitate communication and is not verbatim,"
    text = f"{first}\nplease ask the speakers for what we all have said.\n\n>> ANNA: Hi.\n"
    assert turns_of(text) == [("ANNA", "Hi.")]
    assert [why for _, why in apart_of(text)] == ["head", "head"]


def test_a_phrase_that_speech_goes_on_with_is_spoken_behind_a_head_too() -> None:
    text = "RAW FILE\n\nColleagues in this great hall\nthank you for coming\n\n>> ANNA: Hi.\n"
    assert turns_of(text) == [(None, "Colleagues in this great hall thank you for coming"), ("ANNA", "Hi.")]
