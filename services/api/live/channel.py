"""What live viewers of one session and language share: the recent events, and the parts that the next ones change.

Does no I/O and never waits. A channel holds every event with ``floor < id <= last_seq``, so a viewer that has a
snapshot or an event at or above the floor can be brought up to date without a hole.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

import msgspec

from captionflow.notifying import Notifier
from services.api.live.delta import delta
from services.api.live.off_record import OffRecordText
from services.api.live.sse import Event, event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from captionflow.messages import Part, Session, StepRecord
    from captionflow.turns import Turns
    from services.api.live.broadcast import Viewer
    from services.api.live.stretches import Stretch

MAX_EVENTS = 1_000
MAX_BYTES = 1024 * 1024
"""Size of the replay buffer."""

MAX_PARTS = 32
"""Parts kept as the base of the next delta. One that is not among them is sent whole."""

_encode = msgspec.json.Encoder().encode


class Snapshot(msgspec.Struct, frozen=True):
    """The end of a transcript up to ``seq``, ready to send."""

    seq: int
    version: int
    """Of the session in it."""
    event: Event


class Channel:
    """See the module. ``last_seq`` is None until the first step or snapshot."""

    def __init__(self, session: str, language: str, last_seq: int | None) -> None:
        self.session = session
        self.language = language
        self.last_seq = last_seq
        self.floor = last_seq or 0
        self.finished: bool | None = None
        """What the steps said of it; None if they said nothing yet."""
        self.viewers: set[Viewer] = set()
        self.users = 0
        """Requests that need this channel, streaming or not."""
        self.idle_since = 0.0
        self.written_at = 0.0
        self.pending: list[bytes] = []
        self.pending_since: datetime | None = None
        """When the oldest line was accepted of which something is pending."""
        self.snapshots: dict[int | None, Snapshot] = {}
        self.silent_since: datetime | None = None
        """When words last came, if captions count as interrupted."""
        self.told: Session | None = None
        """The session as the viewers know it, if it changed since the first of them came."""
        self.off_record = OffRecordText()
        self.reading = asyncio.Lock()
        """Held while a snapshot is read, so that a crowd that arrives together reads it once."""
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._parts: OrderedDict[tuple[str, int], Part] = OrderedDict()
        self._events_put = Notifier()

    def take(self, step: StepRecord) -> bool:
        """Make a step's events and put them up for the viewers.

        False if steps are missing before it: the viewers have a hole, and must begin again with a snapshot.
        """
        if self.last_seq is None:
            self.last_seq = self.floor = step.first_seq - 1
        if step.last_seq <= self.last_seq:
            return True
        whole = step.first_seq <= self.last_seq + 1 or (
            step.missing is not None and step.missing[0] <= self.last_seq + 1
        )
        if not whole:
            self.jump(step.last_seq)
            return False
        self.last_seq = step.last_seq
        self.silent_since = None
        self.off_record.step(step.last_seq, step.off_record)
        if self.pending_since is None:
            self.pending_since = step.received_at
        if step.parts:
            self._put(event("delta", _encode(self._change(step)), id=step.last_seq))
        else:
            self._events_put.notify()
        if step.facts is not None:
            if step.facts.status == "finished" and not self.finished:
                self._put(finished(step.last_seq))
            self.finished = step.facts.status == "finished"
        self.tell_off_record()
        return True

    def tell(self, session: Session) -> None:
        """Put up the session's new fields; the viewers may have been told before."""
        if self.told is not None and self.told.version >= session.version:
            return
        self.told = session
        self.snapshots.clear()
        self._events_put.notify()
        self.pending.append(about(session).frame)

    def interrupt(self, since: datetime, now: datetime) -> None:
        """Tell the viewers that no words have come since then; the next ones say by themselves that it is over."""
        self.silent_since = since
        self.pending.append(interrupted(since, now).frame)
        self._events_put.notify()

    def tell_off_record(self) -> None:
        """Put up what was said off the record meanwhile, or that it is on the record again."""
        if (change := self.off_record.change()) is not None:
            self.pending.append(change.frame)
            self._events_put.notify()

    def closed_since(self, session: Session) -> bool:
        """Whether the session is closed by now, and was open as the caller knows it."""
        return self.told is not None and self.told.closed and not session.closed and self.told.version > session.version

    def start(self, turns: Stretch) -> None:
        """Learn from what the store has, where that is where we are."""
        if self.last_seq is None:
            self.last_seq = self.floor = turns.seq
        if turns.seq == self.last_seq and not self._parts:
            # A viewer may have what a recogniser is not sure of, and the store has not: an open part goes out whole.
            self._remember(part for part in turns.parts[-MAX_PARTS:] if part.closed)

    def extend(self, after: int, changed: Turns) -> None:
        """Be able to tell what came after a position before the floor, if all parts that changed since are known.

        They go out whole, in place of the events up to where they stand. It fails where that is too much, or where the
        channel has nothing of what came behind them.
        """
        seq = changed.last_seq
        if self.last_seq is None or not self.floor <= seq <= self.last_seq:
            return
        whole = {"seq": seq, "parts": [delta(None, part) for part in changed.parts]}
        first = event("delta", _encode(whole), id=seq)
        if len(first.frame) > MAX_BYTES // 2:
            return
        newer = [one for one in self._events if (one.id or 0) > seq]
        self._events = deque([first, *newer] if changed.parts else newer)
        self._bytes = sum(len(one.frame) for one in self._events)
        self.floor = after

    def end(self) -> None:
        """End the streams of all viewers."""
        for viewer in self.viewers:
            viewer.end()
        self.viewers.clear()

    def jump(self, last_seq: int) -> None:
        """Go on from there with nothing known before."""
        self.last_seq = self.floor = last_seq
        self._events.clear()
        self._bytes = 0
        self._parts.clear()
        self.snapshots.clear()
        self._events_put.notify()

    def since(self, after: int) -> list[Event] | None:
        """The events after a position, or None if they can't all be told."""
        if self.last_seq is None or not self.floor <= after <= self.last_seq:
            return None
        return [one for one in self._events if one.id is not None and one.id > after]

    async def changed(self) -> None:
        """Wait until there is another event."""
        await self._events_put.listen().wait()

    def _change(self, step: StepRecord) -> dict[str, object]:
        changes = []
        for part in step.parts:
            old = self._parts.get((part.turn_id, part.number))
            if old is None or part.version > old.version:
                changes.append(delta(old, part))
        self._remember(step.parts)
        return {"seq": step.last_seq, "parts": changes}

    def _remember(self, parts: Iterable[Part]) -> None:
        for part in parts:
            key = (part.turn_id, part.number)
            self._parts[key] = part
            self._parts.move_to_end(key)
        while len(self._parts) > MAX_PARTS:
            self._parts.popitem(last=False)

    def _put(self, new: Event) -> None:
        self._events.append(new)
        self._bytes += len(new.frame)
        while len(self._events) > MAX_EVENTS or (self._bytes > MAX_BYTES and len(self._events) > 1):
            old = self._events.popleft()
            self._bytes -= len(old.frame)
            self.floor = old.id or self.floor
        self.pending.append(new.frame)
        self._events_put.notify()


def snapshot(session: Session, turns: Stretch) -> Snapshot:
    """Encode what the store has."""
    data = {"session": session, "seq": turns.seq, "parts": turns.parts}
    if turns.earlier is not None:
        data |= {"earlier": turns.earlier, "begin": turns.begin}
    return Snapshot(turns.seq, session.version, event("snapshot", _encode(data), id=turns.seq))


def about(session: Session) -> Event:
    """The event that has the session's fields."""
    return event("session", _encode(session))


def finished(seq: int) -> Event:
    """The event after which nothing is expected, although more lines may come."""
    return event("finished", b'{"seq":%d}' % seq, id=seq)


def interrupted(since: datetime, now: datetime) -> Event:
    """No words have come since then; ``seconds`` is for clients whose own clock is not right."""
    seconds = max(0.0, round((now - since).total_seconds(), 1))
    return event("interrupted", _encode({"since": since, "seconds": seconds}))


def reset(reason: str) -> Event:
    """Tell a client to forget what it has."""
    return event("reset", _encode({"reason": reason}))
