"""Server-sent events out of bytes as they come: the reading side of the HTML standard. Pure."""

from typing import NamedTuple


class Received(NamedTuple):
    """One event; ``id`` is the last one that the stream gave, as a reconnecting client must send it."""

    name: str
    data: str
    id: str | None


class EventStream:
    """Feed it bytes in any pieces. Comments, ``retry`` and events without data give nothing."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._id: str | None = None

    def feed(self, data: bytes) -> list[Received]:
        """The events that are complete with these bytes."""
        *lines, self._rest = (self._rest + data).split(b"\n")  # not splitlines(): U+2028 is a character of the data
        events = []
        for line in lines:
            event = self._take(line.removesuffix(b"\r").decode("utf-8", "replace"))
            if event is not None:
                events.append(event)
        return events

    def _take(self, line: str) -> Received | None:
        if not line:
            data, self._data = self._data, []
            name, self._name = self._name or "message", ""
            return Received(name, "\n".join(data), self._id) if data else None
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id":
            self._id = value
        return None
