"""What all tests share: where the real transcripts are, and when a missing means fails instead of skipping."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.distributed.installation import open_installations
from tests.needs import missing
from tests.real_program import end_commands
from tests.stack.places import CannotStart
from tests.stack.servers import Server, elasticsearch_server, kafka_server

ROOT = Path(__file__).parent.parent
LONG = {"chaos", "distributed", "hostile", "twins"}
"""Folders whose files take longest."""

# A busy machine fails no test: CI's own profile has no deadline either.
settings.register_profile("patient", settings.default, deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real transcripts beside the repository; read only."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        missing(f"the real transcripts are not here: {folder}")
    return folder


@pytest.fixture(scope="session")
def stack_folder() -> Iterator[Path]:
    """Where servers keep their data: not in pytest's own folders, which it closes to other users again and again."""
    with tempfile.TemporaryDirectory(prefix="captionflow-stack-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka_broker(stack_folder: Path) -> Iterator[Server]:
    """A real Kafka broker, started when the first test asks for it; a test makes topics of its own."""
    try:
        with kafka_server(stack_folder / "kafka") as server:
            yield server
    except CannotStart as error:
        missing(f"no Kafka: {error}")


@pytest.fixture(scope="session")
def elasticsearch_node(stack_folder: Path) -> Iterator[Server]:
    """A real Elasticsearch node, started when the first test asks for it; a test makes indices of its own."""
    try:
        with elasticsearch_server(stack_folder / "elasticsearch") as server:
            yield server
    except CannotStart as error:
        missing(f"no Elasticsearch: {error}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the fixture `shared`, or real servers, so that `-m` picks it; browser tests come last.

    Playwright's loop stays in the main thread from the first browser test on, and asyncio allows no second one there.
    Long files come first: at the end of a run, none of the processes that share it waits for a long one.
    """
    items.sort(key=lambda item: ("e2e" in item.path.parts, LONG.isdisjoint(item.path.parts)))
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")
        if _needs_servers(item):
            item.add_marker("stack")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Services that a folder's tests share take no processor from the tests of the next folder."""
    if nextitem is None or nextitem.path.parent != item.path.parent:
        for installation in open_installations:
            installation.rest()


def _needs_servers(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    world = "distributed" in item.name and "contract" in item.path.parts
    starts = {"distributed", "chaos"} & set(item.path.parts) or item.path.name == "test_stack.py"
    return bool(world or starts or names & {"kafka_broker", "elasticsearch_node", "stack_folder"})


@pytest.fixture(autouse=True)
def _everything_runs(request: pytest.FixtureRequest) -> None:
    """What a test of an installation ended, and did not start again because it failed, is no matter of the next one."""
    if "installation" in request.fixturenames:
        request.getfixturevalue("installation").revive()


@pytest.fixture(autouse=True)
def _commands_end() -> Iterator[None]:
    """No command outlives the test that started it."""
    yield
    end_commands()
