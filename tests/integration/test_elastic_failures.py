"""What Elasticsearch can do to us: each is told in our own errors, and loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.index_templates import component_templates, mappings
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.elastic.search import ElasticSearch
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.errors import Misconfigured, Rejected, Unavailable
from captionflow.ports import SearchQuery
from tests.integration.elastic_index import Index, fresh_index
from tests.needs import missing
from tests.stack.servers import Server
from tests.steps import part, step
from tests.waiting import insist


@pytest.fixture
async def index(elasticsearch_node: Server) -> AsyncIterator[Index]:
    async with fresh_index(elasticsearch_node.address) as made:
        yield made


@pytest.fixture
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    database = Database.open(tmp_path_factory.mktemp("data") / "captionflow.db")
    yield database
    await database.close()


async def test_a_kill_in_the_middle_of_bulk_writes_loses_nothing(index: Index, elasticsearch_node: Server) -> None:
    control = elasticsearch_node.control
    if control is None:
        missing("the Elasticsearch node is not ours to kill")
    begun = asyncio.Event()

    async def write() -> int:
        tries = first = 0

        async def apply() -> None:
            nonlocal tries
            tries += 1
            await index.store.apply(steps)

        while tries == first // 100 or first < 2_000:  # over the kill, whenever it comes
            steps = [step(n, part(n, n, f"word{n} " + "and more of it " * 20)) for n in range(first + 1, first + 101)]
            await insist(apply)
            first += 100
            begun.set()
        return first

    writing = asyncio.create_task(write())
    await begun.wait()
    await asyncio.to_thread(control.kill)
    await asyncio.to_thread(control.start)
    last = await writing
    await index.refresh()
    turns = await index.store.turns("talk", "en")
    assert turns.last_seq == await index.store.last_seq("talk", "en") == last
    assert [one.text.split()[0] for one in turns.parts] == [f"word{n}" for n in range(1, last + 1)]


@pytest.mark.parametrize(
    "block", ["index.blocks.write", "index.blocks.read_only", "index.blocks.read_only_allow_delete"]
)
async def test_an_index_that_takes_no_writes_is_an_outage_and_not_the_documents_fault(index: Index, block: str) -> None:
    await index.store.apply([step(1, part(1, 1, "before"))])
    await index.client.indices.put_settings(index=index.names.write, settings={block: True})
    try:
        with pytest.raises(Unavailable, match=r"takes no writes .* nothing is lost"):
            await index.store.apply([step(2, part(2, 2, "during"))])
        assert await index.texts() == ["before"]
    finally:
        await index.client.indices.put_settings(index=index.names.write, settings={block: None})
    await index.store.apply([step(2, part(2, 2, "during"))])
    assert await index.texts() == ["before", "during"]


async def test_an_index_without_a_shard_to_go_to_is_an_outage_for_writing_reading_and_search(
    index: Index, database: Database
) -> None:
    """A red index: its shard is allocated nowhere."""
    name = f"{index.names.prefix}-red"
    await index.client.indices.create(
        index=name,
        mappings=mappings() | {"properties": {"language": {"type": "keyword"}, "session": {"type": "keyword"}}},
        settings={"index.routing.allocation.require._name": "nobody", "number_of_replicas": 0},
        wait_for_active_shards="0",
        timeout="0s",
    )
    store = type(index.store)(index.client, read=name, write=name)
    search = ElasticSearch(index.client, SqliteSessionStore(database), index=name)
    for call in (store.turns("talk", "en"), store.last_seq("talk", "en"), search.search(SearchQuery("word"))):
        with pytest.raises(Unavailable):
            await call
    with pytest.raises(Unavailable):
        await store.apply([step(1, part(1, 1))])


async def test_a_part_that_elasticsearch_refuses_is_named_and_all_others_are_stored(index: Index) -> None:
    """By an index whose mapping takes no speaker that is not a number."""
    name = f"{index.names.prefix}-numbers"
    ours = mappings()
    await index.client.indices.create(
        index=name,
        mappings=ours | {"properties": ours["properties"] | {"speaker_key": {"type": "long"}}},
        settings=component_templates(index.names)[f"{index.names.template}-mappings"]["template"]["settings"],
    )
    store = type(index.store)(index.client, read=name, write=name)
    bad = part(2, 2, "bad", speaker="ANA")
    with pytest.raises(Rejected) as caught:
        await store.apply([step(1, part(1, 1, "a", speaker="7")), step(2, bad), step(3, part(3, 3, "c"))])
    assert caught.value.parts == (bad,)
    assert "ANA" not in str(caught.value)
    await index.client.indices.refresh(index=name)
    turns = await store.turns("talk", "en")
    assert ([one.text for one in turns.parts], turns.last_seq) == (["a", "c"], 3)


@pytest.mark.parametrize(
    "bad",
    [
        part(2, 2, turn_id="x" * 600),
        part(2**63, 2),
        part(2, 2**63),
        part(2, 2, number=-1),
        part(2, 2, "half a character: \ud83d"),
    ],
    ids=["a long id", "ordinal", "version", "number", "surrogate"],
)
async def test_a_part_that_would_spoil_the_whole_request_is_left_out_of_it(index: Index, bad: object) -> None:
    with pytest.raises(Rejected) as caught:
        await index.store.apply([step(1, part(1, 1, "a")), step(2, bad), step(3, part(3, 3, "c"))])  # type: ignore[arg-type]
    assert caught.value.parts == (bad,)
    assert await index.texts() == ["a", "c"]


async def test_a_long_label_costs_no_words(index: Index) -> None:
    await index.store.apply([step(1, part(1, 1, "kept", speaker="X" * 40_000))])
    assert await index.texts() == ["kept"]


async def test_an_index_with_another_mapping_is_refused_and_told_where_it_differs(index: Index) -> None:
    await index.client.indices.put_mapping(index=index.names.write, properties={"room": {"type": "keyword"}})
    for look in (index.indices.prepare, index.indices.check):
        with pytest.raises(Misconfigured, match=r"mapping of .*-turns-v1 .*differs in room.*captionflow reindex"):
            await look()


async def test_documents_for_an_index_that_lacks_a_field_wait_for_a_person(index: Index) -> None:
    """Strict mapping refuses every document: that is the index's fault, and nothing is thrown away for it."""
    name = f"{index.names.prefix}-old"
    old = {field: about for field, about in mappings()["properties"].items() if field not in {"part", "words"}}
    await index.client.indices.create(index=name, mappings=mappings() | {"properties": old})
    store = type(index.store)(index.client, read=name, write=name)
    with pytest.raises(Misconfigured, match="another mapping"):
        await store.apply([step(1, part(1, 1))])
    assert await store.last_seq("talk", "en") == 0


async def test_without_our_index_nothing_is_made_by_accident(elasticsearch_node: Server) -> None:
    async with fresh_index(elasticsearch_node.address, prepared=False) as index:
        with pytest.raises(Misconfigured, match="no index of ours"):
            await index.store.apply([step(1, part(1, 1))])
        with pytest.raises(Misconfigured, match="no alias"):
            await index.indices.check()
        assert not await index.client.indices.exists(index=index.names.write)


async def test_an_index_is_sorted_as_transcripts_are_read(index: Index) -> None:
    settings = await index.client.indices.get_settings(index=index.names.index(1))
    assert settings[index.names.index(1)]["settings"]["index"]["sort"]["field"] == [
        *("session", "language", "ordinal", "number"),
    ]


async def test_two_services_may_prepare_at_once_and_again(elasticsearch_node: Server) -> None:
    async with fresh_index(elasticsearch_node.address, prepared=False) as index:
        first = await asyncio.gather(*(index.indices.prepare() for _ in range(4)))
        await index.store.apply([step(1, part(1, 1, "kept"))])
        assert {await index.indices.prepare(), *first} == {index.names.index(1)}
        assert await index.texts() == ["kept"]


async def test_an_empty_index_does_not_take_the_place_of_one_whose_aliases_are_gone(index: Index) -> None:
    await index.store.apply([step(1, part(1, 1, "kept"))])
    aliases = [index.names.read, index.names.write]
    await index.client.indices.delete_alias(index=index.names.index(1), name=aliases)
    with pytest.raises(Misconfigured, match=r"-turns-v1 are there, but the aliases .* mean none of them"):
        await index.indices.prepare()
    for alias in aliases:
        await index.client.indices.put_alias(index=index.names.index(1), name=alias)
    assert await index.texts() == ["kept"]


async def test_an_alias_that_means_two_indices_is_refused(index: Index) -> None:
    await index.client.indices.create(index=index.names.index(7), aliases={index.names.read: {}})
    with pytest.raises(Misconfigured, match="means 2 indices"):
        await index.indices.check()


@asynccontextmanager
async def answering(status: int, body: object, **headers: str) -> AsyncIterator[str]:
    """A server that gives the same answer to everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if "content-length: " in head:
            await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(content)}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


JSON = "application/vnd.elasticsearch+json;compatible-with=9"


@pytest.mark.parametrize(
    ("status", "body", "headers", "error", "says"),
    [
        (200, {"nodes": {"a": {"version": "8.19.2"}}}, {"x_elastic_product": "Elasticsearch"}, Misconfigured, "8.19.2"),
        (200, {"nodes": {"a": {"version": "2.19.0"}}}, {}, Misconfigured, "needs Elasticsearch 9"),
        (400, {"error": {"type": "media_type_header_exception"}}, {}, Misconfigured, "needs Elasticsearch 9"),
        (401, {"error": {"type": "security_exception", "reason": "missing"}}, {}, Misconfigured, "credentials"),
        (403, {"error": {"type": "security_exception", "reason": "no"}}, {}, Misconfigured, "credentials"),
        (429, {"error": {"type": "circuit_breaking_exception", "reason": "full"}}, {}, Unavailable, "can't do it now"),
        (503, {"error": {"type": "master_not_discovered_exception"}}, {}, Unavailable, "can't do it now"),
        (502, "<h1>Bad gateway</h1>", {"content_type": "text/html"}, Unavailable, "can't do it now"),
        (200, "not JSON", {}, Unavailable, "can't be reached"),
    ],
)
async def test_what_a_server_says_becomes_what_a_person_can_do(
    status: int, body: object, headers: dict[str, str], error: type[Exception], says: str
) -> None:
    async with answering(status, body, **({"content_type": JSON} | headers)) as address:
        client = connect([address])
        with pytest.raises(error, match=says):
            await ElasticIndices(client, Names()).check()
        await client.close()


@pytest.mark.parametrize("address", ["", "nonsense", "localhost:9200"])
def test_an_address_that_cannot_be_is_refused(address: str) -> None:
    with pytest.raises(Misconfigured, match="CAPTIONFLOW_ELASTICSEARCH"):
        connect([address])
