"""What the queue of one process promises beyond its port: bounded memory, and facts before parts."""

import asyncio

import pytest

from captionflow.adapters.memory.step_feed import MemoryStepFeed
from captionflow.adapters.memory.step_queue import MAX_WEIGHT, MemoryStepQueue, index_queues
from captionflow.messages import StepRecord
from tests.steps import part


def step(seq: int) -> StepRecord:
    return StepRecord("talk", "en", seq, seq)


async def publish(feed: MemoryStepFeed, count: int) -> None:
    for seq in range(1, count + 1):
        await feed.publish(step(seq))


async def test_a_publisher_waits_when_too_many_steps_wait_and_a_batch_is_no_larger() -> None:
    feed = MemoryStepFeed()
    queue = MemoryStepQueue(feed)
    await publish(feed, MAX_WEIGHT)
    publishing = asyncio.create_task(feed.publish(step(MAX_WEIGHT + 1)))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(publishing), 0.01)
    assert [one.last_seq for one in await queue.take()] == list(range(1, MAX_WEIGHT + 1))
    await publishing
    assert [one.last_seq for one in await queue.take()] == [MAX_WEIGHT + 1]


async def test_a_step_weighs_as_many_as_it_has_parts() -> None:
    feed = MemoryStepFeed()
    queue = MemoryStepQueue(feed)
    large = StepRecord("talk", "en", 1, 1, tuple(part(n, 1) for n in range(1, MAX_WEIGHT)))
    await feed.publish(large)
    await feed.publish(step(2))
    publishing = asyncio.create_task(feed.publish(large))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(publishing), 0.01)
    assert await queue.take() == [large, step(2)]
    await publishing
    assert await queue.take() == [large]


async def test_a_take_that_was_given_up_loses_nothing() -> None:
    feed = MemoryStepFeed()
    queue = MemoryStepQueue(feed)
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    await feed.publish(step(1))
    assert await queue.take() == [step(1)]


async def test_parts_are_written_of_steps_whose_facts_are_done() -> None:
    feed = MemoryStepFeed()
    facts, parts = index_queues(feed)
    await publish(feed, 2)
    assert len(await facts.take()) == 2
    taking = asyncio.create_task(parts.take())
    await publish(feed, 1)
    await asyncio.sleep(0)
    assert not taking.done()
    await facts.done()
    assert await taking == [step(1), step(2)]


async def test_facts_wait_for_parts_that_are_far_behind() -> None:
    feed = MemoryStepFeed()
    facts, parts = index_queues(feed)
    for _ in range(2):
        await publish(feed, MAX_WEIGHT)
        await facts.take()
    finishing = asyncio.create_task(facts.done())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(finishing), 0.01)
    assert len(await parts.take()) == MAX_WEIGHT
    await finishing
    assert len(await parts.take()) == MAX_WEIGHT
