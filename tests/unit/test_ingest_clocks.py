import re
from datetime import timedelta

import pytest

from services.ingest.readers.clocks import CLOCK, is_programme, is_timetable, read_clock, times

_CLOCK = re.compile(CLOCK)


def seconds(*texts: str, of_day: bool = False) -> list[tuple[float | None, float | None]]:
    clocks = [read_clock(text) for text in texts]
    return [
        (None if begin is None else begin.total_seconds(), None if end is None else end.total_seconds())
        for begin, end in times(clocks, of_day=of_day)
    ]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("0:03", 3),
        ("[00:03]", 3),
        ("(00:03.52)", 3.52),
        ("1:00:03", 3603),
        ("00:00:03,440", 3.44),
        ("01:00:05:12", 3605.48),
        ("10:05 AM", 36300),
        ("12:05 a.m.", 300),
        ("12:05 pm", 43500),
        ("1:05:03 PM", 47103),
        ("0 minutes 3 seconds", 3),
        ("1 hour 2 minutes 3 seconds", 3723),
        ("0 Minuten 3 Sekunden", 3),
        ("2 minutos 3 segundos", 123),
        ("2m 3s", 123),
        ("[22/04/2024, 10:05:03]", 36303),
        ("2024-04-22 10:05:03", 36303),
    ],
)
def test_a_clock_is_counted_from_nought(text: str, second: float) -> None:
    assert _CLOCK.fullmatch(text)
    assert seconds(text) == [(pytest.approx(second), None)]


@pytest.mark.parametrize("text", ["10", "10:5", "10:75", "3:16b", "1:2:3", "12 minutes", "[10:05", "10:05-"])
def test_what_is_no_clock(text: str) -> None:
    assert not _CLOCK.fullmatch(text)


def test_two_fields_are_hours_where_the_file_begins_late_and_has_no_seconds() -> None:
    assert seconds("10:05", "10:07") == [(36300, None), (36420, None)]
    assert seconds("10:05", "1:00:07") == [(605, None), (3607, None)]
    assert seconds("0:05", "10:07") == [(5, None), (607, None)]
    assert seconds("0:05", "0:07", of_day=True) == [(300, None), (420, None)]
    assert seconds("45:05") == [(2705, None)]


def test_a_span_has_an_end_that_is_not_before_it() -> None:
    assert seconds("[00:00:01.000 --> 00:00:03.440]", "0:04 - 0:06", "0:09 → 0:08") == [
        (1, 3.44),
        (4, 6),
        (9, None),
    ]


def test_a_clock_that_goes_back_gives_no_time_unless_a_day_has_passed() -> None:
    assert seconds("0:05", "0:03", "0:07") == [(5, None), (None, None), (7, None)]
    assert seconds("23:59:00", "0:01:00") == [(86340, None), (86460, None)]


def test_a_mark_is_the_time_alone_in_brackets() -> None:
    assert read_clock("(0:03)").mark == "(0:03)"
    assert read_clock("0:03").mark == "[0:03]"
    assert read_clock("2024-04-22 10:05:03").mark == "[10:05:03]"
    assert read_clock("0 minutes 3 seconds").mark == ""
    assert read_clock("[0:03 --> 0:05]").mark == ""


def test_only_a_clock_with_a_day_has_one() -> None:
    assert read_clock("2024-04-22 10:05:03").has_day
    assert not read_clock("[ 10:05:03]").has_day
    assert not read_clock("0 minutes 3 seconds").has_day


@pytest.mark.parametrize(
    ("texts", "programme"),
    [
        (["9:00", "9:30", "10:00"], True),
        (["3:16", "3:17", "3:18"], True),
        (["9:00"], True),
        (["0:00", "0:05"], False),
        (["9:00", "9:07"], False),
        (["9:00:00", "9:30:00"], False),
        (["9:00.5", "9:30"], False),
    ],
)
def test_round_clocks_are_an_agenda_and_those_one_by_one_are_verses(texts: list[str], programme: bool) -> None:
    assert is_programme([read_clock(text) for text in texts]) is programme


def test_hours_and_minutes_may_be_a_timetable() -> None:
    assert is_timetable([read_clock("10:05"), read_clock("10:17")])
    assert not is_timetable([read_clock("0:05"), read_clock("0:17")])
    assert timedelta() == times([read_clock("0:00")])[0][0]
