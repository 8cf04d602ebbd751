"""When a partition is held because hardly a record of it can be used (services.segment.dead_letter_limit)."""

from services.segment.dead_letter_limit import (
    GOOD_PER_DEAD_LETTER,
    MAX_DEAD_LETTERS,
    DeadLetterLimit,
    HeldPartitions,
)


def test_a_hundred_bad_records_are_set_aside_and_one_more_is_too_many() -> None:
    limit = DeadLetterLimit()
    for _ in range(MAX_DEAD_LETTERS):
        assert not limit.reached
        limit.bad()
    assert limit.reached


def test_good_records_make_up_for_bad_ones_and_never_for_those_to_come() -> None:
    limit = DeadLetterLimit()
    for _ in range(10 * MAX_DEAD_LETTERS):
        limit.bad()
        for _ in range(GOOD_PER_DEAD_LETTER + 1):
            limit.good()
    for _ in range(MAX_DEAD_LETTERS):
        assert not limit.reached
        limit.bad()
    assert limit.reached


def test_what_comes_after_a_held_record_waits_and_the_record_itself_and_other_partitions_do_not() -> None:
    held = HeldPartitions()
    held.hold(3, 1200, 7, "no JSON")
    assert held.holds(3, 1201, 7)
    assert not held.holds(3, 1200, 7)
    assert not held.holds(4, 1201, 7)
    assert held.offsets(7) == {3: 1200}
    held.release(3)
    assert not held.holds(3, 1201, 7)
    assert held.offsets(7) == {}


def test_nothing_is_held_when_the_partitions_were_shared_out_anew() -> None:
    held = HeldPartitions()
    held.hold(3, 1200, 7, "no JSON")
    assert not held.holds(3, 1300, 8)
    assert held.offsets(8) == {}
    assert held.told("captions.lines", 8) == ""


def test_who_watches_is_told_where_and_why_and_what_to_do() -> None:
    held = HeldPartitions()
    assert held.told("captions.lines", 7) == ""
    held.hold(3, 1200, 7, "no JSON")
    told = held.told("captions.lines", 7)
    assert "captions.lines/3 can be used from 1200 on (no JSON): its sessions wait, and all others go on." in told
    assert "captionflow dead-letters accept --until captions.lines/3/OFFSET" in told
    held.hold(5, 90, 7, "no JSON")
    assert "its sessions, and 1 more partitions, wait" in held.told("captions.lines", 7)
