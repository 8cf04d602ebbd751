"""A process that is told to stop has ended soon, whatever others do to it, and none of that is a fault of ours."""

import signal
import time

from tests.real_program import Server

STOP_SECONDS = 5


def stop_in_time(server: Server) -> None:
    """Tell it, and look at the clock and at its log."""
    began = time.monotonic()
    assert server.stop(signal.SIGTERM, 60) == 0
    assert time.monotonic() - began <= STOP_SECONDS
    told = server.log.read_text()
    assert "Traceback" not in told
    assert "CancelledError" not in told
