"""Server-sent events on the wire: the format of the HTML standard. Pure."""

from typing import NamedTuple

HEARTBEAT = b": \n\n"


class Event(NamedTuple):
    """One event, with the bytes that every viewer gets."""

    name: str
    data: bytes
    """JSON on one line."""
    id: int | None
    frame: bytes


def event(name: str, data: bytes, *, id: int | None = None) -> Event:  # noqa: A002 - the standard's name of the field
    """Encode an event; ``data`` is JSON, which has no line breaks outside of escapes."""
    number = b"" if id is None else b"id: %d\n" % id
    return Event(name, data, id, b"event: %s\n%sdata: %s\n\n" % (name.encode(), number, data))


def retry(milliseconds: int) -> bytes:
    """The field that tells a client how long to wait before it connects again."""
    return b"retry: %d\n\n" % milliseconds


def position(text: str | None) -> int | None:
    """The position that a client claims to have (``Last-Event-ID``, ``?after=``); None if it is none of ours."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 15:  # noqa: PLR2004 - 2**53 has 16
        return None
    return int(text)
