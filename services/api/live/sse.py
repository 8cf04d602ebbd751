"""Server-sent events on the wire: the format of the HTML standard. Pure."""

from typing import Final, NamedTuple

HEARTBEAT = b": \n\n"
_END: Final = b"\n\n"


class Event(NamedTuple):
    """One event, with the bytes that every viewer gets."""

    name: str
    id: int | None
    frame: bytes
    begin: int
    """Of its data in the frame: thousands are kept, so they have it once."""

    @property
    def data(self) -> bytes:
        """JSON on one line."""
        return self.frame[self.begin : -len(_END)]


def event(name: str, data: bytes, *, id: int | None = None) -> Event:  # noqa: A002 - the standard's name of the field
    """Encode an event; ``data`` is JSON, which has no line breaks outside of escapes."""
    number = b"" if id is None else b"id: %d\n" % id
    head = b"event: %s\n%sdata: " % (name.encode(), number)
    return Event(name, id, head + data + _END, len(head))


def retry(milliseconds: int) -> bytes:
    """The field that tells a client how long to wait before it connects again."""
    return b"retry: %d\n\n" % milliseconds


def position(text: str | None) -> int | None:
    """The position that a client claims to have (``Last-Event-ID``, ``?after=``); None if it is none of ours."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 15:  # noqa: PLR2004 - 2**53 has 16
        return None
    return int(text)
