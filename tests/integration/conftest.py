"""A disk that is full when a test wants it to be; a server with a session, and a client of it."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.api_server import Api, serving
from tests.waiting import await_true


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        reason = f"mounting a small tmpfs is not allowed here: {mounted.stderr.strip()}"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason} (not skipped, since CI=true)")
        pytest.skip(reason)
    yield folder
    # A search process outlives a server that was killed by the moment in which it notices.
    await_true(
        lambda: subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0, "it is used"
    )


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """The whole pipeline, with session ``talk``."""
    async with serving(tmp_path, pipeline=True) as api:
        await api.announce()
        yield api


@pytest.fixture
async def client(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client
