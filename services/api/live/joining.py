"""What a live viewer gets first: the events after the position that they have, or a snapshot.

A channel remembers the events of a while. A viewer whose position is older, or who comes from another process, gets the
parts that changed since then, whole, as one event in front of them. So a restart costs its viewers nothing but that.
Only a position after which too much has changed, or that no line has, is answered with ``reset`` and a snapshot.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import structlog

from captionflow.errors import Unavailable
from captionflow.messages import Stream
from services.api.live import channel as channels
from services.api.live.stretches import Stretch, stretch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from captionflow.messages import Session
    from captionflow.ports import SessionStore
    from captionflow.turns import LiveTurns
    from services.api.live.channel import Channel, Snapshot
    from services.api.live.sse import Event

log = structlog.get_logger(__name__)

STALE_EVENTS: Final = 100
"""After so many more lines a snapshot is not shared with new viewers any more."""

CATCH_UP_SECONDS: Final = 5.0
"""How long a new viewer waits until store and hub have reached the same position."""

AHEAD_SECONDS: Final = 2.0
"""How long a viewer who is ahead of this process waits for it. Another process may get a step a moment earlier."""

_Read = TypeVar("_Read")


class Position(NamedTuple):
    """What a viewer gets first."""

    events: tuple[Event, ...]
    seq: int
    """The channel's events after this one continue them without a hole."""
    session_version: int
    """Of the session in them."""
    resumed: bool
    """The viewer has everything up to ``seq``; ``events`` only tell the session's fields."""


class Joining:
    """See the module. What is read for one viewer serves all who come to the same channel with them."""

    def __init__(self, turns: LiveTurns, sessions: SessionStore) -> None:
        self._turns = turns
        self._sessions = sessions

    async def position(self, channel: Channel, session: Session, after: int | None, last: int | None) -> Position:
        """What a viewer needs first.

        A viewer who can go on after ``after`` gets the session's fields only: they may have changed meanwhile.

        Raises:
            Unavailable: what this process has of the transcript is behind what it told others.
        """
        if after is not None and await self._resumes(channel, after):
            session = await self._sessions.get(channel.session)  # once more, now that the channel is told of changes
            if channel.since(after) is not None:
                return Position((channels.about(session),), after, session.version, resumed=True)
        found = await self._snapshot(channel, session, last)
        events = [found.event]
        if after is not None:
            known = after <= (channel.last_seq or 0)
            events.insert(0, channels.reset(f"This position is {'too long ago' if known else 'not known here'}."))
        return Position(tuple(events), found.seq, found.version, resumed=False)

    async def _resumes(self, channel: Channel, after: int) -> bool:
        """Whether the channel can tell all that comes after a position; it may have to learn it first."""
        if channel.last_seq is None:
            reached = await self._turns.last_seq(channel.session, channel.language)
            if _may_be_on_its_way(after, reached):
                channel.start(Stretch(reached))
        if channel.last_seq is not None and _may_be_on_its_way(after, channel.last_seq):
            with suppress(TimeoutError):
                async with asyncio.timeout(AHEAD_SECONDS):
                    while channel.last_seq < after:
                        await channel.changed()
        if channel.since(after) is None:
            await self._extend(channel, after)
        return channel.since(after) is not None

    async def _extend(self, channel: Channel, after: int) -> None:
        """Let the channel learn what came after a position that is older than its events, if that can be told."""
        async with channel.reading:
            if channel.last_seq is not None and not after < channel.floor:
                return  # somebody else has seen to it, or no line has this position
            changed = await self._up_to_date(
                channel,
                lambda: self._turns.changes(channel.session, channel.language, after),
                lambda found: found.last_seq,
            )
            if changed.more or changed.last_seq < after:
                return
            channel.start(Stretch(changed.last_seq))
            await self._reach(channel, changed.last_seq)
            channel.extend(after, changed)

    async def _snapshot(self, channel: Channel, session: Session, last: int | None) -> Snapshot:
        async with channel.reading:
            found = channel.snapshots.get(last)
            if found is not None and found.version >= session.version and _is_fresh(channel, found):
                return found
            stream = Stream(channel.session, channel.language)
            turns = await self._up_to_date(
                channel, lambda: stretch(self._turns, stream, last=last), lambda found: found.seq
            )
            channel.start(turns)
            await self._reach(channel, turns.seq)
            # After the turns: what the text said of its session is stored before them.
            found = channels.snapshot(await self._sessions.get(channel.session), turns)
            channel.snapshots = {last: found, **dict(list(channel.snapshots.items())[:3])}
            return found

    @staticmethod
    async def _up_to_date(channel: Channel, read: Callable[[], Awaitable[_Read]], seq: Callable[[_Read], int]) -> _Read:
        """What the store has, once the channel can tell all that came after it: the hub may be faster."""
        deadline = _now() + CATCH_UP_SECONDS
        found = await read()
        while seq(found) < channel.floor:
            if _now() > deadline:
                raise Unavailable("The transcript is being brought up to date: try again.", retry_after=2)
            await asyncio.sleep(0.02)
            found = await read()
        return found

    @staticmethod
    async def _reach(channel: Channel, seq: int) -> None:
        """Wait until the hub has what the store has, so that positions never go back."""
        try:
            async with asyncio.timeout(CATCH_UP_SECONDS):
                while (channel.last_seq or 0) < seq:
                    await channel.changed()
        except TimeoutError:
            log.warning("feed_behind_store", session=channel.session, language=channel.language)
            channel.jump(seq)
            channel.end()


def _is_fresh(channel: Channel, found: Snapshot) -> bool:
    return channel.since(found.seq) is not None and (channel.last_seq or 0) - found.seq <= STALE_EVENTS


def _may_be_on_its_way(after: int, reached: int) -> bool:
    """Whether a position is slightly ahead of ours, so that another process may have given it."""
    return reached <= after <= reached + channels.MAX_EVENTS


def _now() -> float:
    return asyncio.get_running_loop().time()
