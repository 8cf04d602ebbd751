"""How a stream goes off the record, and back on it: by a line of the log."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Protocol

from captionflow.messages import Draft, Stream
from captionflow.off_record import SENDER, SKEW, turned_at
from captionflow.ports import LineLog
from captionflow.retrying import despite_conflicts

_SAID_AGAIN: Final = 100
"""The beginning of a passage is looked for among so many lines of organisers."""
_JUST_BEGUN: Final = timedelta(seconds=5)

Turned = Literal["changed", "same", "waiting"]
"""What became of it; waiting: the log will have it in its place among what waits for the log."""


class Turn(Protocol):
    """Takes a stream off the record, or back on it."""

    async def __call__(self, stream: Stream, *, on: bool) -> Turned:
        """Return when nothing is kept any more of what comes in, or what comes in is on the record."""


async def off_since(line_log: LineLog, stream: Stream) -> datetime | None:
    """Since when a stream is off the record after the last line of the log; None if it is not."""
    since = None
    for line in reversed(await line_log.last_lines(*stream, SENDER, limit=_SAID_AGAIN)):
        if not line.off_record:
            break
        since = turned_at(line) if since is None else min(since, turned_at(line))
    return since


async def turned(line_log: LineLog, stream: Stream, *, on: bool) -> Turned:
    """Go off the record, or back on it.

    Raises:
        Unavailable: the log is away.
    """

    async def attempt() -> Turned:
        was_on = await off_since(line_log, stream) is None
        if drafts := await turning(line_log, stream, on=on):
            await line_log.append(*stream, drafts)
        return "changed" if on == was_on else "same"

    return await despite_conflicts(attempt)


async def turning(line_log: LineLog, stream: Stream, *, on: bool, at: datetime | None = None) -> tuple[Draft, ...]:
    """The line that says so; none if that changes nothing. ``at``: when an organiser said it, if that is some time ago.

    What was said later by others counts: the end of a passage does not end one that began after it.
    """
    since = await off_since(line_log, stream)
    # Said again while the first call may not be answered yet: then this one must not be answered before it.
    if on and since is not None and (at or datetime.now(UTC)) - since >= _JUST_BEGUN:
        return ()
    if not on and (since is None or (at is not None and since > at + SKEW)):
        return ()
    last = await line_log.last_number(*stream, SENDER)
    return (Draft(SENDER, 0 if last is None else last + 1, "", at=at, off_record=on),)
