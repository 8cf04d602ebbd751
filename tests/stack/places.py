"""Where things are kept and listened to."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CACHE = ROOT / ".cache" / "stack"
"""What was downloaded, unpacked and compiled; git ignores it, and it can be deleted at any time."""


HERE = "127.0.0.1"


class CannotStart(RuntimeError):
    """A server can't be had on this machine; the sentence says what is missing."""


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Two test runs that need the same part of the cache make it one after the other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
