"""The times of one cue (services.ingest.readers.cue_times)."""

from datetime import timedelta

import pytest

from services.ingest.readers.cue_times import TIMES, Form, Span, read_times

BOTH: tuple[Form, ...] = ("vtt", "srt")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize("settings", ["", " align:start", " nonsense", " position:200%"])
def test_a_cue_has_a_start_and_an_end_whatever_settings_follow(form: Form, settings: str) -> None:
    assert read_times(f"00:00:01.000 --> 01:00:02.500{settings}", form) == Span(SECOND, timedelta(seconds=3602.5))


def test_hours_may_be_left_out_in_vtt_and_a_comma_is_the_decimal_mark_of_srt() -> None:
    assert read_times("00:01.000 --> 00:02.000", "vtt") == Span(SECOND, 2 * SECOND)
    assert read_times("00:00:01,000 --> 00:00:02,000", "srt") == Span(SECOND, 2 * SECOND)


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize(
    "line",
    [
        "",
        "-->",
        "a --> b",
        "1",
        "NOTE",
        "00:00:01.000 -->",
        "0:0:1 --> two",
        "999999:00:00.000 --> 999999:00:00.000",
        "9" * 30 + ":00:00.000 --> 00:00:01.000",
    ],
)
def test_times_that_cannot_be_read_are_none(form: Form, line: str) -> None:
    assert read_times(line, form) is None


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize(
    "line",
    [
        "00:00:01 --> 00:00:02",
        "0:1 --> 0:2",
        "00:01.000 -> 00:02.000",
        "00:00:01.000\u2192 00:00:02.000",
        "00\uff1a00\uff1a01\uff0c000 --> 00\uff1a00\uff1a02\uff0c000",
        "00:00:01:00 --> 00:00:02:00",
        "00:00:01.0000000 --> 00:00:02.0000000",
    ],
)
def test_times_are_read_as_loosely_as_they_are_written(form: Form, line: str) -> None:
    assert TIMES.match(line)
    assert read_times(line, form) == Span(SECOND, 2 * SECOND)


def test_frames_are_thirtieths() -> None:
    assert read_times("00:00:01:15 --> 00:00:02;00", "srt") == Span(1.5 * SECOND, 2 * SECOND)


@pytest.mark.parametrize("minus", ["-", "\u2212", "\uff0d"])
def test_a_file_that_was_shifted_has_times_before_0(minus: str) -> None:
    line = f"{minus}00:00:01,500 --> {minus}00:00:00,500"
    assert TIMES.match(line)
    assert read_times(line, "srt") == Span(-1.5 * SECOND, -0.5 * SECOND)


def test_sbv_has_a_comma_between_its_times() -> None:
    line = "0:00:01.000,0:00:02.500"
    assert TIMES.match(line)
    assert read_times(line, "sbv") == Span(SECOND, 2.5 * SECOND)
    assert not TIMES.match(f"{line} it was said")
