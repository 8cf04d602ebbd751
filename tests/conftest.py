"""What all tests share: where the real transcripts are, and when a missing means fails instead of skipping."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parent.parent


def missing(what: str) -> NoReturn:
    """Skip with a reason; on CI nothing may be left out silently, so there it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} (not skipped, since CI=true)")
    pytest.skip(what)


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the fixture `shared`, so that `-m "not shared"` leaves it out; browser tests come last.

    Playwright's loop stays in the main thread from the first browser test on, and asyncio allows no second one there.
    """
    items.sort(key=lambda item: "e2e" in item.path.parts)
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")
