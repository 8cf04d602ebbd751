"""What every step feed promises (captionflow.ports.StepFeed)."""

import asyncio
from collections.abc import AsyncIterator

from captionflow.messages import StepRecord
from captionflow.ports import StepFeed

MANY = 600
"""More than any adapter keeps waiting for a follower."""
WAIT_SECONDS = 60


def step(seq: int) -> StepRecord:
    return StepRecord("talk", "en", seq, seq)


async def take(following: AsyncIterator[StepRecord], last: int) -> list[int]:
    """The steps up to one, as every reader takes them: those that don't advance are ignored."""
    seqs = [0]
    async with asyncio.timeout(WAIT_SECONDS):
        while seqs[-1] < last:
            seq = (await anext(following)).last_seq
            if seq > seqs[-1]:
                seqs.append(seq)
    return seqs[1:]


async def test_a_follower_gets_every_step_since_it_followed_in_order(step_feed: StepFeed) -> None:
    following = step_feed.follow()
    for seq in range(1, 101):
        await step_feed.publish(step(seq))
    assert await take(following, 100) == list(range(1, 101))


async def test_the_subscription_stands_before_the_first_read(step_feed: StepFeed) -> None:
    following = step_feed.follow()
    await step_feed.publish(step(1))
    late = step_feed.follow()
    await step_feed.publish(step(2))
    assert await take(following, 2) == [1, 2]
    assert (await take(late, 2))[-1] == 2


async def test_a_waiting_follower_wakes(step_feed: StepFeed) -> None:
    following = step_feed.follow()
    waiting = asyncio.create_task(take(following, 1))
    await asyncio.sleep(0)
    await step_feed.publish(step(1))
    assert await waiting == [1]


async def test_a_read_that_was_given_up_loses_nothing(step_feed: StepFeed) -> None:
    following = step_feed.follow()
    waiting = asyncio.create_task(take(following, 1))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await step_feed.publish(step(1))
    assert await take(following, 1) == [1]


async def test_many_steps_reach_a_slow_and_a_fast_follower_alike(step_feed: StepFeed) -> None:
    slow, fast = step_feed.follow(), step_feed.follow()

    async def publish() -> None:
        for seq in range(1, MANY + 1):
            await step_feed.publish(step(seq))

    publishing = asyncio.create_task(publish())
    reading = asyncio.create_task(take(fast, MANY))
    assert await take(slow, MANY) == list(range(1, MANY + 1))
    assert await reading == list(range(1, MANY + 1))
    await publishing


async def test_a_follower_that_left_holds_nobody_up(step_feed: StepFeed) -> None:
    leaving, staying = step_feed.follow(), step_feed.follow()
    publishing = asyncio.create_task(_publish(step_feed, MANY))
    reading = asyncio.create_task(take(staying, MANY))
    await take(leaving, 5)
    del leaving
    assert await asyncio.wait_for(reading, WAIT_SECONDS) == list(range(1, MANY + 1))
    await publishing


async def _publish(step_feed: StepFeed, count: int) -> None:
    for seq in range(1, count + 1):
        await step_feed.publish(step(seq))
