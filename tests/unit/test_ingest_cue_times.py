"""The times of one cue (services.ingest.readers.cue_times)."""

from datetime import timedelta
from typing import Literal

import pytest

from services.ingest.readers.cue_times import Span, read_times

BOTH: tuple[Literal["vtt", "srt"], ...] = ("vtt", "srt")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize("settings", ["", " align:start", " nonsense", " position:200%"])
def test_a_cue_has_a_start_and_an_end_whatever_settings_follow(form: Literal["vtt", "srt"], settings: str) -> None:
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
        "0:0:1 --> 0:0:2",
        "999999:00:00.000 --> 999999:00:00.000",
        "9" * 30 + ":00:00.000 --> 00:00:01.000",
    ],
)
def test_times_that_cannot_be_read_are_none(form: Literal["vtt", "srt"], line: str) -> None:
    assert read_times(line, form) is None
