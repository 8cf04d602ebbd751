"""Plain text as passages; its forms are in tests/golden/file_forms."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.readers import Passage, read


def passages(text: str) -> tuple[Passage, ...]:
    return read(text.encode(), "talk.txt").passages


def seconds(passage: Passage) -> tuple[float | None, float | None]:
    return tuple(None if one is None else one.total_seconds() for one in (passage.at, passage.until))  # type: ignore[return-value]


def test_a_name_and_a_clock_are_the_speaker_and_the_time_of_what_follows() -> None:
    assert passages("Talk\n\nAna Lupu  0:03\nWe begin.\n\nIvo Horvat  1:00:09\nYes.") == (
        Passage("Talk\n\n"),
        Passage("[0:03]\nWe begin.\n\n", timedelta(seconds=3), "Ana Lupu"),
        Passage("[1:00:09]\nYes.", timedelta(hours=1, seconds=9), "Ivo Horvat"),
    )


@given(
    st.lists(
        st.text(st.sampled_from("Aab:01-[]()<>*#_/|.,\t \u2022"), max_size=12)
        | st.sampled_from(["Ana Lupu  0:03", "**Ana**", "[Ivo] 0:09", "## /", "words", "0:04", "1 ANA: x", "- Ivo: y"]),
        max_size=12,
    ).map("\n".join)
)
def test_any_text_is_read_and_no_word_is_invented(text: str) -> None:
    kept = "".join(f"{one.speaker or ''} {one.text} " for one in passages(text))
    assert set(re.findall(r"\w+", kept)) <= set(re.findall(r"\w+", text))


def test_two_clocks_are_the_beginning_and_the_end() -> None:
    found = passages("[00:00.000 --> 00:04.000]  We begin.\n[00:05.000 --> 00:07.500]  Yes.\n")
    assert [one.text for one in found] == ["We begin.\n", "Yes.\n"]
    assert [seconds(one) for one in found] == [(0, 4), (5, 7.5)]


def test_a_label_that_the_segmenter_reads_keeps_its_line_and_gives_its_time() -> None:
    found = passages("Ana Lupu (00:03): We begin.\nIvo Horvat (00:09): Yes.\n")
    assert [one.text for one in found] == ["Ana Lupu (00:03): We begin.\n", "Ivo Horvat (00:09): Yes.\n"]
    assert [seconds(one) for one in found] == [(3, None), (9, None)]


def test_what_was_read_into_a_file_and_left_out_is_told() -> None:
    reading = read(b"[3/5/2024, 10:05:03] Ana: One.\n[3/5/2024, 10:05:01] Ivo: Two.\n", "talk.txt")
    assert reading.oddities == (
        "2 lines begin with a clock before words: read as such.",
        "2 days before clocks are left out.",
        "1 clocks go back: the words behind them have no time.",
    )


def test_the_letters_of_an_interview_in_one_line_begin_lines() -> None:
    found = passages("I: How long? R: Nine hundred. I: So long? R: Yes.")
    assert "".join(one.text for one in found).split("\n\n") == [
        "I: How long?",
        "R: Nine hundred.",
        "I: So long?",
        "R: Yes.\n",
    ]


@pytest.mark.parametrize("text", ["ANA: One. IVO: Two.\nANA: Three.\n", "ANA: One.\nIVO: Two. ANA: Three.\n"])
def test_a_file_with_line_breaks_before_most_labels_stays_as_it_is(text: str) -> None:
    assert passages(text) == (Passage(text),)


def test_a_shape_is_not_looked_for_where_the_first_lines_have_none() -> None:
    text = "We begin.\n" * 2_500 + "**Ana**\nOne.\n**Ivo**\nTwo.\n**Ana**\nThree.\n"
    assert passages(text) == (Passage(text),)


@pytest.mark.parametrize(
    "line",
    [
        "A" + " " * 158 + "x",
        "*" * 160,
        "[" * 160,
        "A. " * 53,
        "2024-05-03 " * 14,
        "10:05:03 From " + "a to " * 29,
        "0:03 " * 32,
        "1 hour " * 22,
        "Ana\t" * 40,
    ],
)
def test_lines_made_to_be_slow_are_words(line: str) -> None:
    text = f"{line}\n" * 200
    assert "".join(one.text for one in passages(text)).count(line.strip()[-1]) >= 200
