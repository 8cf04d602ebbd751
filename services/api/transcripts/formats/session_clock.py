"""The clock of an export: from when its seconds count. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from captionflow.messages import Moment, Stamp
from captionflow.stamps import stamps_of
from captionflow.turns import Transcript

LATEST_START: Final = timedelta(hours=6)
"""First words that come later after the time that was announced tell that it was another time."""


class SessionClock(NamedTuple):
    """Seconds from a zero.

    Times without a date count from the zero of the source's own clock, so that the export of a file has the times of
    the file. Times with a date count from the start of the session if the first words come within hours of it, else
    from the first words.
    """

    zero: datetime | None
    """None: the times have no date."""
    offset: float = 0.0
    """Added to all times, to align them with a recording."""

    def seconds(self, at: Moment) -> float | None:
        """A time on this clock; None if it is on another one."""
        if isinstance(at, datetime):
            return None if self.zero is None else (at - self.zero).total_seconds() + self.offset
        return at + self.offset if self.zero is None else None


def session_clock(stamps: Iterable[Stamp], starts_at: datetime | None = None, offset: float = 0.0) -> SessionClock:
    """The clock of a transcript with these stamps, in their order. The first one says whether it has dates."""
    times = (stamp.at for stamp in stamps)
    first = next(times, None)
    if not isinstance(first, datetime):
        return SessionClock(None, offset)
    first = min((at for at in times if isinstance(at, datetime) and at < first), default=first)
    if starts_at is not None and timedelta() <= first - starts_at <= LATEST_START:
        first = starts_at
    return SessionClock(first, offset)


def stamps(transcript: Transcript) -> Iterator[Stamp]:
    """When the words of its turns were said, in their order."""
    return (stamp for part in transcript.parts if part.ordinal and not part.retracted for stamp in stamps_of(part))
