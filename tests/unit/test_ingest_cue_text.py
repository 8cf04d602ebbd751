"""What is no word in a cue: tags, codes, breaks (services.ingest.readers.cue_text), and what is no cue."""

from datetime import timedelta

import pytest

from services.ingest.readers import Passage, read
from services.ingest.readers.reading import Reading


def srt(*texts: str) -> Reading:
    blocks = (f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{text}\n" for n, text in enumerate(texts))
    return read("\n".join(blocks).encode(), "talk.srt")


def texts(reading: Reading) -> list[str]:
    return [passage.text.removesuffix("\n") for passage in reading.passages]


@pytest.mark.parametrize("wrapped", [r"one\Ntwo", "one<br>two", "one<br/>two", "one<BR />two", "one[br]two"])
def test_a_break_inside_a_line_begins_a_line(wrapped: str) -> None:
    assert texts(srt(wrapped)) == ["one", "two"]
    assert texts(read(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{wrapped}\n".encode(), "a.vtt")) == ["one", "two"]


@pytest.mark.parametrize("said", [r"C:\News\Now", r"\\server\News", "a <brr> b", r"or \n or \h", "{b} or {x}"])
def test_what_only_looks_like_a_break_or_a_code_is_said(said: str) -> None:
    assert texts(srt(said)) == [said]


@pytest.mark.parametrize(
    ("cue", "speaker", "text"),
    [
        ("<v ->One.</v>", "", ">> One.\n"),
        ("<v --->One.</v>", "", ">> One.\n"),
        ("<v Ana>One.</v>", "Ana", "One.\n"),
        ("<v Speaker 1>One.", "Speaker 1", "One.\n"),
    ],
)
def test_srt_may_have_voices_and_a_sign_is_nobodys_name(cue: str, speaker: str, text: str) -> None:
    assert [(passage.speaker, passage.text) for passage in srt(cue).passages] == [(speaker, text)]


@pytest.mark.parametrize(
    "style",
    [
        "STYLE\n::cue {\n color: white;\n\n background: black;\n}",
        "STYLE\n::cue(b) {\n color: white;\n}\n\n::cue(.a) {\n color: red;\n}",
        "STYLE\n::cue { color: white }\n\n::cue(i) { color: red }",
        "REGION\nid:fred\n\nwidth:40%",
    ],
)
def test_an_empty_line_inside_of_a_style_makes_no_words(style: str) -> None:
    reading = read(f"WEBVTT\n\n{style}\n\n00:01.000 --> 00:02.000\nHello: all.\n".encode(), "a.vtt")
    assert texts(reading) == ["Hello: all."]
    assert reading.oddities == (f"1 {style.split(chr(10), maxsplit=1)[0]} blocks are left out, the first on line 3.",)


def test_words_behind_a_style_are_words() -> None:
    reading = read(b"WEBVTT\n\nSTYLE\n::cue { x: y }\n\nWelcome all.\n\n00:01.000 --> 00:02.000\nHello.\n", "a.vtt")
    assert texts(reading) == ["Welcome all.", "Hello."]


def test_segments_that_were_joined_have_further_headers_and_repeat_cues() -> None:
    segment = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n00:01.000 --> 00:02.000\nHello.\n\n"
    reading = read((segment + segment).encode(), "a.vtt")
    assert texts(reading) == ["Hello."]
    assert "1 WEBVTT blocks are left out, the first on line 7." in reading.oddities


def test_times_before_0_count_from_0_and_that_is_told() -> None:
    reading = read(b"1\n-00:00:02,000 --> -00:00:01,000\na\n\n2\n-00:00:01,000 --> 00:00:01,000\nb\n", "a.srt")
    zero, one = timedelta(), timedelta(seconds=1)
    assert reading.passages == (Passage("a\n", zero, until=zero), Passage("b\n", zero, until=one))
    assert reading.oddities == ("2 cues begin before 0 of the clock: their times count from 0.",)


def test_sbv_is_read_by_its_content_whatever_its_name() -> None:
    body = b"0:00:01.000,0:00:03.000\n>> ORLA: We start[br]now.\n\n0:00:03.500,0:00:05.000\nAt last.\n"
    for name in ("a.sbv", "a.txt", "a"):
        reading = read(body, name)
        assert (reading.kind, texts(reading)) == ("sbv", [">> ORLA: We start", "now.", "At last."])
        assert all(passage.until for passage in reading.passages)


def test_words_right_above_the_times_of_srt_are_words() -> None:
    reading = read(b"00:00:01,000 --> 00:00:02,000\n\nHello there\n00:00:02,500 --> 00:00:03,000\nyes\n", "a.srt")
    assert texts(reading) == ["Hello there", "yes"]
