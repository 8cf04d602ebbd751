import pytest

from services.ingest.gateway import holes


@pytest.mark.parametrize(
    ("last", "numbers", "missing"),
    [
        (None, [0, 1, 2], []),
        (None, [5, 6], []),
        (None, [5, 9], [(6, 8)]),
        (None, [], []),
        (4, [5, 6], []),
        (4, [6], [(5, 5)]),
        (4, [9, 7, 7], [(5, 6), (8, 8)]),
        (4, [3, 4], []),
        (4, [2, 7], [(5, 6)]),
        (0, [2**53 - 1], [(1, 2**53 - 2)]),
    ],
)
def test_holes_are_the_runs_of_numbers_that_were_skipped(
    last: int | None, numbers: list[int], missing: list[tuple[int, int]]
) -> None:
    assert holes(last, numbers) == missing
