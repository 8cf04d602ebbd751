import pytest

from services.api.live import sse
from services.cli.event_stream import EventStream, Received

STREAM = (
    sse.retry(2000)
    + sse.event("snapshot", '{"text":"é\u2028x"}'.encode(), id=41).frame
    + sse.HEARTBEAT
    + sse.event("session", b"{}").frame
    + sse.event("delta", b"[1]", id=42).frame
)
EVENTS = [
    Received("snapshot", '{"text":"é\u2028x"}', "41"),
    Received("session", "{}", "41"),
    Received("delta", "[1]", "42"),
]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_what_our_server_writes_is_read_however_it_is_cut(size: int) -> None:
    stream = EventStream()
    found = [event for begin in range(0, len(STREAM), size) for event in stream.feed(STREAM[begin : begin + size])]
    assert found == EVENTS


def test_what_other_servers_may_write_is_read_too() -> None:
    assert EventStream().feed(b"data:a\r\ndata: b\r\nunknown: x\r\nid\r\n\r\nevent: none\n\n") == [
        Received("message", "a\nb", "")
    ]


def test_an_event_that_was_cut_off_is_none() -> None:
    assert EventStream().feed(b"event: delta\ndata: {}\n") == []
