"""A sender that sends again until its line is acknowledged."""

import asyncio
from contextlib import suppress

from captionflow.errors import Unavailable
from captionflow.messages import Draft, Receipt
from captionflow.ports import LineLog

WAIT_SECONDS = 180


async def insist(log: LineLog, draft: Draft) -> Receipt:
    """Its receipt."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            with suppress(Unavailable):
                (receipt,) = await log.append("talk", "en", [draft])
                return receipt
