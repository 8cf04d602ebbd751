"""Stretches of a stream in which no words came, read off the times of its words. Pure.

Nothing is stored for them: the same turns have the same gaps, however they are read. Times on a source's own clock, as
those of subtitles, say nothing of an interruption, so only dates count. In the browser ``transcript.js`` does the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from captionflow.messages import Message, Note, Part
from captionflow.stamps import stamps_of
from captionflow.transcript import ordered

OFF_THE_RECORD: Final = "[Off the record"
"""A passage of which nothing was kept has a note that begins so, with its length."""

SILENCE: Final = timedelta(seconds=60)
"""Captions without a word for so long count as interrupted."""


class Gap(Message, frozen=True):
    """No words came from ``since`` to ``until``. It stands in this part, before the text at this offset."""

    turn_id: str
    number: int
    offset: int
    since: datetime
    until: datetime

    @property
    def span(self) -> timedelta:
        """How long it was."""
        return self.until - self.since


class Listening:
    """Hears the parts of a stream one after the other, and remembers when words were said last."""

    def __init__(self, said: datetime | None = None) -> None:
        self.said = said

    def gaps(self, part: Part) -> tuple[Gap, ...]:
        """The gaps in front of its words; a retracted part and the head have none."""
        found: list[Gap] = []
        for stamp in stamps_of(part) if part.ordinal and not part.retracted else ():
            if not isinstance(stamp.at, datetime):
                continue
            if self.said is not None and stamp.at - self.said >= SILENCE:
                found.append(Gap(part.turn_id, part.number, stamp.offset, self.said, stamp.at))
            until = stamp.until if isinstance(stamp.until, datetime) else stamp.at
            self.said = until if self.said is None else max(self.said, until)
        return tuple(found)

    def with_gaps(self, part: Part) -> Part:
        """The part, each gap with a note that says how long it was."""
        own = [Note(f"[No captions for {clock(gap.span)}]", gap.offset) for gap in self.gaps(part)]
        if not own:
            return part
        return msgspec.structs.replace(part, notes=tuple(sorted((*own, *part.notes), key=lambda note: note.at)))


def gaps(parts: Iterable[Part]) -> Iterator[Gap]:
    """The gaps of a stream's parts, which may come in any order."""
    listening = Listening()
    for part in ordered(parts):
        yield from listening.gaps(part)


def with_gaps(parts: Iterable[Part], said: datetime | None = None) -> Iterator[Part]:
    """Parts in order with notes for their gaps; ``said``: when words were said last before them."""
    return map(Listening(said).with_gaps, parts)


def clock(span: timedelta) -> str:
    """``2:03`` below an hour, ``1:02:03`` from there on; nothing is negative."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
