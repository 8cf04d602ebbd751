"""What ``make stack`` runs, on servers that are there already."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.distributed.installation import Installation
from tests.real_program import Server, environ
from tests.stack.servers import Server as Stack


@contextmanager
def stack_command(folder: Path, root: Path, kafka: Stack, elasticsearch: Stack, **more: str) -> Iterator[Server]:
    """All of it, until it is left; known by its front's address. ``more``: of its environment."""
    made = Installation(folder, kafka.address, elasticsearch.address)
    front = Server(folder / "unused")
    given = environ(**made.settings) | {
        "PORT": str(front.port),
        "PYTHONPATH": str(root),
        **more,
        "TEST_KAFKA": kafka.address,
        "TEST_ELASTICSEARCH": elasticsearch.address,
    }
    with front.log.open("ab") as log:
        front.process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=given
        )
    try:
        front.wait_until_ready()
        yield front
    finally:
        try:
            assert front.stop(signal.SIGTERM, 30) == 0
        finally:
            front.__exit__()
            made.close()
