"""How many dead letters wait for somebody (captionflow.adapters.sqlite.open_letters)."""

from contextlib import closing

from captionflow.adapters.sqlite.open_letters import OpenLetters


def test_of_many_letters_those_that_nobody_put_back_are_counted_each_once() -> None:
    with closing(OpenLetters()) as known:
        for number in range(2_000):
            known.add(number)
        for number in (*range(1_000), 0, 1, 2_000):
            known.put_back(number)
        assert known.count == 1_000
        known.add(1_999)
        assert known.count == 1_000
        known.clear()
        assert known.count == 0
