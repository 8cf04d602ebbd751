from datetime import timedelta

import pytest

from services.ingest.readers import Passage, read
from services.ingest.readers.reading import Reading


def vtt(body: str) -> Reading:
    return read(f"WEBVTT\n\n{body}".encode(), "talk.vtt")


def said(reading: Reading) -> list[tuple[str | None, str]]:
    return [(passage.speaker, passage.text) for passage in reading.passages]


def test_cues_give_their_time_and_their_lines() -> None:
    reading = vtt(
        "1\n00:00:01.500 --> 00:00:04.000 align:start line:0\nHello,\neveryone.\n\n01:00:02.000 --> 01:00:03.000\nBye\n"
    )
    assert reading.passages == (
        Passage("Hello,\n", timedelta(seconds=1.5), until=timedelta(seconds=4)),
        Passage("everyone.\n", timedelta(seconds=1.5), until=timedelta(seconds=4)),
        Passage("Bye\n", timedelta(hours=1, seconds=2), until=timedelta(hours=1, seconds=3)),
    )
    assert reading.oddities == ()


def test_a_voice_is_the_speaker_of_its_cue() -> None:
    reading = vtt(
        "00:01.000 --> 00:02.000\n<v Roger Bingham>We are in <i>New York</i>\ntoday\n\n00:03.000 --> 00:04.000\nAside\n"
    )
    assert said(reading) == [
        ("Roger Bingham", "We are in New York\n"),
        ("Roger Bingham", "today\n"),
        (None, "Aside\n"),
    ]


def test_a_cue_can_have_several_voices_with_classes_closed_or_not() -> None:
    reading = vtt(
        "00:01.000 --> 00:02.000\n<v.loud.first Mary>Hi</v> noise\n- <v Bob  O&#39;Neil>Hello <v Mary>Yes</v>\n"
    )
    assert said(reading) == [
        ("Mary", "Hi\n"),
        (None, " noise\n"),
        ("Bob O'Neil", "Hello \n"),
        ("Mary", "Yes\n"),
    ]


def test_an_empty_voice_is_nobody() -> None:
    assert said(vtt("00:01.000 --> 00:02.000\n<v>Hi\n")) == [(None, "Hi\n")]


def test_tags_of_the_format_go_and_all_else_stays_text() -> None:
    reading = vtt(
        "00:01.000 --> 00:02.000\n<c.yellow>a</c> <00:01.500><lang en-GB>b</lang> <ruby>c<rt>d</rt></ruby>"
        " <script>alert(1)</script> 5 < 6 and 7 > 2 <b>e\n"
    )
    assert said(reading) == [(None, "a b cd <script>alert(1)</script> 5 < 6 and 7 > 2 e\n")]


def test_entities_are_decoded_and_what_they_hide_is_cleaned() -> None:
    reading = vtt("00:01.000 --> 00:02.000\nR&D &amp; Q&A &lt;3 &gt;&gt; &nbsp;x&#x202e;y &notanentity &#39;\n")
    assert said(reading) == [(None, "R&D & Q&A <3 >> \u00a0xy &notanentity '\n")]


def test_asides_are_left_out_and_accounted_for() -> None:
    reading = read(
        b"WEBVTT - The talk\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n"
        b"NOTE one\n\nNOTE\ntwo\nlines\n\n"
        b"00:01.000 --> 00:02.000\nNOTE this is spoken\n",
        "talk.vtt",
    )
    assert said(reading) == [(None, "NOTE this is spoken\n")]
    assert reading.oddities == (
        "The header says: - The talk; Language: en.",
        "1 STYLE blocks are left out, the first on line 4.",
        "1 REGION blocks are left out, the first on line 7.",
        "2 NOTE blocks are left out, the first on line 10.",
    )


def test_times_that_cannot_be_read_lose_no_word() -> None:
    reading = vtt(
        "00:01.000 --> 00:99.000\none\n\n00:00:01.000 -> 00:00:99.000\ntwo\n\n00:03.000 --> 00:04.000\nthree\n"
    )
    assert [text for _, text in said(reading)] == ["one\n", "two\n", "three\n"]
    assert [oddity.split(":")[0] for oddity in reading.oddities] == ["Line 3", "Line 6"]


def test_words_outside_of_cues_stay_where_they_stand() -> None:
    reading = vtt("lost\n\n00:03.000 --> 00:04.000\nthree\n\nstill\nsaid\n")
    assert [text for _, text in said(reading)] == ["lost\n", "three\n", "still\n", "said\n"]
    assert reading.oddities[1] == "Line 8 belongs to no cue: its words are kept where they stand."


def test_cues_out_of_order_and_names_that_are_sentences_are_told() -> None:
    reading = vtt("00:03.000 --> 00:04.000\na\n\nThe second part\n00:01.000 --> 00:02.000\nb\n")
    assert [text for _, text in said(reading)] == ["a\n", "b\n"]
    assert reading.oddities == (
        "Line 7: this cue begins before the one above it; the file's order is kept.",
        "Line 7: the name of this cue is left out, it is not shown to readers.",
    )


def test_a_missing_header_is_told() -> None:
    reading = read(b"\n00:01.000 --> 00:02.000\nHi\n", "talk.vtt")
    assert said(reading) == [(None, "Hi\n")]
    assert reading.oddities == ("The first line is not WEBVTT.",)


def test_a_clock_beyond_a_year_is_no_time() -> None:
    reading = vtt("00:00:01.000 --> 9999:59:59.999\na\n")
    assert reading.oddities == ()
    assert "can't be read" in read(b"1\n00:00:01,000 --> 9999:99:99999999999,1\na\n", "a.srt").oddities[0]


def test_crlf_and_cr_files_read_the_same() -> None:
    body = "WEBVTT\n\n1\n00:01.000 --> 00:02.000\nHi\n\n2\n00:02.000 --> 00:03.000\nyou\n"
    readings = {read(body.replace("\n", end).encode(), "a.vtt") for end in ("\n", "\r\n", "\r")}
    assert len(readings) == 1


def test_a_line_of_spaces_ends_no_cue_so_the_word_under_it_is_no_name() -> None:
    reading = vtt("00:01.000 --> 00:02.000\n \nsaid\n00:02.000 --> 00:03.000\nmore\n")
    assert [text for _, text in said(reading)] == ["said\n", "more\n"]


def test_a_header_alone_has_no_words() -> None:
    for header in (b"WEBVTT", b"WEBVTT\nKind: captions"):
        assert read(header, "a.vtt").oddities[-1] == "The file has no words."


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("Kind: captions\nLanguage: es", "es"),
        ("language:pt-BR", "pt-BR"),
        ("Language: a language", None),
        ("Kind: captions", None),
        ("Language", None),
    ],
)
def test_the_header_may_say_the_language(header: str, language: str | None) -> None:
    reading = read(f"WEBVTT\n{header}\n\n00:01.000 --> 00:02.000\nLanguage: fr\n".encode(), "talk.vtt")
    assert reading.language == language
    assert said(reading) == [(None, "Language: fr\n")]
