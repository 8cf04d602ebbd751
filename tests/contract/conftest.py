from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from worlds import WORLDS, World

from captionflow.ports import LineLog, Search, SessionStore, StepFeed, TurnStore


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    world = await WORLDS[request.param](tmp_path)
    yield world
    await world.close()


@pytest.fixture
def line_log(world: World) -> LineLog:
    return world.line_log


@pytest.fixture
def turn_store(world: World) -> TurnStore:
    return world.turn_store


@pytest.fixture
def search(world: World) -> Search:
    return world.search


@pytest.fixture
def sessions(world: World) -> SessionStore:
    return world.sessions


@pytest.fixture
def step_feed(world: World) -> StepFeed:
    return world.step_feed
