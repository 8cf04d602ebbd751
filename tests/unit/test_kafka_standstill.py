"""How long a partition has got no further (captionflow.adapters.kafka.group_lag)."""

from captionflow.adapters.kafka.group_lag import Standstill


def test_the_longest_wait_of_one_partition_counts_whatever_the_others_do() -> None:
    standstill = Standstill()
    assert standstill.look({"a": (0, 5), "b": (0, 5)}, 100.0) == 0
    assert standstill.look({"a": (3, 9), "b": (0, 9)}, 160.0) == 60
    assert standstill.look({"a": (6, 12), "b": (0, 12)}, 220.0) == 120
    assert standstill.look({"a": (9, 15), "b": (1, 15)}, 230.0) == 0


def test_what_has_nothing_to_do_does_not_stand_still_and_begins_anew_with_the_next_record() -> None:
    standstill = Standstill()
    assert standstill.look({"a": (5, 5)}, 100.0) == 0
    assert standstill.look({"a": (5, 6)}, 900.0) == 0
    assert standstill.look({"a": (5, 7)}, 905.0) == 5
    assert standstill.look({}, 910.0) == 0
