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


def gaps(parts: Iterable[Part]) -> Iterator[Gap]:
    """The gaps of a stream's parts, which may come in any order; retracted ones and the head have none."""
    said: datetime | None = None
    for part in ordered(parts):
        for stamp in stamps_of(part) if part.ordinal else ():
            if not isinstance(stamp.at, datetime):
                continue
            if said is not None and stamp.at - said >= SILENCE:
                yield Gap(part.turn_id, part.number, stamp.offset, said, stamp.at)
            until = stamp.until if isinstance(stamp.until, datetime) else stamp.at
            said = until if said is None else max(said, until)


def with_gaps(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts that stand, in order, each gap with a note that says how long it was."""
    standing = ordered(parts)
    found: dict[tuple[str, int], list[Note]] = {}
    for gap in gaps(standing):
        found.setdefault((gap.turn_id, gap.number), []).append(Note(f"[No captions for {clock(gap.span)}]", gap.offset))
    return tuple(
        msgspec.structs.replace(part, notes=tuple(sorted((*own, *part.notes), key=lambda note: note.at)))
        if (own := found.get((part.turn_id, part.number)))
        else part
        for part in standing
    )


def clock(span: timedelta) -> str:
    """``2:03`` below an hour, ``1:02:03`` from there on; nothing is negative."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
