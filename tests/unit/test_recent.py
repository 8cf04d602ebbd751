"""What comes and goes is forgotten, the oldest first (captionflow.recent)."""

import pytest

from captionflow.recent import Recent


def test_what_was_set_the_longest_time_ago_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent["a"], recent["b"] = 1, 2
    recent["a"] = 3
    recent["c"] = 4
    assert (recent["a"], recent.get("b"), recent.get("b", 0), recent.get("c", 0)) == (3, None, 0, 4)
    assert "a" in recent
    assert "b" not in recent
    assert len(recent) == 2
    with pytest.raises(KeyError):
        recent["b"]
    del recent["a"]
    assert recent.get("a") is None


def test_however_much_comes_no_more_is_kept() -> None:
    recent: Recent[int, int] = Recent(10)
    for number in range(1_000):
        recent[number] = number
    assert len(recent) == 10
    assert all(number in recent for number in range(990, 1_000))
