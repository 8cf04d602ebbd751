from collections.abc import Iterator
from pathlib import Path

import pytest
from installation import Installation
from stack.servers import Server as Stack


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory, kafka_broker: Stack, elasticsearch_node: Stack
) -> Iterator[Installation]:
    """One of each service, started once for the whole folder. A test leaves them running as they were."""
    made = Installation(tmp_path_factory.mktemp("installation"), kafka_broker.address, elasticsearch_node.address)
    try:
        made.create_topics()
        for kind in ("ingest", "segment", "index", "api"):
            made.add(kind)
        made.start("ingest", "segment", "index", "api")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Some 2,200 words with labels, notes, a head and an end."""
    text = (root / "services" / "demo" / "transcript.txt").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("talk") / "talk.txt"
    path.write_text(text, encoding="utf-8")
    return path
