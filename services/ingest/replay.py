"""Sends a file to a running pipeline, as a captioner would.

A piece's number is its place in the cut, and the sender's name comes from the file's content and the cut. So a replay
that was stopped at any moment, by Ctrl-C or by a power cut on either side, goes on where it was when it is run again,
and what was sent twice is stored once.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable

import msgspec
import structlog

from captionflow.messages import Draft
from services.ingest.cutter import Cut, cut
from services.ingest.importer import moment_of
from services.ingest.readers import Passage
from services.ingest.schedule import CAPTIONERS_WPM, clock_times, ready
from services.ingest.target import MAX_DRAFTS, Target, fitting

log = structlog.get_logger(__name__)

_INSTANT = 0.001
"""Seconds before its time at which a piece may go: less than any clock can sleep."""


class ReplayOptions(msgspec.Struct, frozen=True):
    """How a file is replayed.

    ``speed`` None: as fast as the pipeline takes it. ``wpm`` counts where the file has no times of its own.
    """

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
    due = clock_times(pieces, wpm=options.wpm, speed=options.speed)
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
        count = max(1, ready(due, first, clock() - begun, most=MAX_DRAFTS))
        drafts = [_draft(options.sender, number, pieces[number]) for number in range(first, first + count)]
        drafts = drafts[: fitting(drafts)]
        await target.send(drafts)
        first += len(drafts)
        progress(Progress(first, total, resumed_at))
    if first < total:
        await target.send([Draft(options.sender, first, "", ends=True)])
    done = Progress(total, total, resumed_at)
    progress(done)
    log.info("replay_finished", sender=options.sender, pieces=total)
    return done


def _draft(sender: str, number: int, piece: Passage) -> Draft:
    at, until = moment_of(piece.at), moment_of(piece.until)
    return Draft(sender, number, piece.text, at=at, until=until, speaker=piece.speaker)
