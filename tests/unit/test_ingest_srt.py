from datetime import timedelta

from services.ingest.readers import Passage, read


def texts(body: str) -> list[str]:
    return [passage.text for passage in read(body.encode(), "talk.srt").passages]


def test_cues_give_their_time_and_formatting_goes() -> None:
    reading = read(
        b'1\n00:00:01,250 --> 00:00:02,000\n{\\an8}<i>Hello</i> <FONT color="red">there</FONT>\n\n'
        b"2\n00:00:02,000 --> 00:00:03,000\n- MARY: {not code} AT&amp;T &gt;&gt; yes\n\n"
        b"3\n00:00:03,000 --> 00:00:04,000\n\n",
        "talk.srt",
    )
    assert reading[:3] == (
        "srt",
        (
            Passage("Hello there\n", timedelta(seconds=1.25), until=timedelta(seconds=2)),
            Passage("- MARY: {not code} AT&T >> yes\n", timedelta(seconds=2), until=timedelta(seconds=3)),
        ),
        (),
    )


def test_a_number_that_somebody_said_is_no_cue_number() -> None:
    assert texts("1\n00:00:01,000 --> 00:00:02,000\nIt was\n1984\n\n2\n00:00:03,000 --> 00:00:04,000\nyes\n") == [
        "It was\n",
        "1984\n",
        "yes\n",
    ]


def test_a_number_may_be_missing_or_stand_apart_or_right_under_the_words() -> None:
    assert texts(
        "1\n\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:02,000 --> 00:00:03,000\nb\n\n"
        "00:00:03,000 --> 00:00:04,000\nc\n"
        "\n4\n\n00:00:04,000 --> 00:00:05,000\nd\n00:00:05,000 --> 00:00:06,000\ne"
    ) == ["a\n", "b\n", "c\n", "d\n", "e\n"]


def test_an_empty_line_inside_a_cue_loses_nothing() -> None:
    reading = read(b"1\n00:00:01,000 --> 00:00:02,000\none\n\ntwo\n\n2\n00:00:03,000 --> 00:00:04,000\nthree", "a.srt")
    assert [passage.text for passage in reading.passages] == ["one\n", "two\n", "three\n"]
    assert reading.passages[1].at == timedelta(seconds=1)
    assert reading.oddities == ("Line 5 belongs to no cue: its words are kept where they stand.",)


def test_dots_and_short_times_are_read() -> None:
    reading = read(b"1\n0:0:1,5 --> 0:0:2,0\na\n\n2\n00:00:03.000 --> 00:00:04.000\nb\n", "a.srt")
    assert [passage.at for passage in reading.passages] == [
        timedelta(seconds=1, milliseconds=5),
        timedelta(seconds=3),
    ]


def test_a_cue_that_ends_before_it_begins_has_no_end() -> None:
    reading = read(b"1\n00:00:05,000 --> 00:00:02,000\na\n", "a.srt")
    assert reading.passages == (Passage("a\n", timedelta(seconds=5)),)
