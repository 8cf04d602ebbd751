"""What all attacks need: a server, and somebody who measures what others have of it meanwhile."""

from collections.abc import Iterator

import pytest

from tests.hostile.heartbeat import Heartbeat
from tests.real_program import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("hostile") / "data") as server:
        yield server


@pytest.fixture
def heartbeat(server: Server) -> Heartbeat:
    return Heartbeat(server)
