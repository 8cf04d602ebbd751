"""What counts the damage notices each kind of it; else a clean table would say nothing."""

from datetime import UTC, datetime

import pytest

from captionflow.messages import Line, StepRecord
from tests.chaos.outcome import Outcome, advancing, left_out, logged

SENT = [(0, "a"), (1, "b"), (2, "c")]


def log(*found: tuple[int, str]) -> list[Line]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Line(sender="desk", number=number, text=text, seq=seq, received_at=now)
        for seq, (number, text) in enumerate(found, 1)
    ]


@pytest.mark.parametrize(
    ("found", "counted"),
    [
        (SENT, (0, 0, 0, 0)),
        (SENT[:2], (1, 0, 0, 0)),
        ([SENT[0], SENT[2]], (1, 0, 0, 0)),
        ([*SENT, SENT[2]], (0, 1, 0, 0)),
        ([SENT[0], *SENT], (0, 1, 0, 0)),
        ([*SENT[:2], (2, "d")], (0, 0, 1, 0)),
        ([*SENT, (3, "d")], (0, 0, 1, 0)),
        ([SENT[1], SENT[0], SENT[2]], (0, 0, 0, 1)),
    ],
)
def test_a_planted_fault_of_the_log_is_counted(
    found: list[tuple[int, str]], counted: tuple[int, int, int, int]
) -> None:
    assert logged(SENT, log(*found)) == counted


def test_steps_that_do_not_advance_are_left_aside_and_lines_that_no_step_has_are_counted() -> None:
    steps = [StepRecord("s", "en", first, last) for first, last in [(1, 2), (1, 1), (3, 3), (2, 3), (6, 6)]]
    counting = advancing(steps)
    assert [step.last_seq for step in counting] == [2, 3, 6]
    assert left_out(counting, 6) == 2
    assert left_out(counting, 8) == 4
    assert left_out([StepRecord("s", "en", 1, 5, missing=(2, 3))], 5) == 2


def test_an_outcome_is_clean_only_if_nothing_was_counted_and_however_long_it_took() -> None:
    assert Outcome(0, 0, 0, 0, 0, 12.5).clean
    for place in range(5):
        assert not Outcome(*(int(place == index) for index in range(5)), 0.0).clean  # type: ignore[arg-type]
