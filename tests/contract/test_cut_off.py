"""What every port promises when the technology behind it can't be reached: Unavailable, whose call can be repeated."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from captionflow.errors import Unavailable
from captionflow.messages import Draft, Facts, Session, StepRecord
from captionflow.ports import SearchQuery, SessionFilter
from tests.contract.worlds import World

AT = datetime(2015, 11, 12, 9, 30, tzinfo=UTC)
TALK = Session("talk", version=1, created_at=AT, updated_at=AT)

CALLS: dict[str, Callable[[World], Awaitable[object]]] = {
    "append": lambda world: world.line_log.append("talk", "en", [Draft("desk-1", 0, "Hello")]),
    "last_number": lambda world: world.line_log.last_number("talk", "en", "desk-1"),
    "read": lambda world: anext(aiter(world.line_log.read("talk", "en"))),
    "streams": lambda world: world.line_log.streams(),
    "follow": lambda world: anext(aiter(world.line_log.follow())),
    "apply": lambda world: world.turn_store.apply([StepRecord("talk", "en", 1, 1)]),
    "turns": lambda world: world.turn_store.turns("talk", "en"),
    "last_seq": lambda world: world.turn_store.last_seq("talk", "en"),
    "search": lambda world: world.search.search(SearchQuery("hello")),
    "create": lambda world: world.sessions.create(TALK),
    "get": lambda world: world.sessions.get("talk"),
    "list": lambda world: world.sessions.list(SessionFilter()),
    "replace": lambda world: world.sessions.replace(TALK, expected_version=1),
    "learn": lambda world: world.sessions.learn("talk", Facts(), at=AT),
}


@pytest.mark.parametrize("name", CALLS)
async def test_what_cannot_be_reached_is_unavailable_and_says_when_to_come_back(world: World, name: str) -> None:
    await world.cut_off()
    with pytest.raises(Unavailable) as caught:
        await CALLS[name](world)
    assert caught.value.retry_after > 0
