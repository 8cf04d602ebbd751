"""Which sessions are off the record, as far as this process can know while no broker answers.

By the log; by a copy of an earlier process until that has been read; and before both by what the desk has asked of this
very process, which the log does not have yet.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from captionflow.adapters.composed.copied import Copied
from captionflow.messages import VERSION, Message, Stream


class OffRecordLanguages(Message, frozen=True):
    """In which languages a session is off the record."""

    id: str
    """The session."""
    languages: tuple[str, ...]
    v: int = VERSION


class OffRecordLog(Protocol):
    """What is asked of the line log. Nothing of it waits."""

    def off_record_languages(self, session: str) -> tuple[str, ...]:
        """In which languages a session is off the record, as far as this process has read."""

    def off_record_sessions(self) -> Iterable[str]:
        """The sessions that are, in any."""

    async def ready(self) -> object:
        """Return when the log has been read."""


class KnownPassages:
    """See the module. ``note`` is to be called for each session of which the log says something else than before."""

    def __init__(self, log: OffRecordLog, copied: Copied[OffRecordLanguages] | None) -> None:
        self._log = log
        self._copied = copied
        self._asked: dict[Stream, tuple[bool, datetime]] = {}

    def note(self, session: str) -> None:
        """The log says something else of this session."""
        if self._copied is not None:
            self._copied.note(self._of(session))

    def ask(self, stream: Stream, *, on: bool, at: datetime) -> None:
        """The desk asked for it here, at this time. It counts before what the log says, until that is ``told``."""
        self._asked[stream] = on, at

    def told(self, stream: Stream, at: datetime) -> None:
        """The log has what was asked for at this time, or never will. What was asked for later goes on to count."""
        if stream in self._asked and self._asked[stream][1] <= at:
            del self._asked[stream]

    def __call__(self, session: str) -> bool:
        """Whether a session is off the record in any of its languages."""
        languages = {*self._log.off_record_languages(session), *self._copied_languages(session)}
        asked = {stream.language: on for stream, (on, _) in self._asked.items() if stream.session == session}
        return any(asked.values()) or bool(languages - asked.keys())

    async def run(self, copied: Copied[OffRecordLanguages]) -> None:
        """Keep the copy; without an end."""

        async def every() -> Iterable[OffRecordLanguages]:
            return [self._of(session) for session in self._log.off_record_sessions()]

        await copied.run(self._log.ready, every)

    def _of(self, session: str) -> OffRecordLanguages:
        return OffRecordLanguages(session, self._log.off_record_languages(session))

    def _copied_languages(self, session: str) -> tuple[str, ...]:
        known = None if self._copied is None else self._copied.known
        found = None if known is None else known.get(session)
        return () if found is None else found.languages
