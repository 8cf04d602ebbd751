"""The index is made anew while it is used: nobody notices, and one that isn't right never takes its place."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from functools import partial

import pytest

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.index_builder import ElasticIndexBuilder
from captionflow.adapters.elastic.index_hold import FORGOTTEN_SECONDS, IndexHold
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.errors import Conflict, Misconfigured, Unavailable
from captionflow.messages import StepRecord, Stream
from services.index.digests import IndexContents, StreamContents
from services.index.reindex import Reindexer
from tests.integration.elastic_index import Index, fresh_index
from tests.stack.gate import Gate
from tests.stack.servers import Server
from tests.step_log import StepLog
from tests.steps import part, step
from tests.waiting import insist


@pytest.fixture
async def index(elasticsearch_node: Server) -> AsyncIterator[Index]:
    async with fresh_index(elasticsearch_node.address) as made:
        yield made


def talk(last: int, session: str = "talk") -> list[StepRecord]:
    """A turn a dozen lines, growing with each."""
    return [
        step(
            n,
            part(n // 12 + 1, n, " ".join(f"word{m}" for m in range(n - n % 12, n + 1)), session=session),
            session=session,
        )
        for n in range(1, last + 1)
    ]


TALK = Stream("talk", "en")


def builder(index: Index) -> ElasticIndexBuilder:
    return ElasticIndexBuilder(index.client, index.names)


async def test_a_new_index_says_the_same_and_the_old_one_is_kept(index: Index) -> None:
    steps = [*talk(50), *talk(30, "other"), step(31, part(1, 31, retracted=True, session="other"), session="other")]
    await index.store.apply(steps)
    before = [await index.texts(session) for session in ("talk", "other")]
    rebuilt = await Reindexer(StepLog(steps), builder(index)).run()
    assert (rebuilt.old, rebuilt.new) == (index.names.index(1), index.names.index(2))
    assert (rebuilt.streams, rebuilt.parts, rebuilt.refused) == (2, 5 + 3, 0)
    assert await index.indices.check() == rebuilt.new
    assert [await index.texts(session) for session in ("talk", "other")] == before
    assert await builder(index).unused() == (rebuilt.old,)
    await index.store.apply([step(51, part(9, 51, "goes on"))])
    assert (await index.texts())[-1] == "goes on"


class Given:
    """Names of speakers, each time those that ``changed`` leaves."""

    def __init__(self, changed: Callable[[int], dict[str, str]]) -> None:
        self._changed = changed
        self._looks = 0

    async def names(self, sessions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        self._looks += 1
        return {one: self._changed(self._looks) for one in sessions}


async def speakers(index: Index) -> set[str]:
    """By which the words are found."""
    await index.refresh()
    found = await index.client.search(index=index.names.read, query={"exists": {"field": "speaker_key"}}, size=1_000)
    return {hit["_source"]["speaker_key"] for hit in found["hits"]["hits"]}


async def test_a_new_index_has_the_names_that_hold_when_it_is_put_in_place(index: Index) -> None:
    """They are looked up before and after each writing, and once more at the end."""
    steps = [step(n, part(n, n, speaker="speaker 0", given=True)) for n in range(1, 4)]
    await index.store.apply(steps)
    assert await speakers(index) == {"speaker 0"}
    given = Given(lambda look: {"speaker 0": "Ana" if look < 3 else "Bo"})
    await Reindexer(StepLog(steps), ElasticIndexBuilder(index.client, index.names, given)).run()
    assert await speakers(index) == {"bo"}


async def test_a_part_has_the_names_that_hold_when_it_is_written(index: Index) -> None:
    given = Given(lambda look: {"speaker 0": ("Ana", "Bo")[look > 1]})
    store = ElasticTurnStore(index.client, read=index.names.read, write=index.names.write, names=given)
    await store.apply([step(1, part(1, 1, speaker="speaker 0", given=True), part(2, 1, speaker="speaker 0"))])
    assert await speakers(index) == {"bo", "speaker 0"}


async def test_captions_go_on_while_the_index_is_made_anew(index: Index) -> None:
    steps = talk(3_000)
    log = StepLog(steps[:1_500])
    await index.store.apply(log.steps)
    await index.refresh()
    done = asyncio.Event()

    async def write() -> None:
        for begin in range(1_500, 3_000, 10):
            batch = steps[begin : begin + 10]
            log.steps += batch  # the log has them before the index
            await insist(partial(index.store.apply, batch))

    async def read() -> int:
        seen = 1_500
        looks = 0
        while not done.is_set():
            turns = await index.store.turns("talk", "en")
            assert turns.last_seq >= seen
            seen = turns.last_seq
            looks += 1
            await asyncio.sleep(0)
        return looks

    reading, writing = asyncio.create_task(read()), asyncio.create_task(write())
    rebuilt = await Reindexer(log, builder(index)).run()
    await writing
    done.set()
    assert await reading > 1
    await index.refresh()
    expected = StreamContents()
    expected.add(steps)
    found = IndexContents()
    async for stream, one in builder(index).parts(rebuilt.new):
        found.add(stream, one)
    found.add_last_seq(TALK, await index.store.last_seq(*TALK))
    assert found.digests == {TALK: expected.digest()}


async def test_an_index_that_lacks_a_part_is_not_put_in_place(index: Index) -> None:
    async def take_one_away(log: StepLog) -> None:
        if log.looks == 2:
            gone = {"id": "talk.en.2/0", "routing": "talk", "refresh": True}
            await index.client.delete(index=index.names.index(2), **gone)

    await index.store.apply(talk(50))
    before = await index.texts()
    with pytest.raises(Misconfigured, match=r"not what the line log says in talk \(en\): it was not put in place"):
        await Reindexer(StepLog(talk(50), before_look=take_one_away), builder(index)).run()
    assert await index.indices.check() == index.names.index(1)
    await index.store.apply([step(51, part(9, 51, "goes on"))])
    assert await index.texts() == [*before, "goes on"]


@pytest.mark.parametrize("steps", [[], talk(49)], ids=["empty", "shorter"])
async def test_an_index_with_less_than_the_one_in_use_is_not_put_in_place(
    index: Index, steps: list[StepRecord]
) -> None:
    await index.store.apply(talk(50))
    with pytest.raises(Misconfigured, match=r"has less than .* in talk \(en\): it was not put in place"):
        await Reindexer(StepLog(steps), builder(index)).run()
    assert await index.indices.check() == index.names.index(1)
    assert len(await index.texts()) == 5


async def test_an_outage_ends_a_rebuild_and_leaves_the_index_in_use_as_it_was(index: Index) -> None:
    def break_off(log: StepLog) -> None:
        if log.looks == 2:
            raise Unavailable("The log is away.")

    await index.store.apply(talk(50))
    with pytest.raises(Unavailable, match="The log is away"):
        await Reindexer(StepLog(talk(50), before_look=break_off), builder(index)).run()
    await index.store.apply([step(51, part(9, 51, "goes on"))])
    assert (await index.texts())[-1] == "goes on"


async def test_a_rebuild_after_one_that_was_killed_starts_anew(index: Index) -> None:
    """The killed one left an index half full, and the one in use held."""
    await index.store.apply(talk(50))
    killed = builder(index)
    await killed.write(await killed.create(), talk(20))
    await killed.block_writes(index.names.index(1))
    with pytest.raises(Unavailable, match="takes no writes"):
        await index.store.apply([step(51, part(9, 51))])
    rebuilt = await Reindexer(StepLog(talk(50)), builder(index)).run()
    assert rebuilt.new == index.names.index(3)
    await index.store.apply([step(51, part(9, 51, "goes on"))])
    assert (await index.texts())[-1] == "goes on"
    for name in await builder(index).unused():
        await builder(index).drop(name)
    assert list(await index.client.indices.get(index=index.names.pattern)) == [rebuilt.new]


async def test_an_index_that_is_held_when_elasticsearch_goes_away_takes_writes_when_it_is_back(
    index: Index, elasticsearch_node: Server
) -> None:
    await index.store.apply(talk(50))
    with Gate() as gate:
        gate.open(elasticsearch_node.address.removeprefix("http://"))
        client = connect([f"http://{gate.address}"])
        held = asyncio.Event()

        def break_off(log: StepLog) -> None:
            if log.looks == 2:  # the index is held by now
                gate.close()
                held.set()

        rebuilding = asyncio.create_task(
            Reindexer(StepLog(talk(50), before_look=break_off), ElasticIndexBuilder(client, index.names)).run()
        )
        await held.wait()
        with pytest.raises(Unavailable, match="takes no writes"):
            await index.store.apply([step(51, part(9, 51))])
        gate.open(elasticsearch_node.address.removeprefix("http://"))
        with pytest.raises(Unavailable, match="can't be reached"):
            await rebuilding
        await client.close()
    await index.store.apply([step(51, part(9, 51, "goes on"))])
    assert (await index.texts())[-1] == "goes on"


async def test_a_hold_that_was_forgotten_is_lifted_and_one_that_is_somebody_elses_is_not(index: Index) -> None:
    now = 0.0
    hold = IndexHold(index.client, clock=lambda: now)
    await builder(index).block_writes(index.names.index(1))
    await hold.lift_forgotten(index.names.write)
    now = FORGOTTEN_SECONDS - 1
    await hold.lift_forgotten(index.names.write)
    with pytest.raises(Unavailable, match="takes no writes"):
        await index.store.apply(talk(1))
    now = FORGOTTEN_SECONDS
    await hold.lift_forgotten(index.names.write)
    await index.store.apply(talk(1))
    assert await index.indices.check() == index.names.index(1)  # its mapping is as it was

    await index.client.indices.add_block(index=index.names.index(1), block="write")
    for now in (0.0, 2 * FORGOTTEN_SECONDS):  # noqa: B007 - the clock of above
        await hold.lift_forgotten(index.names.write)
    with pytest.raises(Unavailable, match="takes no writes"):
        await index.store.apply(talk(2))


async def test_the_index_in_use_is_never_dropped(index: Index) -> None:
    with pytest.raises(Conflict):
        await builder(index).drop(index.names.index(1))
    assert await index.indices.check() == index.names.index(1)


async def test_an_index_with_another_mapping_is_replaced(index: Index) -> None:
    await index.store.apply(talk(50))
    await index.client.indices.put_mapping(index=index.names.write, properties={"room": {"type": "keyword"}})
    with pytest.raises(Misconfigured, match="captionflow reindex"):
        await index.indices.prepare()
    await Reindexer(StepLog(talk(50)), builder(index)).run()
    assert await index.indices.prepare() == index.names.index(2)
    assert len(await index.texts()) == 5


async def test_what_the_index_can_never_take_does_not_stop_a_rebuild(index: Index) -> None:
    steps = [*talk(50), step(51, part(9, 51, turn_id="x" * 600), part(10, 51, "kept"))]
    rebuilt = await Reindexer(StepLog(steps), builder(index)).run()
    assert rebuilt.refused == 1
    assert (await index.texts())[-1] == "kept"
