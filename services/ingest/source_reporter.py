"""Reports what is known of the sources, once a second, to whom it concerns."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Final, NoReturn

import structlog

from captionflow.errors import CaptionflowError
from captionflow.ports import SourceReports
from captionflow.retrying import Backoff
from services.ingest.sources import Sources

log = structlog.get_logger(__name__)

REPORT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 30.0


def sources_of_this_process() -> Sources:
    """None yet: a process makes it when it starts."""
    return Sources(secrets.token_hex(4), lambda: datetime.now(UTC))


async def report_sources(sources: Sources, reports: SourceReports, *, seconds: float = REPORT_SECONDS) -> NoReturn:
    """Until it is cancelled. While they can't be reported, captions go on, and what is then true is told later."""
    backoff = Backoff(longest_seconds=_LONGEST_WAIT_SECONDS)
    while True:
        await asyncio.sleep(seconds)
        due = sources.to_tell()
        if not due:
            continue
        try:
            await reports.publish(due)
        except CaptionflowError as error:
            wait = backoff.failed()
            log.warning("sources_not_reported", reason=str(error), seconds=round(wait, 2))
            await asyncio.sleep(wait)
        else:
            backoff.succeeded()
            sources.told(due)
