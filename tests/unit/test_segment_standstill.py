"""Which partitions stand still (services.segment.standstill)."""

from services.segment.standstill import StandstillDetector


def test_a_partition_that_has_not_moved_for_two_looks_stands_still_and_is_then_looked_at_anew() -> None:
    detector: StandstillDetector[str] = StandstillDetector()
    assert [detector.look({"a": (7, 9)}) for _ in range(4)] == [{}, {"a": 7}, {}, {"a": 7}]


def test_one_that_moves_or_from_which_more_is_to_come_does_not() -> None:
    detector: StandstillDetector[str] = StandstillDetector()
    looks: list[dict[str, tuple[int, int]]] = [{"a": (7, 9)}, {"a": (8, 9)}, {"a": (8, 10)}, {}, {"a": (8, 10)}]
    assert [detector.look(awaited) for awaited in looks] == [{}] * 5


def test_each_partition_is_judged_by_itself() -> None:
    detector: StandstillDetector[str] = StandstillDetector()
    detector.look({"a": (7, 9), "b": (0, 1)})
    assert detector.look({"a": (7, 9), "b": (1, 2)}) == {"a": 7}
    assert detector.look({"a": (7, 9), "b": (1, 2)}) == {"b": 1}
