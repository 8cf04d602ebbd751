"""What can't be reached is tried again, less and less often, and it is said for what is waited."""

import asyncio
import time
from itertools import pairwise

import pytest

from captionflow.errors import Misconfigured, Unavailable
from services.index.patience import Patience

FIRST_SECONDS = 0.05


async def test_the_waits_grow_and_it_is_told_for_what_until_it_works() -> None:
    patience = Patience()
    tried: list[tuple[float, str]] = []

    async def call() -> str:
        tried.append((time.monotonic(), patience.waiting))
        if len(tried) < 5:
            raise Unavailable(f"The disk is full ({len(tried)}).", retry_after=0)
        return "done"

    assert await patience.insist(call) == "done"
    assert [waiting for _, waiting in tried] == ["", *(f"The disk is full ({n})." for n in range(1, 5))]
    assert patience.waiting == ""
    waits = [later - earlier for (earlier, _), (later, _) in pairwise(tried)]
    assert all(wait >= FIRST_SECONDS * 2**n / 2 for n, wait in enumerate(waits)), waits


async def test_those_who_wait_for_the_same_do_not_come_back_at_once() -> None:
    async def wait() -> float:
        begun = time.monotonic()
        tries = 0

        async def call() -> None:
            nonlocal tries
            tries += 1
            if tries < 4:
                raise Unavailable("Away.", retry_after=0)

        await Patience().insist(call)
        return time.monotonic() - begun

    took = await asyncio.gather(*(wait() for _ in range(20)))
    assert max(took) - min(took) > FIRST_SECONDS / 2


async def test_what_no_waiting_mends_is_raised_at_once() -> None:
    async def call() -> None:
        raise Misconfigured("The mapping differs.")

    with pytest.raises(Misconfigured):
        await Patience().insist(call)
