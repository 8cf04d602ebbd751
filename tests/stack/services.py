"""The four services as processes of their own, started again when one ends, until they are all told to stop."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Final

from tests.ports import free_port
from tests.real_program import PROGRAM
from tests.stack.places import CannotStart, listens
from tests.waiting import came_true

SERVICES: Final = ("ingest", "segment", "index", "api")
_STOP_SECONDS: Final = 10
_READY_SECONDS: Final = 60


class Services:
    """One of each, with their data in ``folder`` and their logs on standard error. ``ports`` are those they listen on.

    Settings of the environment hold for all of them. ``front`` is the port of what will be before them.
    """

    def __init__(self, folder: Path, kafka: str, elasticsearch: str, front: int) -> None:
        self.ports = {kind: free_port(front) for kind in SERVICES}
        self._folder = folder
        self._env = os.environ | {"CAPTIONFLOW_KAFKA": kafka, "CAPTIONFLOW_ELASTICSEARCH": elasticsearch}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Make the topics, start all, and wait until they listen.

        Raises:
            CannotStart: the topics can't be made, or a service does not listen in time.
        """
        made = subprocess.run([PROGRAM, "topics", "create"], env=self._env, check=False)
        if made.returncode:
            raise CannotStart("The topics can't be made; see above.")
        self.look_after()
        if not came_true(lambda: all(map(listens, self.ports.values())), _READY_SECONDS):
            raise CannotStart("The services do not listen in time; see above.")

    def look_after(self) -> None:
        """Start those that don't run, whatever ended them."""
        for kind in SERVICES:
            process = self._processes.get(kind)
            if process is None or process.poll() is not None:
                self._processes[kind] = subprocess.Popen(
                    [PROGRAM, "serve", kind, "--port", str(self.ports[kind])],
                    stdin=subprocess.DEVNULL,
                    env=self._env | {"CAPTIONFLOW_DATA": str(self._folder / kind)},
                    start_new_session=True,  # so that Ctrl-C is for us alone, and they stop before their servers do
                    preexec_fn=_hears_signals,  # noqa: PLW1509 - there is one thread
                )

    def stop(self) -> None:
        """End all."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _hears_signals() -> None:
    """What is blocked here would be blocked there."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
