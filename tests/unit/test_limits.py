"""How much one caller may ask for at a time (services.http.limits)."""

import pytest

from services.http import limits
from services.http.limits import Allowance, network


def test_what_gathered_may_be_taken_at_once_and_then_so_much_a_second() -> None:
    allowance = Allowance(10, seconds=2)
    assert [allowance.take("a", 1, 0.0) for _ in range(20)] == [0.0] * 20
    wait = allowance.take("a", 1, 0.0)
    assert wait == pytest.approx(0.1)
    assert allowance.take("a", 1, wait) == 0.0
    assert allowance.take("a", 1, wait) > 0


def test_nobody_takes_from_another() -> None:
    allowance = Allowance(1, seconds=1)
    assert allowance.take("reader", 1, 0.0) == 0.0
    assert allowance.take("reader", 1, 0.0) > 0
    assert allowance.take("captioner", 1, 0.0) == 0.0


def test_what_was_taken_in_advance_is_waited_for() -> None:
    allowance = Allowance(1_000, seconds=1)
    assert allowance.take("a", 10_000, 0.0) == 0.0
    wait = allowance.take("a", 0, 0.0)
    assert wait == pytest.approx(9.001)
    assert allowance.take("a", 0, wait) == 0.0


def test_no_more_gathers_than_may_be_taken_at_once() -> None:
    allowance = Allowance(1, seconds=2)
    allowance.take("a", 0, 0.0)
    assert [allowance.take("a", 1, 1_000.0) for _ in range(3)][:2] == [0.0, 0.0]
    assert allowance.take("a", 1, 1_000.0) > 0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KNOWN", 2)
    allowance = Allowance(1, seconds=1)
    for who in ("a", "b", "c"):
        allowance.take(who, 1, 0.0)
    assert allowance.take("a", 1, 0.0) == 0.0


def test_a_network_of_ipv6_is_one_address() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2:9:9:9:9") != network("2001:db8:1:3:3:4:5:6")
    assert network("192.0.2.7") == "192.0.2.7"
