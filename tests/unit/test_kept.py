"""What is remembered is bounded by what goes on, and by a few that are over."""

from captionflow.kept import MAX_LIVE, MAX_OVER, Kept


def test_streams_that_are_over_take_no_place_of_those_that_go_on() -> None:
    kept: Kept[str, int] = Kept()
    kept.keep("goes on", 0, over=False)
    for number in range(MAX_LIVE + MAX_OVER):
        kept.keep(f"talk {number}", number, over=False)
        kept.keep(f"talk {number}", -number, over=True)
    assert kept.get("goes on") == 0
    latest = range(MAX_LIVE, MAX_LIVE + MAX_OVER)
    assert [kept.get(f"talk {number}") for number in latest] == [-number for number in latest]
    assert kept.get(f"talk {MAX_LIVE - 1}") is None


def test_of_more_streams_that_go_on_those_that_were_silent_longest_are_forgotten() -> None:
    kept: Kept[int, int] = Kept()
    kept.keep(0, 0, over=True)
    for number in range(MAX_LIVE):
        kept.keep(number, number, over=False)
    kept.keep(0, 1, over=False)
    kept.keep(MAX_LIVE, MAX_LIVE, over=False)
    assert kept.get(0) == 1, "opened again, it is one of those that go on"
    assert kept.get(1) is None
    assert kept.get(MAX_LIVE) == MAX_LIVE
