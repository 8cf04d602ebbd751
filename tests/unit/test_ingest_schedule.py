from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from services.ingest.readers import Passage
from services.ingest.schedule import clock_times, due_times, ready


def test_a_minutes_words_take_a_minute() -> None:
    assert due_times(["word "] * 160, wpm=160)[-1] == pytest.approx(60)


def test_ten_times_the_speed_takes_a_tenth() -> None:
    assert due_times(["word "] * 160, wpm=160, speed=10)[-1] == pytest.approx(6)


def test_without_a_speed_all_is_due_at_once() -> None:
    assert due_times(["a ", "b "], speed=None) == (0.0, 0.0)


@given(st.lists(st.text("ab c", min_size=1), max_size=20))
def test_it_takes_as_long_however_it_is_cut_and_never_goes_back(texts: list[str]) -> None:
    due = due_times(texts)
    assert list(due) == sorted(due)
    assert (due or (0.0,))[-1] == pytest.approx((due_times(["".join(texts)]))[-1])


@pytest.mark.parametrize(("wpm", "speed"), [(0, 1), (-1, 1), (160, 0), (160, -2)])
def test_a_rate_that_never_ends_is_refused(wpm: float, speed: float) -> None:
    with pytest.raises(BadMessage):
        due_times(["a"], wpm=wpm, speed=speed)


def test_ready_counts_what_is_due_up_to_the_most() -> None:
    due = (0.0, 1.0, 2.0, 3.0)
    assert [ready(due, 1, now, most=2) for now in (0.5, 1.0, 9.0)] == [0, 1, 2]
    assert ready(due, 4, 9.0, most=2) == 0


def seconds(*times: float | None) -> list[Passage]:
    return [Passage("word\n", None if time is None else timedelta(seconds=time)) for time in times]


def test_what_has_times_is_due_at_them_from_the_first_on() -> None:
    assert clock_times(seconds(None, 90, 95, None, 93, 100)) == (0, 0, 5, 5, 5, 10)
    assert clock_times(seconds(90, 95), speed=5) == (0, 1)


def test_what_has_no_times_is_due_as_it_would_be_typed() -> None:
    assert clock_times(seconds(None, None)) == due_times(["word\n"] * 2)
    assert clock_times(seconds(1, 9), speed=None) == (0, 0)
    assert clock_times([]) == ()


def test_a_rate_that_never_ends_is_refused_for_times_too() -> None:
    with pytest.raises(BadMessage):
        clock_times(seconds(1), speed=0)
