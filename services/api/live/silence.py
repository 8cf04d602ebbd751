"""Sees when words stop: viewers are told of an interruption, and a session that is silent for long enough is ended.

Off the record, words may stop for other reasons: nobody is told, and nothing is ended.

Every api process does this by itself. What is told is the same everywhere, since it is read off the times of lines in
the log. An end is a line whose number is derived from the last line before it, so the log takes it once, whoever writes
it, however often.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NoReturn

import structlog

from captionflow.errors import CaptionflowError
from captionflow.gaps import SILENCE
from captionflow.messages import Draft, Stream
from captionflow.ports import SessionFilter

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from captionflow.messages import Line, Session
    from captionflow.ports import LineLog, SessionStore
    from captionflow.settings import Settings
    from captionflow.wiring.shared import Ports
    from services.api.live.hub import Hub

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 1.0
SENDER: Final = "silence"
"""Whose lines end a session that was silent."""


def _now() -> datetime:
    return datetime.now(UTC)


class SilenceWatch:
    """See the module. ``end_after`` is the installation's; zero: sessions that say nothing themselves never end."""

    @classmethod
    def of(cls, ports: Ports, hub: Hub, settings: Settings) -> Self:
        """That of a process that serves viewers."""
        return cls(hub, ports.sessions, ports.line_log, end_after=timedelta(minutes=settings.end_after_minutes))

    def __init__(  # noqa: PLR0913 - what it looks at
        self,
        hub: Hub,
        sessions: SessionStore,
        line_log: LineLog,
        *,
        end_after: timedelta,
        clock: Callable[[], datetime] = _now,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._hub = hub
        self._sessions = sessions
        self._line_log = line_log
        self._end_after = end_after
        self._clock = clock
        self._look_seconds = look_seconds
        self._began: dict[Stream, datetime | None] = {}
        """When the last line was accepted of streams that had none since this process began; None: they have none."""

    async def run(self) -> NoReturn:
        """Look again and again until cancelled; what can't be known now is looked at the next time."""
        while True:
            try:
                await self.look()
            except CaptionflowError as error:
                log.debug("silence_not_seen", reason=str(error))
            await asyncio.sleep(self._look_seconds)

    async def look(self) -> None:
        """Look once."""
        now = self._clock()
        live = await self._sessions.list(SessionFilter(status="live"))
        streams = {Stream(one.id, language) for one in live for language in one.languages}
        self._began = {stream: at for stream, at in self._began.items() if stream in streams}
        self._hub.no_more_interrupted(streams)
        for session in live:
            heard = {language: await self._heard(Stream(session.id, language)) for language in session.languages}
            off = await self._hub.off_record_in(session)
            for language, at in heard.items():
                if at is not None and now - at >= SILENCE and language not in off:
                    self._hub.interrupted(Stream(session.id, language), at)
            if not off and self._is_over(session, [at for at in heard.values() if at is not None], now):
                await self._end(session, now)

    def _is_over(self, session: Session, heard: list[datetime], now: datetime) -> bool:
        """Whether it was silent for so long that it ends. One that was changed lately is on somebody's mind."""
        minutes = session.ends_after_minutes
        after = self._end_after if minutes is None else timedelta(minutes=minutes)
        return after > timedelta() and now - max([session.updated_at, *heard]) >= after

    async def _end(self, session: Session, now: datetime) -> None:
        """End it, unless the log has newer lines than those that came to the viewers so far."""
        last = {language: await self._last(Stream(session.id, language)) for language in session.languages}
        lines = [line for line in last.values() if line is not None]
        ended = bool(lines) and all(line.ends and line.received_at >= session.updated_at for line in lines)
        if ended or not self._is_over(session, [line.received_at for line in lines], now):
            return
        for language, line in last.items():
            number = 0 if line is None else line.seq
            await self._line_log.append(session.id, language, [Draft(SENDER, number, "", ends=True)])
        log.info("session_ended_by_silence", session=session.id)

    async def _heard(self, stream: Stream) -> datetime | None:
        """When the last line of a stream was accepted; None if it has none."""
        if (at := self._hub.heard.get(stream)) is not None:
            return at
        if stream not in self._began:
            line = await self._last(stream)
            self._began[stream] = None if line is None else line.received_at
        return self._began[stream]

    async def _last(self, stream: Stream) -> Line | None:
        last = None
        async for record in self._line_log.read(*stream, after=await self._line_log.last_seq(*stream) - 1):
            last = record.lines[-1]
        return last
