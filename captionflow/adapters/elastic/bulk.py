"""Many writes in a few requests, with the result of each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import structlog
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.documents import Write, part_id
from captionflow.adapters.elastic.failures import from_cause, is_refused, is_stale, translated
from captionflow.errors import CaptionflowError, Unavailable
from captionflow.messages import Part

log = structlog.get_logger(__name__)

CHUNK_BYTES: Final = 4 * 1024 * 1024
CHUNK_WRITES: Final = 1_000
BULK_SECONDS: Final = 30.0
"""How long one may take to be answered."""


class Bulk:
    """Writes to one index or alias."""

    def __init__(self, client: AsyncElasticsearch, index: str, *, require_alias: bool) -> None:
        self._client = client.options(request_timeout=BULK_SECONDS)  # once: it makes half a hundred objects
        self._index = index
        self._require_alias = require_alias

    async def make(self, writes: Sequence[Write]) -> list[Part]:
        """Make the writes, in order; returns the parts that Elasticsearch will never take.

        Raises:
            Unavailable: some may have been made, others not: make all of them again.
            Misconfigured: likewise, after a person has changed something.
        """
        refused: list[Part] = []
        for chunk in _chunks(writes):
            with translated():
                response = await self._client.bulk(
                    index=self._index,
                    operations=[line for write in chunk for line in (write.action, write.source)],  # type: ignore[misc]
                    require_alias=self._require_alias,
                    timeout="5s",
                    filter_path="errors,items.*.status,items.*.error",
                )
            if response["errors"]:
                refused += _look_at(response["items"], chunk)
        return refused


def _chunks(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    begin = size = 0
    for end, write in enumerate(writes):
        added = len(write.action) + len(write.source)
        if end > begin and (size + added > CHUNK_BYTES or end - begin == CHUNK_WRITES):
            yield writes[begin:end]
            begin, size = end, 0
        size += added
    if begin < len(writes):
        yield writes[begin:]


def _look_at(items: Sequence[Mapping[str, Any]], chunk: Sequence[Write]) -> list[Part]:
    """The parts that were refused. Raises an error for everything else that failed, an outage first."""
    refused: list[Part] = []
    problems: list[CaptionflowError] = []
    for item, write in zip(items, chunk, strict=True):
        status, cause = item["index"]["status"], item["index"].get("error")
        if cause is None or is_stale(status):
            continue
        if write.part is not None and is_refused(status, cause):
            # Not the reason: it may quote the text.
            log.warning("part_refused", part=part_id(write.part), status=status, kind=cause.get("type"))
            refused.append(write.part)
        else:
            problems.append(from_cause(status, cause))
    if problems:
        raise next((problem for problem in problems if isinstance(problem, Unavailable)), problems[0])
    return refused
