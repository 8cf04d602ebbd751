"""A server as a process group that can be stopped, stalled, killed and started again, and dies with its owner."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.stack.places import CannotStart, listens
from tests.waiting import came_true

_LEASH = Path(__file__).parent / "leash.py"
_READY_SECONDS = 180
"""Ten times what it takes on two free cores."""
_KILL_SECONDS = 10


class Process:
    """One server on one port. ``answers`` says whether it does on its port; all its output goes to the file ``log``."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        port: int,
        log: Path,
        answers: Callable[[int], bool],
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._command = [str(part) for part in command]
        self.port = port
        self._log = log
        self._answers = answers
        self._env = dict(os.environ if env is None else env)
        self._leash: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it answers.

        Raises:
            CannotStart: it ended, or did not answer in time; the end of its log is in the message.
        """
        with self._log.open("ab") as log:
            self._leash = subprocess.Popen(
                [sys.executable, str(_LEASH), *self._command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self._env,
                start_new_session=True,  # so that Ctrl-C is for the tests alone, and they stop their servers in order
            )
        if wait:
            self.wait_until_ready()

    @property
    def pid(self) -> int | None:
        """The process that holds it while it runs; it ends when all of it has."""
        return None if self._leash is None else self._leash.pid

    def wait_until_ready(self) -> None:
        """Return when it answers; see ``start``."""
        told = came_true(lambda: self._ended or (listens(self.port) and self._answers(self.port)), _READY_SECONDS)
        if self._ended or not told:
            why = "ended" if self._ended else "is not ready in time"
            self.kill()
            raise CannotStart(f"{self._log.stem} {why}:\n{self._log.read_text(errors='replace')[-3000:]}")

    @property
    def _ended(self) -> bool:
        return self._leash is None or self._leash.poll() is not None

    def stop(self, seconds: float = 60) -> None:
        """Ask it to end (SIGTERM), and wait until it has; after so many seconds kill it."""
        if self._leash is not None:
            self._send(b"T")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._leash.wait(seconds)
            self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL), and return when it is gone."""
        if self._leash is None or self._leash.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):
            self._leash.stdin.close()
        self._leash.wait(_KILL_SECONDS)
        self._leash = None
        came_true(lambda: not listens(self.port), _KILL_SECONDS)

    def stall(self) -> None:
        """Hold it still (SIGSTOP) until ``go_on``; return when it is."""
        self._send(b"S")
        came_true(lambda: self._is_still, _KILL_SECONDS)

    def go_on(self) -> None:
        """End a ``stall`` (SIGCONT)."""
        self._send(b"C")

    @property
    def _is_still(self) -> bool:
        """Whether the command is stopped, which the leash does a moment after it was told."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return all(Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[0] == "T" for one in children)

    def _send(self, command: bytes) -> None:
        if self._leash is not None and self._leash.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._leash.stdin.write(command)
                self._leash.stdin.flush()
