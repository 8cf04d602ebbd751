"""The gateway for the lines of live senders, which are acknowledged when the log has them durably."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from captionflow.errors import BadMessage, CaptionflowError, Conflict, NotFound
from captionflow.identity import MAX_LANGUAGES, floor_language, spelled
from captionflow.messages import Draft, Line, Message, OffRecordWords, OnAir, Receipt, Session, Stream
from captionflow.ports import LineLog, OffRecordFeed, SessionStore
from captionflow.retrying import despite_conflicts
from services.ingest.sources import Sources
from services.sessions.passages import off_since, turned

log = structlog.get_logger(__name__)


class Receipts(Message, frozen=True, omit_defaults=False):
    """What a sender gets for its lines."""

    session: str
    language: str
    receipts: tuple[Receipt, ...]
    """One for each line, in their order."""
    cleaned: int = 0
    """Characters that were removed."""
    missing: tuple[tuple[int, int], ...] = ()
    """Ranges of numbers, first and last, that the sender skipped with these lines. They can still be sent."""


def _now() -> datetime:
    return datetime.now(UTC)


class Gateway:
    """Accepts lines for sessions that are known, in order of arrival, from any number of senders at once.

    A finished session takes lines too: they open it again. ``sources`` learns who was heard, ``off_record`` what the
    log withholds of sources whose words count, by ``on_air``.
    """

    def __init__(  # noqa: PLR0913 - what it tells, and whom
        self,
        log: LineLog,
        sessions: SessionStore,
        *,
        clock: Callable[[], datetime] = _now,
        sources: Sources | None = None,
        off_record: OffRecordFeed | None = None,
        on_air: Callable[[Stream], Awaitable[OnAir]] | None = None,
    ) -> None:
        self._log = log
        self._off_record = off_record
        self._on_air = on_air
        self.sources = sources or Sources(process="", clock=clock)
        self._sessions = sessions
        self._clock = clock

    async def accept(  # noqa: PLR0913 - what doors know of lines
        self,
        session: str,
        language: str | None,
        drafts: Sequence[Draft],
        *,
        cleaned: int = 0,
        undated: bool = False,
        door: str = "json",
        came_at: datetime | None = None,
    ) -> Receipts:
        """Make the drafts durable; None is the floor's language. A retry gets the receipts of the first time.

        A draft without a time was said now; ``undated``: nobody knows when. ``door`` is how they came in,
        ``came_at`` when, if that is some time ago.

        Also raises what ``LineLog.append`` raises.

        Raises:
            NotFound: the session was not announced.
            BadMessage: it has MAX_LANGUAGES languages, and this is none of them.
        """
        known, stream = await self._stream(session, language)
        arrived = self._clock()
        receipts = await self._append(known, stream, drafts, None if undated else arrived, came_at)
        self._heard(Stream(session, stream), zip(drafts, receipts, strict=True), door, arrived)
        await self._show(Stream(session, stream), zip(drafts, receipts, strict=True), arrived)
        missing = []
        for sender in dict.fromkeys(draft.sender for draft in drafts):
            own = [(one.number, one.seq) for draft, one in zip(drafts, receipts, strict=True) if draft.sender == sender]
            last = await self._log.last_number(session, stream, sender, before=min(seq for _, seq in own))
            if skipped := holes(last, (number for number, _ in own)):
                missing += skipped
                self.sources.warn(
                    Stream(session, stream),
                    sender,
                    "numbers-missing",
                    f"Numbers {skipped[0][0]} to {skipped[-1][1]} were left out: some lines may not have arrived.",
                )
        if missing:
            log.warning("numbers_missing", session=session, language=stream, missing=missing)
        log.debug("lines_accepted", session=session, language=stream, lines=len(receipts))
        return Receipts(session, stream, receipts, cleaned, tuple(missing))

    async def _append(
        self, known: Session, stream: str, drafts: Sequence[Draft], said_at: datetime | None, came_at: datetime | None
    ) -> tuple[Receipt, ...]:
        """What comes again from before 2026-12 may be there under the name that was given to its speaker."""
        try:
            return await self._log.append(known.id, stream, drafts, said_at=said_at, arrived=came_at)
        except Conflict:
            named = [_named(draft, known.speakers) for draft in drafts]
            if named == list(drafts):
                raise
            return await self._log.append(known.id, stream, named, said_at=said_at, arrived=came_at)

    def _heard(self, stream: Stream, lines: Iterable[tuple[Draft, Receipt]], door: str, arrived: datetime) -> None:
        now = self._clock()
        for draft, receipt in lines:
            if receipt.received_at < arrived:  # it was there before: a retry
                continue
            said_at = draft.at if isinstance(draft.at, datetime) and draft.at <= now else arrived
            self.sources.heard(
                stream,
                draft.sender,
                door,
                draft.text,
                counts=draft.final and draft.revises is None,
                delay_seconds=round((now - said_at).total_seconds(), 3),
            )

    async def _show(self, stream: Stream, lines: Iterable[tuple[Draft, Receipt]], arrived: datetime) -> None:
        """Show viewers what was withheld; there is nothing to be done where that fails.

        What is told again when the passage is over is not shown: it is over on no disk by then.
        """
        words = [
            OffRecordWords(*stream, receipt.seq, draft.sender, draft.text, draft.segment, draft.final, draft.revises)
            for draft, receipt in lines
            if (receipt.withheld or receipt.shortened) and receipt.received_at >= arrived
        ]
        if not words or self._off_record is None:
            return
        try:
            if await off_since(self._log, stream) is None:
                return
            spares = () if self._on_air is None else (await self._on_air(stream)).spares
            await self._off_record.publish([one for one in words if one.sender not in spares])
        except CaptionflowError as error:
            log.warning("off_record_not_shown", **stream._asdict(), reason=str(error))

    async def last_number(self, session: str, language: str | None, sender: str) -> int | None:
        """The highest number that the log has from this sender.

        Raises:
            NotFound: the session was not announced.
        """
        found = await self._found(session)
        return await self._log.last_number(session, _spelled(found, language), sender)

    async def stream(self, session: str, language: str | None) -> Stream:
        """What a sender of this language sends to, although nothing was sent yet.

        Raises:
            NotFound: the session was not announced.
        """
        return Stream(session, _spelled(await self._found(session), language))

    async def last_lines(self, stream: Stream, sender: str, *, limit: int) -> tuple[Line, ...]:
        """See ``LineLog.last_lines``."""
        return await self._log.last_lines(*stream, sender, limit=limit)

    async def _stream(self, session: str, language: str | None) -> tuple[Session, str]:
        """The session, and the language as it spells it. One that is new to the session is added to it.

        Where the floor is off the record, so is the new one.
        """

        async def attempt() -> tuple[Session, str]:
            found = await self._found(session)
            stream = _spelled(found, language)
            if stream in found.languages:
                return found, stream
            if len(found.languages) >= MAX_LANGUAGES:
                raise BadMessage(f"The session has {MAX_LANGUAGES} languages already: lang is one of them.")
            if await off_since(self._log, Stream(session, floor_language(found))) is not None:
                await turned(self._log, Stream(session, stream), on=True)
            wider = msgspec.structs.replace(found, languages=(*found.languages, stream), updated_at=self._clock())
            return await self._sessions.replace(wider, expected_version=found.version), stream

        return await despite_conflicts(attempt)

    async def _found(self, session: str) -> Session:
        try:
            return await self._sessions.get(session)
        except NotFound as error:
            raise NotFound(
                f"There is no session {session[:80]!r}: announce it with POST /v1/sessions first."
            ) from error


def _named(draft: Draft, names: Mapping[str, str]) -> Draft:
    name = names.get(draft.speaker or "")
    return draft if name is None else msgspec.structs.replace(draft, speaker=name)


def _spelled(session: Session, language: str | None) -> str:
    if language is None:
        return floor_language(session)
    return spelled(session, language) or language


def holes(last: int | None, numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The ranges of numbers above ``last`` that are missing below the highest of ``numbers``.

    A sender that is new may begin with any number.
    """
    new = sorted({number for number in numbers if last is None or number > last})
    if last is None:
        last = new[0] - 1 if new else -1
    found = []
    for number in new:
        if number > last + 1:
            found.append((last + 1, number - 1))
        last = number
    return found
