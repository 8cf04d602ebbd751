import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from captionflow.audit import AuditTrail
from captionflow.keys import KeyStore
from captionflow.ports import LineLog, Search, SessionStore, SourceReports, StepFeed
from captionflow.turns import TurnStore
from tests.contract.distributed_world import clean_up
from tests.contract.worlds import SERVERS, WORLDS, World


@pytest.fixture(params=WORLDS)
def servers(request: pytest.FixtureRequest) -> tuple[str, tuple[str, ...]]:
    """A world's name and the addresses of its servers."""
    return request.param, tuple(request.getfixturevalue(server).address for server in SERVERS[request.param])


@pytest.fixture(scope="module", autouse=True)
def _cleaned_up() -> Iterator[None]:
    yield
    asyncio.run(clean_up())


@pytest.fixture
async def world(servers: tuple[str, tuple[str, ...]], tmp_path: Path) -> AsyncIterator[World]:
    name, addresses = servers
    world = await WORLDS[name](tmp_path, *addresses)
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


@pytest.fixture
def source_reports(world: World) -> SourceReports:
    return world.source_reports


@pytest.fixture
def keys(world: World) -> KeyStore:
    return world.keys


@pytest.fixture
def audit(world: World) -> AuditTrail:
    return world.audit
