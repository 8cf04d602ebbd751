"""How much one caller may ask for at a time (services.http.limits)."""

from datetime import UTC, datetime

import pytest

from captionflow.access import EVERYTHING, NOBODY, Role
from captionflow.keys import Key, digest_of
from services.http import limits
from services.http.limits import KEY_STREAMS, Allowance, Limits, Use, network, share_of_address, use_of


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
    assert network("2001:db8::1") == network("2001:db8::2") == network("2001:DB8:0:0:1::") != network("2001:db8:0:1::1")
    assert network("fe80::1%eth0") == network("fe80::2%eth0")
    assert network("::ffff:192.0.2.7") == "192.0.2.7" != network("::ffff:192.0.2.8")
    assert network("testclient") == "testclient"


def key(role: Role) -> Key:
    return Key(f"a-{role}", role, role, digest_of(role), datetime(2026, 11, 24, tzinfo=UTC))


def held(*, address_streams: int = 3, readers: int = 1_000) -> Limits:
    return Limits(key_requests=1, address_requests=1, address_streams=address_streams, readers=readers)


READING = use_of("http", "GET", NOBODY, None, "192.0.2.7")
ELSEWHERE = use_of("http", "GET", NOBODY, None, "192.0.2.8")
TYPING = use_of("websocket", "", key("captioner").grant, key("captioner"), "192.0.2.7")
POSTING = use_of("http", "POST", key("captioner").grant, key("captioner"), "192.0.2.7")
LOOKING_AFTER = use_of("http", "GET", key("organiser").grant, key("organiser"), "192.0.2.7")
OPEN = use_of("http", "POST", EVERYTHING, None, "127.0.0.1")


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (READING, Use("address", "192.0.2.7", stays=True, sends=False)),
        (use_of("http", "POST", NOBODY, None, "192.0.2.7"), Use("address", "192.0.2.7", stays=False, sends=False)),
        (use_of("http", "GET", key("viewer").grant, key("viewer"), "192.0.2.7"), READING),
        (TYPING, Use("captioner", "a-captioner", stays=True, sends=True)),
        (POSTING, Use("captioner", "a-captioner", stays=False, sends=True)),
        (LOOKING_AFTER, Use("trusted", "a-organiser", stays=True, sends=False)),
        (OPEN, Use("address", "127.0.0.1", stays=False, sends=True, counted=False)),
        (
            use_of("http", "GET", EVERYTHING, None, "127.0.0.1"),
            Use("address", "127.0.0.1", stays=True, sends=False, counted=False),
        ),
    ],
)
def test_what_a_request_is_to_the_limits(use: Use, expected: Use) -> None:
    assert use == expected


def test_an_address_has_so_many_open_and_others_have_theirs() -> None:
    limits = held()
    assert [limits.begin(READING) for _ in range(3)] == [None] * 3
    refusal = limits.begin(READING)
    assert refusal is not None
    assert refusal.code == "too-many-requests"
    assert refusal.seconds > 0
    assert limits.begin(ELSEWHERE) is None
    assert limits.begin(TYPING) is None
    assert limits.begin(LOOKING_AFTER) is None
    limits.end(READING)
    assert limits.begin(READING) is None


def test_a_captioners_key_has_so_many_open_and_posts_as_often_as_it_may() -> None:
    limits = held()
    assert [limits.begin(TYPING) for _ in range(KEY_STREAMS)] == [None] * KEY_STREAMS
    assert limits.begin(TYPING) is not None
    assert [limits.begin(POSTING) for _ in range(KEY_STREAMS)] == [None] * KEY_STREAMS


def test_readers_never_take_the_places_of_senders() -> None:
    limits = held(address_streams=100, readers=2)
    assert [limits.begin(READING), limits.begin(ELSEWHERE)] == [None, None]
    for use in (READING, LOOKING_AFTER, use_of("http", "POST", NOBODY, None, "192.0.2.9")):
        refusal = limits.begin(use)
        assert refusal is not None
        assert refusal.code == "unavailable"
    assert [limits.begin(use) for use in (TYPING, POSTING, OPEN)] == [None] * 3
    for use in (TYPING, POSTING, OPEN, ELSEWHERE):
        limits.end(use)
    assert limits.begin(LOOKING_AFTER) is None


def test_requests_and_bytes_are_counted_by_key_or_address_and_not_of_who_is_trusted() -> None:
    for use in (READING, POSTING):
        limits = held()
        answers = [limits.asked(use, 0.0) for _ in range(30)]
        assert answers[0] is None
        assert answers[-1] is not None
        limits = held()
        assert limits.asked(use, 0.0) is None
        limits.received(use, 10**9, 0.0)
        assert limits.asked(use, 1.0) is not None
    for use in (LOOKING_AFTER, OPEN):
        limits = held()
        limits.received(use, 10**9, 0.0)
        assert [limits.asked(use, 0.0) for _ in range(30)] == [None] * 30


def test_one_address_may_have_all_but_a_fifth_and_thousands_by_default() -> None:
    assert share_of_address(5_000) == 4_000
    assert share_of_address(10) == 8
    assert share_of_address(2) > 2
