"""What can't be reached is tried again, less and less often, and it is said what is waited for."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest
from structlog.testing import capture_logs

from captionflow.errors import Conflict, Misconfigured, Unavailable
from captionflow.retrying import MAX_TRIES, Backoff, Retry, despite_conflicts
from tests.waiting import until


def longest() -> float:
    """The chance that shortens no wait (``random`` stays below it)."""
    return 1.0


def test_each_wait_is_twice_the_one_before_up_to_the_limit() -> None:
    backoff = Backoff(first_seconds=1, longest_seconds=5, chance=longest)
    assert [backoff.failed() for _ in range(4)] == [1, 2, 4, 5]
    assert backoff.tries == 4


def test_after_a_success_the_waits_begin_with_the_shortest() -> None:
    backoff = Backoff(first_seconds=1, chance=longest)
    backoff.failed()
    backoff.failed()
    backoff.succeeded()
    assert (backoff.tries, backoff.failed()) == (0, 1)


def test_what_the_server_asks_for_is_the_first_wait_if_it_is_longer() -> None:
    backoff = Backoff(first_seconds=1, longest_seconds=10, chance=longest)
    assert [backoff.failed(asked_seconds=3) for _ in range(3)] == [3, 6, 10]
    backoff.succeeded()
    assert backoff.failed(asked_seconds=0.1) == 1


def test_chance_shortens_a_wait_to_half_of_it_at_most() -> None:
    chances = iter((0.0, 0.5, 1.0))
    backoff = Backoff(first_seconds=1, longest_seconds=1, chance=lambda: next(chances))
    assert [backoff.failed() for _ in range(3)] == [0.5, 0.75, 1.0]


def test_those_who_fail_together_do_not_come_back_together() -> None:
    assert len({Backoff().failed() for _ in range(20)}) > 1


def test_it_can_fail_for_ever() -> None:
    backoff = Backoff(longest_seconds=10, chance=longest)
    assert {backoff.failed() for _ in range(2_000)} >= {10}


def quick() -> Retry:
    return Retry("index_waits", Backoff(first_seconds=0.001, longest_seconds=0.002, chance=longest))


async def test_it_says_what_it_waits_for_until_it_works() -> None:
    retry = quick()
    tries = count(1)
    said: list[str] = []

    async def attempt() -> str:
        said.append(retry.waiting)
        if (number := next(tries)) < 4:
            raise Unavailable(f"The disk is full ({number}).", retry_after=0)
        return "done"

    with capture_logs() as logged:
        assert await retry.call(attempt) == "done"
    assert said == ["", *(f"The disk is full ({number})." for number in range(1, 4))]
    assert retry.waiting == ""
    assert [(entry["event"], entry["reason"], entry["tries"]) for entry in logged] == [
        ("index_waits", f"The disk is full ({number}).", number) for number in range(1, 4)
    ]


@pytest.mark.parametrize(("asked", "waits"), [(None, [0.05, 0.1, 0.2]), (2, [2, 4, 8])])
async def test_an_outage_that_asks_for_nothing_is_waited_for_as_the_policy_says(
    asked: float | None, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    retry = Retry("segment_waits", Backoff(chance=longest))
    tries = count()

    async def attempt() -> None:
        if next(tries) < len(waits):
            raise Unavailable("Away.", retry_after=asked)

    await retry.call(attempt)
    assert slept == waits


async def test_each_call_begins_with_the_shortest_wait() -> None:
    retry = quick()

    async def attempt(answers: Iterator[bool]) -> None:
        if not next(answers):
            raise Unavailable("Away.", retry_after=0)

    with capture_logs() as logged:
        for answers in (iter([False, True]), iter([False, True])):
            await retry.call(lambda answers=answers: attempt(answers))
    assert [entry["tries"] for entry in logged] == [1, 1]


async def test_what_no_waiting_mends_is_raised_at_once() -> None:
    async def attempt() -> None:
        raise Misconfigured("The mapping differs.")

    with pytest.raises(Misconfigured):
        await quick().call(attempt)


async def test_a_wait_can_be_cancelled() -> None:
    retry = Retry("index_waits", Backoff(first_seconds=60, longest_seconds=60))
    waiting = asyncio.create_task(retry.wait(Unavailable("Away.")))
    await until(lambda: retry.waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_change_that_meets_others_is_tried_again_and_the_last_conflict_is_told() -> None:
    met = [Conflict("first"), Conflict("second")]
    tries = 0

    async def attempt() -> str:
        nonlocal tries
        tries += 1
        if met:
            raise met.pop(0)
        return "changed"

    assert (await despite_conflicts(attempt), tries) == ("changed", 3)
    met = [Conflict(f"{n}") for n in range(MAX_TRIES)]
    with pytest.raises(Conflict, match=f"^{MAX_TRIES - 1}$"):
        await despite_conflicts(attempt)
    met = [Conflict("once")]
    with pytest.raises(Conflict, match="once"):
        await despite_conflicts(attempt, tries=1)
