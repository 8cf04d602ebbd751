"""Ports to listen on, which nobody else takes meanwhile."""

import os
import socket
from collections.abc import Iterator
from itertools import cycle

_FIRST = 14_000  # all of them below 32768, where Linux begins to number the ends of connections that go out
_EACH = 2_000
_WORKERS = 8


def free_port(besides: int = 0) -> int:
    """A TCP port of this machine that nobody listens on, and that no other worker of these tests is given.

    ``besides``: one that another process of this worker has been given, and does not listen on yet.

    A program listens on it a second later, or listens again after it was killed; until then it must not become a
    connection's own end, as a port that the system chose can.
    """
    return next(port for port in _ports if port != besides and _is_free(port))


def _numbered() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", f"gw{_WORKERS}").removeprefix("gw")) % (_WORKERS + 1)
    return cycle(range(_FIRST + worker * _EACH, _FIRST + (worker + 1) * _EACH))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_ports = _numbered()
