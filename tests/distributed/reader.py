"""A live reader: keeps what a screen would show, and goes on at the next server when its own is gone."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Sequence
from typing import Any, Self

import httpx
import msgspec

from captionflow.messages import Part
from captionflow.transcript import Turn, turns
from services.api.live.delta import PartDelta, apply

_PAUSE_SECONDS = 0.1
_SECONDS = 60
SILENT_SECONDS = 20
"""Longer than the time between two heartbeats."""


class Reader:
    """Reads in a thread until the session has finished. ``urls`` are tried in turn, as a proxy would."""

    def __init__(self, urls: Sequence[str], session: str) -> None:
        self.ids: list[int] = []
        self.events: list[str] = []
        self.deltas: list[int] = []
        """Their ids."""
        self.connected = threading.Event()
        self._urls = itertools.cycle(urls)
        self._session = session
        self._parts: dict[tuple[str, int], Part] = {}
        self._answer: httpx.Response | None = None
        """What is being read."""
        self._left = threading.Event()
        self._moved = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.connected.wait(_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        if (answer := self._answer) is not None:  # the thread may be done with it at any moment
            _hang_up(answer)
        if self._thread.ident is not None:
            self._thread.join(_SECONDS)

    def wait_until(self, seq: int) -> None:
        """Return when the screen reflects so many lines."""
        with self._moved:
            reached = self._moved.wait_for(lambda: bool(self.ids) and self.ids[-1] >= seq, _SECONDS)
        assert reached, f"{self.ids[-1:]} of {seq} lines are on the screen"

    def wait_until_finished(self) -> None:
        """Return when it was told that the session has ended."""
        with self._moved:
            ended = self._moved.wait_for(lambda: "finished" in self.events, _SECONDS)
        assert ended, f"it has not ended after line {self.ids[-1:]}"

    def go_on(self, urls: Sequence[str]) -> None:
        """Leave, and read on there after the last event."""
        self.__exit__()
        self._urls = itertools.cycle(urls)
        self._left.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def turns(self) -> tuple[Turn, ...]:
        """What the screen shows, without the head."""
        return tuple(turn for turn in turns(self._parts.values()) if turn.ordinal)

    def _run(self) -> None:
        while not self._left.is_set() and "finished" not in self.events:
            headers = {"Last-Event-ID": str(self.ids[-1])} if self.ids else {}
            url = f"{next(self._urls)}/v1/sessions/{self._session}/events"
            try:
                with httpx.stream("GET", url, headers=headers, timeout=SILENT_SECONDS) as self._answer:
                    self._read(self._answer)
            except httpx.HTTPError:
                self._left.wait(_PAUSE_SECONDS)
            finally:
                self._answer = None

    def _read(self, answer: httpx.Response) -> None:
        if answer.status_code != httpx.codes.OK:
            self._left.wait(_PAUSE_SECONDS)
            return
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if self._left.is_set():
                return
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                self._take(fields["event"], fields.get("id"), msgspec.json.decode(fields["data"]))
                fields = {}
            else:
                fields = {}

    def _take(self, name: str, number: str | None, data: Any) -> None:
        with self._moved:
            self.events.append(name)
            if name == "snapshot":
                self._parts = {(part.turn_id, part.number): part for part in msgspec.convert(data["parts"], list[Part])}
            elif name == "delta":
                for change in msgspec.convert(data["parts"], list[PartDelta]):
                    key = change.turn_id, change.number
                    part = apply(self._parts.get(key), change, session=self._session, language="en")
                    assert part is not None, "a delta without what it changes"
                    self._parts[key] = part
            if number is not None:
                self.ids.append(int(number))
            if name == "delta":
                self.deltas.append(self.ids[-1])
            self.connected.set()
            self._moved.notify_all()


def _hang_up(answer: httpx.Response) -> None:
    """Whoever reads it hears that it has ended, and waits for no heartbeat."""
    connection: socket.socket = answer.extensions["network_stream"].get_extra_info("socket")
    with contextlib.suppress(OSError):  # it has ended
        connection.shutdown(socket.SHUT_RDWR)
