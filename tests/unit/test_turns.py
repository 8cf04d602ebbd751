"""Windows on a transcript (captionflow.turns)."""

from collections.abc import AsyncGenerator

import pytest

from captionflow.errors import Unavailable
from captionflow.turns import Turns, Window, merged, whole, window
from tests.steps import part

LONG = [part(1, 1, "a"), *(part(2, 1, f"{n}", number=n) for n in range(4)), part(3, 1, "c")]


def texts(found: Window) -> list[str]:
    return [one.text for one in found.parts]


@pytest.mark.parametrize("backwards", [True, False])
def test_what_fits_is_all_there_is(backwards: bool) -> None:
    assert window(LONG[::-1], 7, 6, backwards=backwards) == Window(tuple(LONG), 7)
    assert window([], 0, 6, backwards=backwards) == Window((), 0)


def test_a_turn_that_is_cut_is_left_out_unless_it_is_the_only_one() -> None:
    assert texts(window(LONG, 7, 3, backwards=False)) == ["a"]
    assert texts(window(LONG, 7, 5, backwards=False)) == ["a", "0", "1", "2", "3"]
    assert texts(window(LONG, 7, 3, backwards=True)) == ["c"]
    assert texts(window(LONG[1:], 7, 3, backwards=False)) == ["0", "1", "2"]
    assert texts(window(LONG[:5], 7, 3, backwards=True)) == ["1", "2", "3"]


def test_where_others_follow_the_last_turn_may_be_cut() -> None:
    assert texts(window(LONG[:3], 7, 9, backwards=False, more=True)) == ["a"]
    assert texts(window(LONG[3:], 7, 9, backwards=True, more=True)) == ["c"]
    assert window([part(1, 2, retracted=True)], 7, 9, backwards=True, more=True) == Window((), 7, more=True)


def test_two_windows_make_one_up_to_the_nearest_end() -> None:
    newer = part(2, 5, "new", number=1), part(2, 5, number=2, retracted=True)
    old = Window(tuple(LONG[:4]), 5, more=True)
    own = Window((*newer, part(4, 6, "d")), 6)
    assert merged((old, own), 9, backwards=False) == Window(tuple(LONG[:1]), 6, more=True)
    assert texts(merged((Window(tuple(LONG), 5), own), 9, backwards=False)) == ["a", "0", "new", "3", "c", "d"]
    assert texts(merged((Window(tuple(LONG[3:]), 5, more=True), own), 9, backwards=True)) == ["c", "d"]
    assert merged((Window((), 5), own), 9, backwards=True).last_seq == 6


async def test_pages_make_one_transcript_in_order_and_are_closed_whatever_happens() -> None:
    closed: list[bool] = []

    async def pages(*, fail: bool = False) -> AsyncGenerator[Turns]:
        try:
            yield Turns((part(2, 2, "b"), part(3, 5, "c", retracted=True)), 7)
            if fail:
                raise Unavailable("The store is away.")
            yield Turns((part(1, 1, "a"),), 6)
        finally:
            closed.append(True)

    assert await whole(pages()) == Turns((part(1, 1, "a"), part(2, 2, "b")), 7)
    with pytest.raises(Unavailable):
        await whole(pages(fail=True))
    assert closed == [True, True]
