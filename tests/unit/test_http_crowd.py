"""Who asks the same at once is answered together, with nothing found before they asked (services.http.crowd)."""

import asyncio

import pytest

from captionflow.errors import Unavailable
from services.http.crowd import Crowd


class Source:
    """What is asked for; it is told when somebody has begun to look, and lets them go on."""

    def __init__(self) -> None:
        self.crowd: Crowd[int] = Crowd()
        self.state = 0
        self.looks = 0
        self.begun = asyncio.Event()
        self.may = asyncio.Event()

    async def find(self) -> int:
        found = self.state
        self.looks += 1
        self.begun.set()
        await self.may.wait()
        return found

    def ask(self, question: str = "home") -> "asyncio.Task[int]":
        return asyncio.create_task(self.crowd.answer(question, self.find))


async def test_who_comes_while_one_is_answered_shares_the_next_answer() -> None:
    source = Source()
    first = source.ask()
    await source.begun.wait()
    source.state = 1
    others = [source.ask() for _ in range(50)]
    source.may.set()
    assert await first == 0
    assert await asyncio.gather(*others) == [1] * 50
    assert source.looks == 2


async def test_who_comes_later_gets_what_is_there_then() -> None:
    source = Source()
    source.may.set()
    for state in range(3):
        source.state = state
        assert await source.ask() == state


async def test_another_question_does_not_wait() -> None:
    source = Source()
    waiting = source.ask()
    await source.begun.wait()
    source.begun.clear()
    other = source.ask("desk")
    await source.begun.wait()
    source.may.set()
    assert await asyncio.gather(waiting, other) == [0, 0]


async def test_who_goes_takes_nothing_from_the_others() -> None:
    source = Source()
    going, staying = source.ask(), source.ask()
    await source.begun.wait()
    going.cancel()
    source.may.set()
    assert await staying == 0
    assert source.looks == 1
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_an_error_is_everybodys_and_the_next_one_is_answered() -> None:
    crowd: Crowd[int] = Crowd()

    async def fail() -> int:
        raise Unavailable("Not now.")

    async def find() -> int:
        return 1

    outcomes = await asyncio.gather(*(crowd.answer("home", fail) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [Unavailable] * 2
    assert await crowd.answer("home", find) == 1
