"""What forgetting a demo promises (captionflow.ports.Demos)."""

import asyncio
from datetime import UTC, datetime

import pytest

from captionflow.errors import NotFound, Unavailable
from captionflow.messages import Draft, Part, Session, StepRecord
from captionflow.ports import SearchQuery, SessionFilter
from captionflow.turns import Turns
from tests.contract.worlds import WITH_DEMOS, World, WorldWithDemos

pytestmark = pytest.mark.parametrize("servers", WITH_DEMOS, indirect=True)

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)


async def hold(world: World, session: str, *, demo: bool) -> None:
    """A session in which one line was said, stored and indexed."""
    await world.sessions.create(Session(session, version=1, created_at=AT, updated_at=AT, demo=demo))
    await world.line_log.append(session, "en", [Draft("desk", 0, "Hello.\n")])
    part = Part(f"{session}.en.1", 0, session, "en", 1, 1, paragraphs=("Hello.",), closed=True)
    await world.turn_store.apply([StepRecord(session, "en", 1, 1, (part,))])
    await world.settle()


async def test_a_forgotten_demo_is_nowhere_any_more(world: WorldWithDemos) -> None:
    await hold(world, "demo-1", demo=True)
    await world.demos.forget("demo-1")
    await world.settle()
    with pytest.raises(NotFound):
        await world.sessions.get("demo-1")
    assert await world.sessions.list(SessionFilter()) == ()
    assert await world.turn_store.turns("demo-1", "en") == Turns((), 0)
    assert (await world.search.search(SearchQuery("hello"))).total == 0
    assert [record async for record in world.line_log.read("demo-1", "en")] == []


async def test_forgetting_a_demo_leaves_the_others_as_they_are(world: WorldWithDemos) -> None:
    await hold(world, "talk", demo=False)
    await hold(world, "demo-1", demo=True)
    await hold(world, "demo-2", demo=True)
    await world.demos.forget("demo-1")
    await world.settle()
    assert {session.id for session in await world.sessions.list(SessionFilter())} == {"talk", "demo-2"}
    for session in ("talk", "demo-2"):
        assert (await world.turn_store.turns(session, "en")).last_seq == 1
        assert [record.session async for record in world.line_log.read(session, "en")] == [session]
    page = await world.search.search(SearchQuery("hello"))
    assert {hit.session for hit in page.hits} == {"talk", "demo-2"}


@pytest.mark.parametrize("session", ["talk", "nobody"])
async def test_what_is_no_demo_is_not_forgotten(world: WorldWithDemos, session: str) -> None:
    await hold(world, "talk", demo=False)
    await world.demos.forget(session)
    await world.settle()
    assert (await world.sessions.get("talk")).version == 1
    assert (await world.turn_store.turns("talk", "en")).last_seq == 1
    assert [record.session async for record in world.line_log.read("talk", "en")] == ["talk"]


async def test_who_follows_the_log_misses_nothing_that_comes_after(world: WorldWithDemos) -> None:
    await hold(world, "demo-1", demo=True)
    following = world.line_log.follow()
    async with asyncio.timeout(60):
        position, _ = await anext(following)
        await world.demos.forget("demo-1")
        await world.line_log.append("talk", "en", [Draft("desk", 0, "After.\n")])
        assert (await anext(following))[1].lines[0].text == "After.\n"
        _, record = await anext(world.line_log.follow(position))
        assert record.lines[0].text == "After.\n"


async def test_what_cannot_be_reached_is_unavailable(world: WorldWithDemos) -> None:
    await hold(world, "demo-1", demo=True)
    await world.cut_off()
    with pytest.raises(Unavailable):
        await world.demos.forget("demo-1")
