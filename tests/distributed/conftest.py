from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.distributed.installation import Installation, running
from tests.stack.servers import Server as Stack


@pytest.fixture(scope="package")
def installation(
    tmp_path_factory: pytest.TempPathFactory, kafka_broker: Stack, elasticsearch_node: Stack
) -> Iterator[Installation]:
    """One of each service, started once for the whole folder. A test leaves them running as they were."""
    with running(tmp_path_factory.mktemp("installation"), kafka_broker, elasticsearch_node) as made:
        yield made


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Some 2,200 words with labels, notes, a head and an end."""
    text = (root / "services" / "demo" / "transcript.txt").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("talk") / "talk.txt"
    path.write_text(text, encoding="utf-8")
    return path
