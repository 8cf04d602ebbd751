"""When what was sent counts as done (services.segment.in_flight)."""

import asyncio

import pytest

from services.segment.in_flight import InFlight


class Sent:
    """Some futures in flight, and what was told of them."""

    def __init__(self, count: int) -> None:
        self.done = 0
        self.errors: list[BaseException] = []
        self.futures: list[asyncio.Future[int]] = [asyncio.get_running_loop().create_future() for _ in range(count)]
        self.in_flight = InFlight(self.errors.append)
        self.in_flight.add(self.futures, done=self._count)

    def _count(self) -> None:
        self.done += 1


async def answered() -> None:
    await asyncio.sleep(0)  # callbacks of futures run in the next turn of the loop


async def test_all_is_done_when_the_last_of_it_is_answered_in_whatever_order() -> None:
    sent = Sent(3)
    for index in (2, 0):
        sent.futures[index].set_result(index)
    await answered()
    assert (sent.done, len(sent.in_flight)) == (0, 1)
    sent.futures[1].set_result(1)
    await answered()
    assert (sent.done, len(sent.in_flight), sent.errors) == (1, 0, [])


@pytest.mark.parametrize("error", [None, OSError("the broker refuses it")])
async def test_what_failed_or_was_given_up_is_never_done(error: OSError | None) -> None:
    sent = Sent(2)
    sent.futures[0].set_result(0)
    if error is None:
        sent.futures[1].cancel()
    else:
        sent.futures[1].set_exception(error)
    await answered()
    assert (sent.done, len(sent.in_flight)) == (0, 0)
    assert sent.errors == ([] if error is None else [error])


async def test_who_waits_goes_on_when_few_enough_are_unanswered() -> None:
    sent = Sent(3)
    await sent.in_flight.at_most(3)
    waiting = asyncio.create_task(sent.in_flight.at_most(1))
    sent.futures[0].set_result(0)
    await answered()
    assert not waiting.done()
    sent.futures[1].set_result(1)
    await asyncio.wait_for(waiting, 1)
    assert len(sent.in_flight) == 1
