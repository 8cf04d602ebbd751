"""Which dead letters were put back and came back, told in whatever order the topic has it."""

import itertools

import pytest

from captionflow.adapters.sqlite.put_backs import PutBacks

TOLD = (
    ("letter", 0, "lines/0/1"),
    ("letter", 4, "lines/0/9"),
    ("letter", 6, "lines/0/9"),
    ("put_back", 0, "lines/0/9"),
)


@pytest.mark.parametrize("order", list(itertools.permutations(TOLD)))
def test_a_letter_came_back_in_whatever_order_it_is_told(order: tuple[tuple[str, int, str], ...]) -> None:
    known = PutBacks()
    for what, number, place in order:
        (known.letter if what == "letter" else known.put_back)(number, place)
    assert known.of(0) == ("lines/0/9", 4)
    assert known.of(4) == ("", None)
    known.close()
    known.close()


def test_where_it_was_put_back_last_counts() -> None:
    known = PutBacks()
    known.put_back(3, "lines/0/1")
    known.put_back(3, "lines/0/2")
    known.letter(8, "lines/0/1")
    assert known.of(3) == ("lines/0/2", None)
    known.close()
