"""What every step queue promises (captionflow.ports.StepQueue)."""

import asyncio
from collections.abc import Iterable

from captionflow.messages import StepRecord
from captionflow.ports import StepQueue
from tests.contract.worlds import World

MANY = 1_100
"""More than the queue of one process hands out or keeps waiting."""
WAIT_SECONDS = 90


async def publish(world: World, seqs: Iterable[int], session: str = "talk") -> None:
    for seq in seqs:
        await world.step_feed.publish(StepRecord(session, "en", seq, seq))


class Taker:
    """Takes as the index does, for which a step that doesn't advance its session changes nothing."""

    def __init__(self, queue: StepQueue) -> None:
        self._queue = queue
        self.taken: dict[str, list[int]] = {}

    async def take(self) -> None:
        for step in await self._queue.take():
            seqs = self.taken.setdefault(step.session, [])
            if not seqs or step.last_seq > seqs[-1]:
                seqs.append(step.last_seq)

    async def until(self, last: int, *sessions: str, done: bool = True) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while any(self.taken.get(session, [0])[-1] < last for session in sessions or ("talk",)):
                await self.take()
                if done:
                    await self._queue.done()


async def test_every_step_is_handed_out_once_it_was_published_those_of_a_session_in_order(world: World) -> None:
    taker = Taker(world.step_queue())
    for seq in range(1, 21):
        for session in ("one", "two", "three"):
            await publish(world, [seq], session)
    await taker.until(20, "one", "two", "three")
    assert taker.taken == {session: list(range(1, 21)) for session in ("one", "two", "three")}


async def test_a_waiting_taker_wakes(world: World) -> None:
    taker = Taker(world.step_queue())
    waiting = asyncio.create_task(taker.until(1))
    await asyncio.sleep(0)
    await publish(world, [1])
    await waiting
    assert taker.taken == {"talk": [1]}


async def test_many_steps_reach_a_taker_that_comes_late(world: World) -> None:
    taker = Taker(world.step_queue())
    publishing = asyncio.create_task(publish(world, range(1, MANY + 1)))
    await asyncio.sleep(0)
    await taker.until(MANY)
    await publishing
    assert taker.taken == {"talk": list(range(1, MANY + 1))}


async def test_whoever_takes_again_before_it_is_done_gets_the_next_steps(world: World) -> None:
    taker = Taker(world.step_queue())
    await publish(world, [1, 2])
    await taker.until(2, done=False)
    await publish(world, [3, 4])
    await taker.until(4, done=False)
    assert taker.taken == {"talk": [1, 2, 3, 4]}


async def test_after_a_stop_what_was_done_does_not_come_again_and_what_was_not_does(world: World) -> None:
    taker = Taker(world.step_queue())
    await publish(world, [1, 2, 3])
    await taker.until(3)
    await publish(world, [4, 5])
    await taker.until(5, done=False)
    await world.reopen()
    after = Taker(world.step_queue())
    await publish(world, [4, 5, 6])  # as whoever makes the steps does from where the stored turns end
    await after.until(6)
    assert after.taken == {"talk": [4, 5, 6]}
