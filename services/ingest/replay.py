"""Sends a file to a running pipeline, as a captioner would.

A piece's number is its place in the cut, and the sender's name comes from the file's content and the cut. So a replay
that was stopped at any moment, by Ctrl-C or by a power cut on either side, goes on where it was when it is run again,
and what was sent twice is stored once.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from services.ingest.cutter import Cut, cut
from services.ingest.readers import Passage
from services.ingest.schedule import CAPTIONERS_WPM, due_times, ready

log = structlog.get_logger(__name__)

MAX_PIECES = 500
"""Most pieces of one request."""
MAX_CHARS = 100_000
"""Most characters of one request: far below the smallest body limit, in UTF-8 too."""

_INSTANT = 0.001
"""Seconds before its time at which a piece may go: less than any clock can sleep."""


class ReplayOptions(msgspec.Struct, frozen=True):
    """How a file is replayed. ``speed`` None: as fast as the pipeline takes it."""

    sender: str
    how: Cut = Cut("columns", 32)
    wpm: float = CAPTIONERS_WPM
    speed: float | None = 1.0


class Progress(msgspec.Struct, frozen=True):
    """How far a replay is."""

    sent: int
    """Pieces that the pipeline has durably, those of earlier runs included."""
    total: int
    resumed_at: int = 0
    """Pieces that it had when this run began."""


class Target(Protocol):
    """Where a replay goes; both methods retry by themselves and raise captionflow's errors when it makes no sense."""

    async def last_number(self, sender: str) -> int | None:
        """The highest number that is durable there."""

    async def send(self, sender: str, lines: Sequence[dict[str, Any]]) -> None:
        """Return when the lines are durable."""


def sender_id(data: bytes, how: Cut) -> str:
    """The same for the same file and cut, on every machine."""
    return f"file-{hashlib.sha256(data).hexdigest()[:16]}-{str(how).replace(':', '-')}"


async def replay(  # noqa: PLR0913 - the clock and the sleep are for tests
    passages: Iterable[Passage],
    target: Target,
    options: ReplayOptions,
    progress: Callable[[Progress], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Progress:
    """Send all pieces that the target does not have yet, each when it is due, and then the end of the session."""
    pieces = tuple(cut(passages, options.how))
    due = due_times([piece.text for piece in pieces], wpm=options.wpm, speed=options.speed)
    last = await target.last_number(options.sender)
    first = resumed_at = 0 if last is None else last + 1
    total = len(pieces) + 1  # the end is a piece of its own
    log.info("replay_started", sender=options.sender, pieces=total, resumed_at=resumed_at)
    progress(Progress(min(first, total), total, resumed_at))
    begun = clock() - (due[first - 1] if 0 < first <= len(due) else 0.0)
    while first < len(pieces):
        early = due[first] - (clock() - begun)
        if early > _INSTANT:
            await sleep(early)
        count = max(1, ready(due, first, clock() - begun, most=MAX_PIECES))
        count = _fitting(pieces[first : first + count])
        await target.send(options.sender, [_line(first + place, pieces[first + place]) for place in range(count)])
        first += count
        progress(Progress(first, total, resumed_at))
    if first < total:
        await target.send(options.sender, [{"number": first, "text": "", "eol": False, "ends": True}])
    done = Progress(total, total, resumed_at)
    progress(done)
    log.info("replay_finished", sender=options.sender, pieces=total)
    return done


def _fitting(pieces: Sequence[Passage]) -> int:
    """How many of these go into one request: as many as fit, at least one."""
    chars = 0
    for count, piece in enumerate(pieces):
        chars += len(piece.text)
        if chars > MAX_CHARS and count:
            return count
    return len(pieces)


def _line(number: int, piece: Passage) -> dict[str, Any]:
    line: dict[str, Any] = {"number": number, "text": piece.text, "eol": False}
    return line if piece.speaker is None else {**line, "speaker": piece.speaker}
