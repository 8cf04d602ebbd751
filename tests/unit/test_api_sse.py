"""Server-sent events on the wire, and what clients claim to have (services.api.live.sse)."""

import pytest

from services.api.live.sse import HEARTBEAT, event, position, retry


def test_an_event_is_its_name_its_id_and_one_line_of_data() -> None:
    made = event("delta", b'{"seq":7}', id=7)
    assert made.frame == b'event: delta\nid: 7\ndata: {"seq":7}\n\n'
    assert (made.name, made.id, made.data) == ("delta", 7, b'{"seq":7}')


def test_an_event_without_a_position_leaves_the_clients_position_alone() -> None:
    assert event("session", b"{}").frame == b"event: session\ndata: {}\n\n"


def test_the_position_before_the_first_line_is_a_position() -> None:
    assert b"id: 0\n" in event("snapshot", b"{}", id=0).frame


def test_a_heartbeat_is_a_comment_and_a_retry_is_milliseconds() -> None:
    assert HEARTBEAT.startswith(b":")
    assert HEARTBEAT.endswith(b"\n\n")
    assert retry(1500) == b"retry: 1500\n\n"


@pytest.mark.parametrize(("text", "seq"), [("0", 0), ("42", 42), ("007", 7), ("9" * 15, 10**15 - 1)])
def test_a_position_of_ours_is_a_number(text: str, seq: int) -> None:
    assert position(text) == seq


@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "abc", "1e3", " 1", "١٢", "²", "9" * 16, "1\n2", "0x10"])
def test_a_position_that_is_not_ours_is_none(text: str | None) -> None:
    assert position(text) is None
