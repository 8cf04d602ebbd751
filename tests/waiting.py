"""Waits for what is done elsewhere, in another process or on a server."""

import time
from collections.abc import Callable

import httpx

WAIT_SECONDS = 60


def await_true(true: Callable[[], bool], otherwise: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until it is; who does not answer does not say so."""
    end = time.monotonic() + seconds
    while not _is(true):
        assert time.monotonic() < end, f"{otherwise} in time"
        time.sleep(0.05)


def _is(true: Callable[[], bool]) -> bool:
    try:
        return true()
    except httpx.TransportError:
        return False
