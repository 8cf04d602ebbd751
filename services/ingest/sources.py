"""The sources that this process hears: who, by which door, since when, their last word, pace, delay and warnings. Pure.

Bounded: the sources that were heard last are kept, each with its latest kinds of warnings.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from captionflow.messages import HandOver, SourceReport, SourceWarning, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

MAX_SOURCES: Final = 1_000
MAX_WARNINGS: Final = 20
"""Kinds of warnings that a source has; the one that came last longest ago gives way."""
MAX_DETAIL_CHARS: Final = 300
PACE_SECONDS: Final = 60
"""What the pace is taken over."""
_BUCKET_SECONDS: Final = 5
_LEAST_SECONDS: Final = 10
"""A source that is younger has its pace counted as if it were so old."""
_STILL_TOLD: Final = timedelta(seconds=PACE_SECONDS + 2 * _BUCKET_SECONDS)
"""How long after its last word a source is still reported, so that its pace is seen to fall to 0."""
_SAID_AGAIN: Final = timedelta(minutes=10)
"""How often a source that is silent is reported, so that who begins to follow knows it."""


class SourceId(NamedTuple):
    """What a source is known by."""

    stream: Stream
    source: str


@dataclass(slots=True)
class _Source:
    door: str
    since: datetime
    last_word_at: datetime | None = None
    words: int = 0
    in_word: bool = False
    delay_seconds: float | None = None
    pace: list[tuple[int, int]] = field(default_factory=list)
    """(which five seconds, words in them)"""
    warnings: OrderedDict[str, SourceWarning] = field(default_factory=OrderedDict)
    hands_over: HandOver | None = None
    told_at: datetime | None = None
    changed: bool = True


class Sources:
    """See the module. ``clock`` gives the time; ``process`` names this ingest in its reports."""

    def __init__(self, process: str, clock: Callable[[], datetime]) -> None:
        self._process = process
        self._clock = clock
        self._sources: OrderedDict[SourceId, _Source] = OrderedDict()

    def heard(  # noqa: PLR0913 - what there is to say of words
        self,
        stream: Stream,
        source: str,
        door: str,
        text: str,
        *,
        counts: bool = True,
        delay_seconds: float | None = None,
    ) -> None:
        """The log has these words of the source; a text without words shows only that it is there.

        ``counts`` is false for what replaces other words: a revision, an interim result. ``delay_seconds``: see
        ``SourceReport``.
        """
        one = self._source(stream, source, door)
        if not text or text.isspace():
            one.in_word = one.in_word and not text
            return
        now = self._clock()
        one.last_word_at = now
        one.delay_seconds = delay_seconds
        if counts:
            words = len(text.split()) - (one.in_word and not text[0].isspace())
            one.in_word = not text[-1].isspace()
            one.words += words
            _count(one.pace, now, words)

    def warn(self, stream: Stream, source: str, code: str, detail: str, *, door: str = "") -> None:
        """Something that a person should know; ``detail`` says it in plain words, without caption text."""
        one = self._source(stream, source, door)
        now = self._clock()
        before = one.warnings.pop(code, None)
        count, first = (before.count + 1, before.first_at) if before else (1, now)
        one.warnings[code] = SourceWarning(code, detail[:MAX_DETAIL_CHARS], count, first, now)
        while len(one.warnings) > MAX_WARNINGS:
            one.warnings.popitem(last=False)

    def present(self, stream: Stream, source: str, door: str, *, to: str | None = None, seconds: float = 0) -> None:
        """It is there, whether it sends words or stands by; ``to``: it hands over to this source after so long."""
        one = self._source(stream, source, door)
        one.hands_over = None if to is None else HandOver(to, self._clock() + timedelta(seconds=seconds))

    def reports(self) -> tuple[SourceReport, ...]:
        """All that is known, the source that was heard last at the end."""
        now = self._clock()
        return tuple(self._report(known, one, now) for known, one in self._sources.items())

    def to_tell(self) -> tuple[SourceReport, ...]:
        """What should be reported now: what has changed, and now and then all the rest."""
        now = self._clock()
        return tuple(self._report(known, one, now) for known, one in self._sources.items() if _is_due(one, now))

    def told(self, reports: tuple[SourceReport, ...]) -> None:
        """These have been reported; what changed since then is still to be told."""
        for report in reports:
            one = self._sources.get(SourceId(report.stream, report.source))
            if one is not None:
                one.told_at = report.at
                _forget(one.pace, report.at)
                one.changed = (
                    one.changed and self._report(SourceId(report.stream, report.source), one, report.at) != report
                )

    def _source(self, stream: Stream, source: str, door: str) -> _Source:
        known = SourceId(Stream(*stream), source)
        one = self._sources.get(known)
        if one is None:
            one = self._sources[known] = _Source(door, self._clock())
            while len(self._sources) > MAX_SOURCES:
                self._sources.popitem(last=False)
        self._sources.move_to_end(known)
        one.door = door or one.door
        one.changed = True
        return one

    def _report(self, known: SourceId, one: _Source, now: datetime) -> SourceReport:
        age = max(_LEAST_SECONDS, min(PACE_SECONDS, (now - one.since).total_seconds()))
        return SourceReport(
            session=known.stream.session,
            language=known.stream.language,
            source=known.source,
            door=one.door,
            process=self._process,
            at=now,
            since=one.since,
            last_word_at=one.last_word_at,
            words=one.words,
            words_a_minute=round(sum(_lately(one.pace, now)) * 60 / age),
            delay_seconds=one.delay_seconds,
            warnings=tuple(one.warnings.values()),
            hands_over=one.hands_over,
        )


def _is_due(one: _Source, now: datetime) -> bool:
    fading = one.last_word_at is not None and now - one.last_word_at < _STILL_TOLD
    return one.changed or fading or one.told_at is None or now - one.told_at >= _SAID_AGAIN


def _bucket(now: datetime) -> int:
    return int(now.timestamp()) // _BUCKET_SECONDS


def _count(pace: list[tuple[int, int]], now: datetime, words: int) -> None:
    bucket = _bucket(now)
    if pace and pace[-1][0] == bucket:
        words += pace.pop()[1]
    pace.append((bucket, words))
    _forget(pace, now)


def _forget(pace: list[tuple[int, int]], now: datetime) -> None:
    oldest = _oldest(now)
    while pace and pace[0][0] <= oldest:
        del pace[0]


def _oldest(now: datetime) -> int:
    """The last bucket that does not count any more."""
    return _bucket(now) - PACE_SECONDS // _BUCKET_SECONDS


def _lately(pace: list[tuple[int, int]], now: datetime) -> Iterator[int]:
    oldest = _oldest(now)
    return (words for bucket, words in pace if bucket > oldest)
