"""An index of its own for a test, on the Elasticsearch that the tests have."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.elastic.turn_store import ElasticTurnStore


@dataclass(frozen=True)
class Index:
    client: AsyncElasticsearch
    names: Names
    indices: ElasticIndices
    store: ElasticTurnStore

    async def refresh(self) -> None:
        await self.client.indices.refresh(index=self.names.read)

    async def texts(self, session: str = "talk") -> list[str]:
        await self.refresh()
        return [part.text for part in (await self.store.turns(session, "en")).parts]


@asynccontextmanager
async def fresh_index(address: str, *, prepared: bool = True, page: int = 5_000) -> AsyncIterator[Index]:
    """An empty index with our mapping, or if it isn't to be prepared, the names of one; all of it goes at the end."""
    client = connect([address])
    names = Names(f"test-{uuid.uuid4().hex}")
    indices = ElasticIndices(client, names)
    if prepared:
        await indices.prepare()
    try:
        yield Index(client, names, indices, ElasticTurnStore(client, read=names.read, write=names.write, page=page))
    finally:
        for index in await client.indices.get(index=f"{names.prefix}-*", features=["aliases"]):
            await client.indices.delete(index=index)
        await client.options(ignore_status=404).indices.delete_index_template(name=names.template)
        await client.options(ignore_status=404).cluster.delete_component_template(name=f"{names.template}*")
        await client.close()
