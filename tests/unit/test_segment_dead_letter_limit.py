"""When a worker stops because hardly a record can be used (services.segment.dead_letter_limit)."""

import pytest

from services.segment.dead_letter_limit import (
    GOOD_PER_DEAD_LETTER,
    MAX_DEAD_LETTERS,
    DeadLetterLimit,
    TooManyDeadLetters,
)


def test_a_hundred_bad_records_are_set_aside_and_one_more_is_too_many() -> None:
    limit = DeadLetterLimit("captions.lines")
    for _ in range(MAX_DEAD_LETTERS):
        limit.bad("no JSON")
    with pytest.raises(TooManyDeadLetters, match=r"of captions.lines can be used \(no JSON\).*dead-letters list"):
        limit.bad("no JSON")


def test_good_records_make_up_for_bad_ones_and_never_for_those_to_come() -> None:
    limit = DeadLetterLimit("captions.lines")
    for _ in range(10 * MAX_DEAD_LETTERS):
        limit.bad("no JSON")
        for _ in range(GOOD_PER_DEAD_LETTER + 1):
            limit.good()
    for _ in range(MAX_DEAD_LETTERS):
        limit.bad("no JSON")
    with pytest.raises(TooManyDeadLetters):
        limit.bad("no JSON")
