"""What the modules of this package share. No technology here."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from captionflow.audit import AuditTrail
from captionflow.errors import CaptionflowError, Unavailable
from captionflow.keys import KeyStore
from captionflow.ports import LineLog, OffRecordFeed, Search, SessionStore, SourceReports, StepFeed
from captionflow.turns import LiveTurns

CHECK_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 1.0

PARTS_GROUP: Final = "index"
FACTS_GROUP: Final = "facts"
SEGMENT_GROUP: Final = "segment"
"""Consumer groups, behind the prefix of the topics."""

Watch = Callable[[], Coroutine[Any, Any, None]]
"""To be run as a part of the process: it ends only with an error, when what it watches can't be used any more."""

Skipped = Callable[[], Mapping[tuple[str, ...], int]]
"""How many records were skipped: by topic and reason."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a process that serves readers."""

    line_log: LineLog
    turn_store: LiveTurns
    search: Search
    sessions: SessionStore
    step_feed: StepFeed
    source_reports: SourceReports
    keys: KeyStore
    audit: AuditTrail
    off_record: OffRecordFeed


async def watch(*checks: Callable[[], None], beside: Sequence[Watch] = ()) -> None:
    """End with the error of the first check that no waiting mends; what runs ``beside`` has no end of its own."""
    async with asyncio.TaskGroup() as tasks:
        for one in beside:
            tasks.create_task(one())
        while True:
            for check in checks:
                with suppress(Unavailable):
                    check()
            await asyncio.sleep(CHECK_SECONDS)


class Closing(Protocol):
    """What has to be closed."""

    def close(self) -> Awaitable[None]:
        """Stop, and give free what it holds."""


async def close(*parts: Closing) -> None:
    """Close them together; one that waits for a server which does not answer is left alone after a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await asyncio.gather(*(part.close() for part in parts), return_exceptions=True)


def problem(check: Callable[[], None]) -> str:
    """What a check raises, in a sentence; empty if it passes."""
    try:
        check()
    except CaptionflowError as error:
        return str(error)
    return ""


def counts(by_topic: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, ...], int]:
    """Counts by topic and reason under one key."""
    return {(topic, why): count for topic, counted in by_topic.items() for why, count in counted.items()}
