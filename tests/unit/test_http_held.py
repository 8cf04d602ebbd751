"""What is held in memory until it has been sent."""

from services.http.held import Held


def test_there_is_space_for_so_much() -> None:
    held = Held(10)
    let_go = held.hold(6)
    assert let_go is not None
    assert held.hold(5) is None
    assert held.hold_body(b"12345") is None
    assert held.hold(4) is not None
    let_go()
    assert held.hold_body(b"12345") is not None


def test_equal_bodies_are_one() -> None:
    held = Held(10)
    first, other = b"123456", bytes(bytearray(b"123456"))
    one, another = held.hold_body(first), held.hold_body(other)
    assert one is not None
    assert another is not None
    assert one[0] is first
    assert another[0] is first


def test_they_are_held_until_the_last_is_let_go() -> None:
    held = Held(10)
    one, another = held.hold_body(b"123456"), held.hold_body(b"123456")
    assert one is not None
    assert another is not None
    one[1]()
    assert held.hold(5) is None
    another[1]()
    assert held.hold(10) is not None


def test_what_comes_after_they_were_let_go_is_held_anew() -> None:
    held = Held(10)
    for _ in range(3):
        one = held.hold_body(b"123456")
        assert one is not None
        one[1]()
    assert held.hold(10) is not None
