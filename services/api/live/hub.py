"""Brings the segmenter's steps to all viewers.

One task follows the step feed. Each step becomes events once, for all viewers of its session and language; all
waiting events are written to them in one round. Between two rounds there is a pause as long as the last one took, so
that faster events are merged, and many viewers never take more than half of the processor. With few viewers there is
no pause.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from captionflow.errors import Unavailable
from captionflow.messages import Stream
from captionflow.recent import Recent
from services.api.live.broadcast import broadcast
from services.api.live.channel import Channel
from services.api.live.joining import Joining
from services.api.live.sse import HEARTBEAT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Container, Iterator

    from captionflow.messages import OffRecordWords, Session, StepRecord
    from captionflow.ports import OffRecordFeed, SessionStore, StepFeed
    from captionflow.turns import LiveTurns
    from services.api.live.broadcast import Viewer
    from services.api.live.joining import Position

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 15.0
"""Longest silence of a stream: proxies cut a connection that is silent for longer."""

MAX_PAUSE_SECONDS = 0.05
"""Too short to be noticed."""

IDLE_SECONDS = 120.0
"""A channel without viewers is kept that long, for those who come back."""

MAX_PREPARED = 200
"""Most channels that are kept for viewers who may reconnect from other processes."""


class Hub:
    """See the module. Nothing arrives unless ``run`` runs; ``close`` ends all streams.

    ``prepared``: every live session has a channel, also without viewers, so that a viewer who reconnects from
    another process goes on after their last event. ``on_delivered`` is called after each write to viewers, with the
    time at which the oldest line in it was accepted.

    ``off_record``: what is said off the record comes from there. ``off_since`` says since when a stream is so, None if
    it is not; it is asked once, the steps say the rest.
    """

    def __init__(  # noqa: PLR0913 - what differs between the processes that have one
        self,
        feed: StepFeed,
        turns: LiveTurns,
        sessions: SessionStore,
        *,
        max_readers: int,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        prepared: bool = False,
        on_delivered: Callable[[datetime], None] = lambda _received_at: None,
        off_record: OffRecordFeed | None = None,
        off_since: Callable[[Stream], Awaitable[datetime | None]] | None = None,
    ) -> None:
        self._off_record = off_record
        self._ask_off_since = off_since
        self._off_since: Recent[Stream, datetime | None] = Recent()
        self._prepared = prepared
        self._on_delivered = on_delivered
        self._feed = feed
        self._joining = Joining(turns, sessions)
        self._max_readers = max_readers
        self._heartbeat_seconds = heartbeat_seconds
        self._users = 0
        self._closed = False
        self.running = False
        self._channels: dict[Stream, Channel] = {}
        self._latest: Recent[Stream, int] = Recent()
        self.heard: Recent[Stream, datetime] = Recent()
        """When the last line was accepted of each stream that had some lately, since this process began to follow."""
        self._silent: dict[Stream, datetime] = {}
        self.session_changes = 0
        """How many changes of sessions this process was told of."""
        self._dirty: set[Channel] = set()
        self._flush: asyncio.Handle | None = None

    @property
    def viewers(self) -> int:
        """How many are reading now."""
        return self._users

    @property
    def closed(self) -> bool:
        """Whether the server is about to stop."""
        return self._closed

    def readers(self) -> dict[str, int]:
        """How many read each session now, in all its languages; the others have none."""
        found: dict[str, int] = {}
        for channel in self._channels.values():
            if channel.users:
                found[channel.session] = found.get(channel.session, 0) + channel.users
        return found

    async def run(self) -> None:
        """Follow the feed until cancelled."""
        steps = self._feed.follow()
        self.running = True
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tend())
                if self._off_record is not None:
                    tasks.create_task(self._take_off_record(self._off_record.follow()))
                async for step in steps:
                    self._take(step)
        except Exception:
            log.exception("hub_failed")
            raise
        finally:
            self.running = False

    def session_changed(self, session: Session) -> None:
        """Tell the viewers of the session, in all languages; one that was closed just now, ask them for their key."""
        self.session_changes += 1
        for channel in self._channels.values():
            if channel.session == session.id:
                if session.closed and (channel.told is None or not channel.told.closed):
                    channel.end()
                channel.tell(session)
                self._schedule(channel)

    def interrupted(self, stream: Stream, since: datetime) -> None:
        """Tell the viewers of a stream, those to come as well, that no words have come since then."""
        if self._silent.get(stream) == since:
            return
        self._silent[stream] = since
        if (channel := self._channels.get(stream)) is not None:
            channel.interrupt(since, datetime.now(UTC))
            self._schedule(channel)

    def no_more_interrupted(self, live: Container[Stream]) -> None:
        """Forget the interruptions of all streams but these."""
        for stream in [one for one in self._silent if one not in live]:
            del self._silent[stream]
            if (channel := self._channels.get(stream)) is not None:
                channel.silent_since = None

    async def off_since(self, stream: Stream) -> datetime | None:
        """Since when a stream is off the record; None if it is not."""
        if stream not in self._off_since and self._ask_off_since is not None:
            since = await self._ask_off_since(stream)
            if stream not in self._off_since:  # a step may have said it meanwhile
                self._off_since[stream] = since
        return self._off_since.get(stream)

    async def off_record_in(self, session: Session) -> dict[str, datetime]:
        """The languages of a session that are off the record, and since when."""
        asked = {one: await self.off_since(Stream(session.id, one)) for one in session.languages}
        return {language: since for language, since in asked.items() if since is not None}

    @contextmanager
    def reading(self, session: str, language: str) -> Iterator[Channel]:
        """The channel, for as long as the caller needs it: see ``enter``."""
        channel = self.enter(session, language)
        try:
            yield channel
        finally:
            self.leave(channel)

    def enter(self, session: str, language: str) -> Channel:
        """The channel, which is needed until ``leave``.

        Raises:
            Unavailable: there are too many viewers, or the server is about to stop.
        """
        if self._closed:
            raise Unavailable("The server is about to stop: connect again.", retry_after=2)
        if self._users >= self._max_readers:
            raise Unavailable(f"All {self._max_readers} places for live viewers are taken: try again.", retry_after=10)
        stream = Stream(session, language)
        channel = self._channels.get(stream)
        if channel is None:
            channel = self._channels[stream] = Channel(session, language, self._latest.get(stream))
            channel.silent_since = self._silent.get(stream)
        channel.users += 1
        self._users += 1
        return channel

    def leave(self, channel: Channel, viewer: Viewer | None = None) -> None:
        """Whoever entered needs it no more, and the viewer, if they had one, has gone."""
        if viewer is not None:
            channel.viewers.discard(viewer)
        channel.users -= 1
        self._users -= 1
        channel.idle_since = _now()

    async def position(self, channel: Channel, session: Session, after: int | None, last: int | None) -> Position:
        """What a viewer needs first: see ``Joining``."""
        since = await self.off_since(Stream(channel.session, channel.language))
        if since is not None and channel.off_record.since is None:
            channel.off_record.since = since
        return await self._joining.position(channel, session, after, last)

    def attach(self, channel: Channel, viewer: Viewer, first: bytes) -> None:
        """Write what the viewer missed, and everything from now on."""
        self._write(channel)  # what is pending is for those who were here before
        viewer.write(first)
        channel.viewers.add(viewer)

    def detach(self, channel: Channel, viewer: Viewer) -> None:
        """Write nothing more to the viewer."""
        channel.viewers.discard(viewer)

    def close(self) -> None:
        """End all streams and accept no more, so that the server can stop."""
        self._closed = True
        for channel in self._channels.values():
            self._write(channel)
            channel.end()

    def _take(self, step: StepRecord) -> None:
        stream = Stream(step.session, step.language)
        if step.last_seq <= self._latest.get(stream, 0):
            return
        before = self._latest.get(stream)
        self._latest[stream] = step.last_seq
        self._silent.pop(stream, None)
        self._off_since[stream] = step.off_record
        if step.received_at is not None:
            self.heard[stream] = step.received_at
        channel = self._channels.get(stream)
        if channel is None:
            if not self._prepared or len(self._channels) >= MAX_PREPARED:
                return
            channel = self._channels[stream] = Channel(*stream, before)
        channel.idle_since = _now()
        if not channel.take(step):
            self._write(channel)
            log.warning("steps_missing", session=step.session, language=step.language, last_seq=step.last_seq)
            channel.end()
        self._schedule(channel)

    async def _take_off_record(self, words: AsyncIterator[OffRecordWords]) -> None:
        """Write what is said off the record to those who read now; nobody else ever sees it."""
        async for one in words:
            channel = self._channels.get(one.stream)
            if channel is not None:
                channel.off_record.take(one)
                channel.tell_off_record()
                self._schedule(channel)

    def _schedule(self, channel: Channel) -> None:
        if not channel.pending:
            return
        self._dirty.add(channel)
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_soon(self._flush_all)

    def _flush_all(self) -> None:
        dirty, self._dirty = self._dirty, set()
        for channel in dirty:
            self._write(channel)
        loop = asyncio.get_running_loop()
        self._flush = loop.call_soon(self._rest, loop.time())  # uvloop does the writes in between

    def _rest(self, started: float) -> None:
        loop = asyncio.get_running_loop()
        self._flush = loop.call_later(min(loop.time() - started, MAX_PAUSE_SECONDS), self._resume)

    def _resume(self) -> None:
        self._flush = asyncio.get_running_loop().call_soon(self._flush_all) if self._dirty else None

    def _write(self, channel: Channel) -> None:
        if channel.pending:
            payload = b"".join(channel.pending)
            channel.pending.clear()
            received_at, channel.pending_since = channel.pending_since, None
            if received_at is not None and channel.viewers:
                self._on_delivered(received_at)
            self._send(channel, payload)
        if channel.finished:
            channel.end()

    def _send(self, channel: Channel, payload: bytes) -> None:
        channel.written_at = _now()
        for viewer in broadcast(channel.viewers, payload):
            channel.viewers.discard(viewer)
            say = log.debug if viewer.gone else log.info
            viewer.drop()
            say("reader_dropped", session=channel.session, language=channel.language)

    async def _tend(self) -> None:
        """Heartbeats for the quiet channels; the empty ones are forgotten."""
        while True:
            await asyncio.sleep(self._heartbeat_seconds / 3)
            now = _now()
            for stream, channel in list(self._channels.items()):
                if channel.viewers and now - channel.written_at > self._heartbeat_seconds * 0.6:
                    self._send(channel, HEARTBEAT)
                if not channel.users and now - channel.idle_since > IDLE_SECONDS:
                    del self._channels[stream]


def _now() -> float:
    return asyncio.get_running_loop().time()
