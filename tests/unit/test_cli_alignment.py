"""By how much a transcript has to be shifted to fit a recording (services.cli.alignment)."""

import pytest

from captionflow.errors import BadMessage, NotFound
from services.cli.alignment import AlignedStamp, AlignedTranscript, AlignedTurn, chosen, passages, read_time, shown_time

TALK = AlignedTranscript(
    (
        AlignedTurn("s.en.1", "ANNA", ("Good morning, everyone.", "We begin.")),
        AlignedTurn("s.en.2", None, ("Good morning!",)),
        AlignedTurn("s.en.3", "BEN", ("Thank you. It is a good-morning song.",)),
    ),
    (
        AlignedStamp("s.en.1", 0, 4.0, 6.3),
        AlignedStamp("s.en.1", 24, 8.0),
        AlignedStamp("s.en.3", 0, 3_700.0),
        AlignedStamp("s.en.3", 11, 3_701.0, 3_704.0),
    ),
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("1:30", 90), (" 1:30.5", 90.5), ("1:02:03", 3_723), ("0:07,25", 7.25)]
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: float) -> None:
    assert read_time(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4", "-5", "1:75:00", "90s"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadMessage, match="no time of a recording"):
        read_time(text)


@pytest.mark.parametrize(("seconds", "text"), [(90, "1:30"), (3_723.5, "1:02:03.5"), (0, "0:00")])
def test_a_time_is_shown_as_people_read_it(seconds: float, text: str) -> None:
    assert shown_time(seconds) == text


@pytest.mark.parametrize(
    ("words", "seconds"), [("we BEGIN", 8.0), ("good morning everyone", 4.0), ("thank you", 3_700.0)]
)
def test_words_are_found_whatever_their_case_and_signs(words: str, seconds: float) -> None:
    assert chosen(passages(TALK, words), None).seconds == seconds


def test_words_inside_of_a_cue_are_said_in_proportion() -> None:
    assert passages(TALK, "everyone")[0].seconds == pytest.approx(4.0 + 14 / 24 * 2.3)
    assert passages(TALK, "you")[0].seconds == pytest.approx(3_700 + 6 / 11)


def test_words_of_a_turn_without_a_time_were_said_after_the_last_that_is_known() -> None:
    assert [one.seconds for one in passages(TALK, "good morning")][:2] == [4.0, 8.0]


def test_words_that_are_said_several_times_are_listed_until_one_is_chosen() -> None:
    found = passages(TALK, "good morning")
    with pytest.raises(BadMessage) as told:
        chosen(found, None)
    assert "3 times" in str(told.value)
    assert "2. 0:08  unknown speaker: Good morning!" in str(told.value)
    assert chosen(found, 3).speaker == "BEN"
    with pytest.raises(BadMessage, match="3 times"):
        chosen(found, 4)
    with pytest.raises(BadMessage, match="once"):
        chosen(found[:1], 2)


def test_a_long_list_is_cut() -> None:
    with pytest.raises(BadMessage, match="and 20 more"):
        chosen(passages(TALK, "good morning") * 10, None)


def test_words_that_nobody_says_and_transcripts_without_times_are_told() -> None:
    with pytest.raises(NotFound, match="Nobody says"):
        passages(TALK, "good evening")
    with pytest.raises(BadMessage, match="Give some words"):
        passages(TALK, "…")
    with pytest.raises(BadMessage, match="Nobody noted times"):
        passages(AlignedTranscript(TALK.turns), "thank you")
