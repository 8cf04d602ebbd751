from services.ingest.readers import read
from services.ingest.readers.reading import Reading

YOUTUBE = """WEBVTT

00:00:00.160 --> 00:00:02.070 align:start position:0%
\x20
hello<00:00:00.480><c> everyone</c><00:00:01.000><c> and</c>

00:00:02.070 --> 00:00:02.080 align:start position:0%
hello everyone and
\x20

00:00:02.080 --> 00:00:04.000 align:start position:0%
hello everyone and
welcome<00:00:02.480><c> to</c><00:00:03.000><c> the</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
welcome to the
\x20

00:00:04.010 --> 00:00:06.000 align:start position:0%
welcome to the
show<00:00:04.480><c> today</c>
"""


def srt(*cues: str, seconds: int = 1) -> Reading:
    return read(
        "".join(
            f"{n}\n00:{n * seconds // 60:02}:{n * seconds % 60:02},000 --> 00:{(n * seconds + 1) // 60:02}:"
            f"{(n * seconds + 1) % 60:02},000\n{cue}\n\n"
            for n, cue in enumerate(cues)
        ).encode(),
        "a.srt",
    )


def text(reading: Reading) -> str:
    return "".join(passage.text for passage in reading.passages)


def test_youtubes_rolling_captions_say_everything_once() -> None:
    reading = read(YOUTUBE.encode(), "a.vtt")
    assert text(reading) == "hello everyone and\nwelcome to the\nshow today\n"
    assert reading.oddities == ("The cues repeat their lines (roll-up): 12 repeated words are left out.",)


def test_lines_that_roll_up_are_said_once() -> None:
    assert text(srt("one\ntwo", "two\nthree", "three\nfour\nfive", "six")) == "one\ntwo\nthree\nfour\nfive\nsix\n"


def test_a_line_that_grows_word_by_word_stays_one_line() -> None:
    assert text(srt(">> A:", ">> A: one", ">> A: one two", "A: new")) == ">> A: one two\nA: new\n"


def test_a_crowd_that_repeats_itself_is_heard_each_time() -> None:
    assert text(srt("Yes!", "Yes!", "Yes!", "No. No.")) == "Yes!\nYes!\nYes!\nNo. No.\n"


def test_words_repeated_after_a_pause_were_said_again() -> None:
    assert text(srt("one", "one two", "one two three", "one two three four", seconds=10)) == (
        "one\none two\none two three\none two three four\n"
    )


def test_two_that_begin_alike_do_not_make_a_file_roll() -> None:
    assert text(srt("We", "We can", "Never", "mind", "that")) == "We\nWe can\nNever\nmind\nthat\n"


def test_the_same_words_of_another_voice_are_said_again() -> None:
    reading = read(
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>one\n\n00:02.000 --> 00:03.000\n<v A>one two\n\n"
        b"00:03.000 --> 00:04.000\n<v A>one two three\n\n00:04.000 --> 00:05.000\n<v B>one two three\n",
        "a.vtt",
    )
    assert [(passage.speaker, passage.text) for passage in reading.passages] == [
        ("A", "one "),
        ("A", "two "),
        ("A", "three\n"),
        ("B", "one two three\n"),
    ]
