import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from services.ingest.schedule import due_times, ready


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
