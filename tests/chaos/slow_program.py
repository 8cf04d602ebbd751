"""captionflow, but each record takes the segment worker some time: a backlog stands while workers come and go."""

import asyncio
from typing import Any

from captionflow.messages import LineRecord
from services.cli.main import main
from services.segment.record_processor import RecordProcessor

STEP_SECONDS = 0.003

_process = RecordProcessor.process


async def _slowly(self: RecordProcessor[Any], partition: int, offset: int, record: LineRecord) -> list[Any]:
    await asyncio.sleep(STEP_SECONDS)
    return await _process(self, partition, offset, record)


if __name__ == "__main__":
    RecordProcessor.process = _slowly  # type: ignore[method-assign]
    main()
