"""The same servers as containers of the official images (compose.yml), where a Docker engine answers."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.ports import free_port
from tests.stack.places import CannotStart, listens
from tests.waiting import came_true

_COMPOSE = Path(__file__).parent / "compose.yml"
_READY_SECONDS = 180
_PULL_SECONDS = 900
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Tests that run at the same time have containers of their own."""


def engine_answers() -> bool:
    """Whether containers can be started here."""
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


class Container:
    """One service of compose.yml on a port of its own; a restart keeps its data and its port.

    Containers that a killed test run left behind are removed by the next one.
    """

    def __init__(self, service: str, answers: Callable[[int], bool]) -> None:
        self._service = service
        self._answers = answers
        self.port = free_port()
        self._env = os.environ | {f"{service.upper()}_PORT": str(self.port)}
        self._compose("down", "--volumes")

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it answers."""
        self._compose("up", "--detach", self._service)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return when it answers."""
        if not came_true(lambda: listens(self.port) and self._answers(self.port), _READY_SECONDS):
            logs = self._compose("logs", "--tail", "30", self._service)
            raise CannotStart(f"{self._service} is not ready in time:\n{logs}")

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._compose("stop", self._service)

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self._compose("kill", self._service)

    def stall(self) -> None:
        """Hold it still until ``go_on``."""
        self._compose("pause", self._service)

    def go_on(self) -> None:
        """End a ``stall``."""
        self._compose("unpause", self._service)

    def remove(self) -> None:
        """End it for good, data included."""
        self._compose("down", "--volumes")

    def _compose(self, *arguments: str) -> str:
        done = subprocess.run(
            [
                "docker",
                "compose",
                "--project-name",
                f"captionflow-test-{self._service}{_WORKER}",
                "--file",
                _COMPOSE,
                *arguments,
            ],
            capture_output=True,
            timeout=_PULL_SECONDS,
            env=self._env,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"docker compose {arguments[0]} failed: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")
