"""What recognisers print on the terminal is cues (services.ingest.readers.terminal)."""

from datetime import timedelta

import pytest

from services.ingest.readers import read


@pytest.mark.parametrize(
    "text",
    [
        "[00:00:01.000 --> 00:01:15.500]  Hello there.\n[00:01:15.500 --> 00:01:20.000]  Thanks.\n",
        "[00:01.000 --> 01:15.500] Hello there.\n\n[01:15.500 --> 01:20.000] Thanks.",
        "[1.00s -> 75.50s] Hello there.\n[75.50s -> 80s] Thanks.\n",
        "[1.0 --> 75.5] Hello there.\n[75.5 --> 80.0] Thanks.\n",
    ],
)
def test_each_line_is_a_cue_with_its_times(text: str) -> None:
    reading = read(text.encode(), "talk.txt")
    assert [(passage.text, passage.at, passage.until) for passage in reading.passages] == [
        ("Hello there.\n", timedelta(seconds=1), timedelta(seconds=75.5)),
        ("Thanks.\n", timedelta(seconds=75.5), timedelta(seconds=80)),
    ]
    assert (reading.kind, reading.oddities) == ("text", ("2 lines begin with two times: read as cues.",))


def test_labels_and_dashes_of_such_lines_are_those_of_cues_and_what_was_wrapped_stays() -> None:
    text = (
        "[00:00.000 --> 00:04.000] SPEAKER_00: Good\n[00:04.000 --> 00:07.000] SPEAKER_00: morning to\nall of you.\n"
        "[00:07.000 --> 00:09.000] SPEAKER_01: Thanks."
    )
    reading = read(text.encode(), "talk.txt")
    assert [(passage.speaker, passage.text) for passage in reading.passages] == [
        ("SPEAKER_00", "Good\n"),
        ("SPEAKER_00", "morning to\n"),
        (None, "all of you.\n"),
        ("SPEAKER_01", "Thanks.\n"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "We went [0:03 -> 0:05] there.\nAnd back.\n",
        "[1 -> 2] one line of many\n" + "A line of words.\n" * 5,
        "[a --> b] first\n[b --> c] second\n",
    ],
)
def test_other_texts_are_no_cues(text: str) -> None:
    assert "read as cues" not in " ".join(read(text.encode(), "talk.txt").oddities)
