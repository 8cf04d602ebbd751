"""What stands before the first speaker, and what it says of the session (head_rules)."""

from typing import Any

import msgspec
import pytest

from captionflow.messages import Facts
from services.segment.rules.head_rules import MAX_ABOUT, MAX_TITLE, classify, is_key, learn
from services.segment.rules.lexicon import ENGLISH
from tests.unit.segment_material import document_of


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


@pytest.mark.parametrize("line", ["# weekly sync", "## Is the pier long?", "#  Good morning, harbour."])
def test_a_heading_of_markdown_is_written_and_not_spoken(line: str) -> None:
    assert classify(line, ENGLISH) == "titled"


@pytest.mark.parametrize("line", ["#1 on the list is the pier, and we begin.", "#harbour we begin, and so on."])
def test_a_hash_sign_before_a_word_is_no_heading(line: str) -> None:
    assert classify(line, ENGLISH) != "titled"


@pytest.mark.parametrize("line", ["Opening of the forum", "The future of harbours", "Testing one two", "港口的未来"])
def test_a_line_in_ordinary_case_is_a_title_only_beside_others(line: str) -> None:
    assert classify(line, ENGLISH) == "phrase"


@pytest.mark.parametrize("line", ["Session Leader Derek Willis.", "Moderator Ana de la Cruz", "PRESENTER IVO HORVAT"])
def test_a_credit_without_a_colon_is_head(line: str) -> None:
    assert classify(line, ENGLISH) == "head"


@pytest.mark.parametrize("line", ["Speakers are late", "Moderator here", "Host Ana", "Chair of the board Ivo Horvat"])
def test_a_role_in_a_sentence_is_no_credit(line: str) -> None:
    assert classify(line, ENGLISH) != "head"


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
        ("9/18/14", "2014-09-18"),
        ("18/9/2014", "2014-09-18"),
        ("18.09.2014", "2014-09-18"),
        ("4/4/14", "2014-04-04"),
        ("4/5/14", None),
        ("04.05.2014", None),
        ("13/13/14", None),
        ("v1.13.14", None),
        ("192.168.13.2014", None),
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
        ("# Harbour Board Meeting 2015-09-30", "Harbour Board Meeting", None),
        ("Harbour Board Meeting (30 September 2015)", "Harbour Board Meeting", None),
        ("Geneva, 4 May 2015", None, None),
        ("Main Hall 2015-09-30", None, None),
        ("== Mia Chen", "Mia Chen", None),
        ('title: "Harbour Meeting - 1155"', "Harbour Meeting - 1155", None),
        ("Harbour sync - Transcript", "Harbour sync", None),
        ("Harbour Plenary Transcript", "Harbour Plenary", None),
        ("Full transcript", None, None),
        ("Attendees", None, None),
        ("## Links", None, None),
        ("Skip to content", None, None),
        ("* Ivo Horvat", None, None),
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


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (["Piercon 2014", '"Persistent Piers"'], "Persistent Piers"),
        (["Title: Piers", '"Persistent Piers"'], "Piers"),
        (['"First Piers"', '"Second Piers"'], "First Piers"),
    ],
)
def test_a_line_in_quotes_is_the_talk_unless_it_is_known(lines: list[str], title: str) -> None:
    assert document_of("\n".join([*lines, "", ">> ANNA: Hello.", ""]))["session"]["title"] == title
