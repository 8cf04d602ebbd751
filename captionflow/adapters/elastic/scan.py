"""All documents of an index, read from one frozen view of it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.failures import translated

PAGE: Final = 1_000
"""Documents that one search reads."""


async def scan(
    client: AsyncElasticsearch,
    index: str,
    query: dict[str, Any],
    *,
    routing: str | None = None,
    only: Sequence[str] | None = None,
) -> AsyncGenerator[list[dict[str, Any]]]:
    """The documents that fulfil a query, as of now, some at a time and in no order.

    With ``routing`` only those of its shard; with ``only`` nothing but these fields of them.
    """
    with translated():
        await client.indices.refresh(index=index)
        pit = await client.open_point_in_time(index=index, keep_alive="5m", routing=routing)
    after: dict[str, Any] = {}
    try:
        while True:
            with translated():
                found = await client.search(
                    pit={"id": pit["id"], "keep_alive": "5m"},
                    query=query,
                    source_includes=only,
                    sort=["_shard_doc"],
                    size=PAGE,
                    track_total_hits=False,
                    **after,
                )
            hits = found["hits"]["hits"]
            yield [hit["_source"] for hit in hits]
            if len(hits) < PAGE:
                return
            after = {"search_after": hits[-1]["sort"]}
    finally:
        with translated():
            await client.close_point_in_time(id=pit["id"])
