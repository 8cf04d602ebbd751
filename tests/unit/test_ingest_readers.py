from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from captionflow.messages import MAX_LINE_CHARS
from services.ingest.cutter import Cut, cut
from services.ingest.readers import Passage, kind_of, read
from services.ingest.readers.reading import Reading, listed


def stream(reading: Reading) -> str:
    return "".join(passage.text for passage in reading.passages)


def test_a_plain_transcript_is_the_stream_itself() -> None:
    text = "RAW FILE\n\n>> LEON:  Hello -- everyone.\n\n   [Applause]"
    assert read(text.encode(), "talk.txt")[:3] == ("text", (Passage(text),), ())


@pytest.mark.parametrize("name", ["talk.txt", "talk.vtt", "talk.srt", "talk"])
def test_an_empty_file_says_so(name: str) -> None:
    reading = read(b" \n\n", name)
    assert reading.passages == ()
    assert "The file has no words." in reading.oddities


def test_a_binary_file_is_refused_whatever_its_name() -> None:
    with pytest.raises(BadMessage, match="the first at byte 3"):
        read(b"abc\0def", "talk.vtt")


def test_html_stays_words_and_is_told() -> None:
    reading = read(b"<!DOCTYPE html><p>Hello</p>", "talk.txt")
    assert stream(reading) == "<!DOCTYPE html><p>Hello</p>"
    assert "HTML" in reading.oddities[0]


def test_control_characters_are_taken_out_and_counted() -> None:
    reading = read(b"your\x15 i\x16Phone is a good thing to have with you today\r\n", "talk.txt")
    assert stream(reading) == "your iPhone is a good thing to have with you today\n"
    assert reading.oddities == ("2 control characters were taken out.",)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHi", "talk.txt", "vtt"),
        ("WEBVTT", "talk", "vtt"),
        ("WEBVTTX is no header", "talk", "text"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHi", "talk.txt", "srt"),
        ("1\n00:00:01,000 -> 00:00:02,000\nHi", "talk.srt", "srt"),
        ("1\n00:00:01,000 -> 00:00:02,000\nHi", "talk.txt", "text"),
        ("00:00:01.000 --> 00:00:02.000\nHi", "talk.srt", "vtt"),
        (">> A:  it goes --> there\n10:00 - 11:00 Lunch", "talk.txt", "text"),
        ("just words", "talk.vtt", "text"),
    ],
)
def test_what_a_file_is_its_content_says(content: str, name: str, kind: str) -> None:
    assert kind_of(content, name) == kind


def test_a_name_that_contradicts_the_content_is_told() -> None:
    assert "read as text" in read(b"just words", "talk.vtt").oddities[0]
    assert "read as vtt" in read(b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi", "talk.srt").oddities[0]


def test_a_long_list_of_oddities_is_cut_short() -> None:
    assert listed(list("abcdefg")) == ("a", "b", "c", "d", "e", "… and 2 more of this kind")
    assert listed(["a"]) == ("a",)


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.vtt", "a.srt"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        reading = read(data, name)
    except BadMessage:
        return
    stream(reading).encode()


CUES = st.lists(
    st.tuples(
        st.sampled_from(["", "7", "intro"]),
        st.sampled_from(
            ["00:00:01.000 --> 00:00:02.000", "00:00:01,000 --> 00:00:02,000", "00:01 -> 00:02", "0:0:1.5 --> x", ""]
        ),
        st.lists(st.text("abc 7-", min_size=1, max_size=9), max_size=3),
        st.sampled_from(["\n", "\n\n", "\n \n"]),
    ),
    max_size=6,
)


@given(CUES, st.sampled_from(["WEBVTT\n\n", ""]), st.sampled_from(["a.vtt", "a.srt"]))
def test_no_word_of_a_broken_cue_file_is_lost(
    cues: list[tuple[str, str, list[str], str]], header: str, name: str
) -> None:
    for (cue, times, words, end), (next_cue, next_times, *_) in pairwise(cues):
        # A line that stands alone right above the times of a cue is its name.
        assume(cue or times or len(words) != 1 or end != "\n" or next_cue or not next_times)
    body = "".join("\n".join(filter(None, [cue, times, *words])) + end for cue, times, words, end in cues)
    # A dash before somebody else's words is no word.
    said = [
        word for _, _, words, _ in cues for line in words for word in line.lstrip(" -").split() if not word.isdecimal()
    ]
    reading = read((header + body).encode(), name)
    if any("repeat their lines" in oddity or "said once" in oddity for oddity in reading.oddities):
        return
    left = iter(word.lstrip("-") for word in stream(reading).split())
    assert all(word in left for word in [word.lstrip("-") for word in said])


def test_the_first_cue_can_stand_right_under_the_header() -> None:
    reading = read(b"WEBVTT\n00:01.000 --> 00:02.000\nHi\n", "a.vtt")
    assert reading[:3] == ("vtt", (Passage("Hi\n", timedelta(seconds=1), until=timedelta(seconds=2)),), ())
    named = read(b"WEBVTT\nintro\n00:01.000 --> 00:02.000\nHi\n", "a.vtt")
    assert stream(named) == "Hi\n"


@pytest.mark.parametrize("name", ["talk.txt", "talk.vtt"])
def test_a_stray_nul_is_taken_out_and_told(name: str) -> None:
    reading = read(b"WEBVTT\n\n00:01.000 --> 00:02.000\nThe boat is \0called Anna.\n", name)
    assert stream(reading) == "The boat is called Anna.\n"
    assert reading.oddities == ("1 control characters were taken out.",)


def test_bidi_overrides_are_taken_out_and_counted_and_right_to_left_text_stays() -> None:
    reading = read(">> A:  \u202eevil\u202c \u2066\u2069 שלום\u200f.".encode(), "talk.txt")
    assert stream(reading) == ">> A:  evil  שלום\u200f."
    assert reading.oddities == ("4 control characters were taken out.",)


@pytest.mark.parametrize("entity", ["&#xD800;", "&#55296;", "&#0;", "&#x110000;"])
@pytest.mark.parametrize("name", ["a.vtt", "a.srt"])
def test_an_entity_that_is_no_character_becomes_none_that_can_do_harm(entity: str, name: str) -> None:
    reading = read(f"1\n00:00:01,000 --> 00:00:02,000\na{entity}b\n".encode(), name)
    assert stream(reading) in {"a\ufffdb\n", "ab\n"}


@pytest.mark.parametrize("name", ["talk.txt", "talk.vtt", "talk.srt"])
def test_a_line_of_a_megabyte_loses_nothing_and_is_cut_to_lines_that_the_door_takes(name: str) -> None:
    head = {"talk.txt": "", "talk.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n", "talk.srt": "1\n0:0:1,0 --> 0:0:2,0\n"}
    long = "word " * 100_000 + "x" * 600_000
    reading = read(f"{head[name]}{long}\n".encode(), name)
    assert stream(reading) == f"{long}\n"
    pieces = list(cut(reading.passages, Cut("whole")))
    assert "".join(piece.text for piece in pieces) == f"{long}\n"
    assert max(len(piece.text) for piece in pieces) <= MAX_LINE_CHARS


def test_a_file_without_any_label_is_a_stream_as_any_other() -> None:
    assert read(b"Good morning. Nobody is named here.\n", "talk.txt")[:3] == (
        "text",
        (Passage("Good morning. Nobody is named here.\n"),),
        (),
    )


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHé\n", "a.vtt", "vtt"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHé\n", "a.srt", "srt"),
        ("Hé\n", "a.txt", "text"),
    ],
)
def test_a_byte_order_mark_hides_no_format(codec: str, content: str, name: str, kind: str) -> None:
    reading = read(content.encode(codec), name)
    assert (reading.kind, stream(reading)) == (kind, "Hé\n")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"{\\rtf1 hello}", "an RTF document"),
        (b"\x1f\x8b\x08", "a gzip archive"),
    ],
)
def test_a_binary_file_is_refused_by_what_it_is(content: bytes, what: str) -> None:
    with pytest.raises(BadMessage, match=f"This is {what}.*: export it as plain text, WebVTT or SRT first"):
        read(content, "talk.txt")


def test_cues_that_overlap_are_both_said_in_the_order_of_the_file() -> None:
    reading = read(
        b"WEBVTT\n\n00:01.000 --> 00:09.000\n<v Ana>one\n\n00:02.000 --> 00:03.000\n<v Bo>two\n\n"
        b"00:02.000 --> 00:08.000\n<v Ana>three\n",
        "a.vtt",
    )
    assert [(passage.speaker, passage.text) for passage in reading.passages] == [
        ("Ana", "one\n"),
        ("Bo", "two\n"),
        ("Ana", "three\n"),
    ]
    assert reading.oddities == ()


def test_a_cue_that_ends_before_it_begins_keeps_its_words() -> None:
    assert stream(read(b"WEBVTT\n\n00:05.000 --> 00:01.000\nbackward\n", "a.vtt")) == "backward\n"


def test_a_name_that_no_door_takes_is_cut_and_told() -> None:
    reading = read(f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v {'Ana ' * 80}>Hi\n".encode(), "a.vtt")
    assert reading.passages[0].speaker == ("Ana " * 50).rstrip()
    assert reading.oddities == ("Names of speakers were cut after 200 characters.",)
