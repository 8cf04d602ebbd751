"""What stands before the first speaker, and what it says of the session (head_rules, head_detector)."""

from typing import Any

import msgspec
import pytest

from captionflow.messages import Facts
from services.segment.rules.head_detector import MAX_CHARS, MAX_ROWS
from services.segment.rules.head_rules import MAX_ABOUT, MAX_TITLE, classify, is_key, learn
from services.segment.rules.lexicon import ENGLISH
from tests.unit.segment_material import apart_of, document_of, turns_of


def learnt(*lines: str) -> dict[str, Any]:
    facts = Facts()
    for line in lines:
        facts = learn(facts, line, ENGLISH)
    found: dict[str, Any] = msgspec.to_builtins(facts)
    found.pop("status", None)
    return found


@pytest.mark.parametrize(
    "line",
    [
        "RAW FILE",
        "FINISHED FILE",
        "ROUGH EDITED COPY",
        "Contact: someone at the desk",
        "Day & Time: Monday, 10:00",
        "Session facilitator(s): Dana Okoye",
        "Services Provided By:",
        "P.O. Box 3066",
        "+1-877-825-5234",
        "www.example.com",
        "someone@example.com",
        "***",
        "[disclaimer: outputs of real-time captioning]",
        "12 November 2015",
        "Thursday, 12 November 2015 at 13:00 UTC",
        "12 to 14 November",
        "MONDAY",
        "IGF 2015 | Room 3",
        "Deprecated: Function each() is deprecated in /srv/site/index.php",
        "The following are the outputs of the real-time captioning taken during the meeting.",
        "Plenary - FINISHED",
    ],
)
def test_a_line_that_can_only_be_about_the_session_is_head(line: str) -> None:
    assert classify(line, ENGLISH) == "head"


@pytest.mark.parametrize(
    "line",
    [
        "Opening Ceremony",
        "WS 245 Mexico: The National Digital Strategy",
        "HARBOUR FORUM",
        "Who Owns the Sea?",
        "Forum of the year 2026",
        "Quick Caption, Inc.",
        "Plenary",
    ],
)
def test_a_line_in_capitals_or_title_case_or_with_a_year_may_be_a_title(line: str) -> None:
    assert classify(line, ENGLISH) == "titled"


@pytest.mark.parametrize("line", ["Opening of the forum", "The future of harbours", "Testing one two", "港口的未来"])
def test_a_line_in_ordinary_case_is_a_title_only_beside_others(line: str) -> None:
    assert classify(line, ENGLISH) == "phrase"


@pytest.mark.parametrize("line", ["Session Leader Derek Willis.", "Moderator Ana de la Cruz", "PRESENTER IVO HORVAT"])
def test_a_credit_without_a_colon_is_head(line: str) -> None:
    assert classify(line, ENGLISH) == "head"


@pytest.mark.parametrize("line", ["Speakers are late", "Moderator here", "Host Ana", "Chair of the board Ivo Horvat"])
def test_a_role_in_a_sentence_is_no_credit(line: str) -> None:
    assert classify(line, ENGLISH) != "head"


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


@pytest.mark.parametrize(
    "line", ["Good morning", "Can we start now?", "we are late", "Dear colleagues,", "And they came."]
)
def test_a_line_that_sounds_spoken_is_a_greeting(line: str) -> None:
    assert classify(line, ENGLISH) == "greeting"


@pytest.mark.parametrize("line", ["Thank you all.", "It is late. We are here. Is everybody in the room", "word " * 50])
def test_sentences_in_the_first_person_and_long_lines_are_speech(line: str) -> None:
    assert classify(line.strip(), ENGLISH) == "speech"


def test_a_line_without_words_is_blank() -> None:
    assert classify("", ENGLISH) == "blank"


def test_a_key_with_a_value_is_known() -> None:
    assert is_key("Room: 3", ENGLISH)
    assert not is_key("DANA OKOYE: Hello", ENGLISH)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2015 11 12 WS 245 Mexico", "2015-11-12"),
        ("2015-11-12", "2015-11-12"),
        ("Thursday, 12 November 2015", "2015-11-12"),
        ("12th of November, 2015", "2015-11-12"),
        ("Nov. 3rd, 2020", "2020-11-03"),
        ("Date: July 8 2017", "2017-07-08"),
        ("31 February 2015", None),
        ("0000 01 01", None),
        ("12 to 14 November 2015", None),
        ("Day 13", None),
    ],
)
def test_a_day_is_learnt_if_there_is_such_a_day_and_only_one(line: str, day: str | None) -> None:
    assert learnt(line).get("date") == day


@pytest.mark.parametrize(
    ("line", "title", "room"),
    [
        ("2015 11 12 WS 245 Mexico Workshop Room 3 FINISHED", "WS 245 Mexico", "Workshop Room 3"),
        ("Opening of the forum - Main Hall", "Opening of the forum", "Main Hall"),
        ("IGF 2020 - Day 13 - Open Mic", "IGF 2020 - Day 13 - Open Mic", None),
        ("Transcript - Session 3 (14:00 - 15:30)", "Session 3 (14:00 - 15:30)", None),
        ("Title: Youth at the forum", "Youth at the forum", None),
        ("Room: Salle XI", None, "Salle XI"),
        ("Room:", None, None),
        ("2015 11 12", None, None),
        ("Contact: someone", None, None),
        ("www.example.com", None, None),
        ("Monday", None, None),
        ("12 November 2015", None, None),
        ("[a bracket]", None, None),
        ("A | B", None, None),
        ("RAW FILE", None, None),
        ("* * *", None, None),
        ("Warning: it broke", None, None),
        ("captioned for all by a captioner", None, None),
    ],
)
def test_title_and_room_are_learnt_from_the_line_that_names_them(
    line: str, title: str | None, room: str | None
) -> None:
    found = learnt(line)
    assert found.get("title") == title
    assert found.get("room") == room


def test_what_is_learnt_first_stays() -> None:
    found = learnt("2015 11 12 First Main Hall RAW", "2016 11 12 Second Room 3 FINISHED", "Title: Third")
    assert (found["title"], found["room"], found["date"], found["edition"]) == (
        "First",
        "Main Hall",
        "2015-11-12",
        "raw",
    )


@pytest.mark.parametrize(
    ("line", "edition"),
    [
        ("RAW FILE", "raw"),
        ("UNEDITED TRANSCRIPT", "raw"),
        ("ROUGH EDITED COPY", "rough"),
        ("DRAFT TRANSCRIPT", "draft"),
        ("FINISHED FILE", "finished"),
        ("FINAL TRANSCRIPT", "finished"),
        ("The raw truth", None),
        ("Contact: the final desk", None),
    ],
)
def test_how_far_the_text_was_edited_is_learnt(line: str, edition: str | None) -> None:
    assert learnt(line).get("edition") == edition


def test_what_the_head_says_about_the_text_is_kept_in_order_and_bounded() -> None:
    assert learnt("Opening", "Contact: a", "This text is not authoritative")["about"] == (
        "Contact: a\nThis text is not authoritative"
    )
    for long in ("a" * 300, "\x01" * 300, "語" * 300):
        about = learnt(*(f"Contact: {long}" for _ in range(100)))["about"]
        assert 0 < len(msgspec.json.encode(about)) <= MAX_ABOUT


def test_a_title_is_bounded() -> None:
    assert len(learnt("Title: " + "x" * 1000)["title"]) == MAX_TITLE
    assert len(learnt("x" * 1000)["title"]) == MAX_TITLE


# --- where the talk begins ---


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


@pytest.mark.parametrize("line", ["page 5", "Meeting is over", "the session is closed.", "session ended", "applause"])
def test_nothing_is_set_apart_in_mid_sentence(line: str) -> None:
    text = f">> ANNA:  We said that the\n{line}\nand went on.\n"
    assert turns_of(text) == [("ANNA", f"We said that the {line} and went on.")]
    assert apart_of(text) == []


@pytest.mark.parametrize("line", ["2 Page 2", "Page 3 of 38", "- 5 -"])
def test_a_page_may_break_in_mid_sentence(line: str) -> None:
    text = f">> ANNA:  We said that the\n{line}\nboat is here.\n"
    assert turns_of(text) == [("ANNA", "We said that the boat is here.")]
    assert apart_of(text) == [(line, "furniture")]


def test_words_of_the_head_that_are_said_in_a_sentence_are_words() -> None:
    text = (
        "Ropes, lamps and\nother things - Carla Mendes.\n\nTHEO: The talk is called\nRopes, lamps and\nother things.\n"
    )
    assert turns_of(text) == [("THEO", "The talk is called Ropes, lamps and other things.")]


def test_a_line_of_the_head_that_comes_again_is_a_running_head() -> None:
    text = "Forum of the year 2026\n\n>> ANNA:  We talk\nForum of the year 2026\nand go on.\n"
    assert apart_of(text)[1:] == [("Forum of the year 2026", "furniture")]
    assert turns_of(text) == [("ANNA", "We talk and go on.")]
