"""How long a captioner waits for answers, measured from a process of its own."""

import http.client
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.real_program import Server

ROOT = Path(__file__).parents[2]
PACE_SECONDS = 0.02
ANSWER_SECONDS = 120
SESSION = "heartbeat"


@dataclass(frozen=True)
class Answers:
    """Seconds of each answer, fastest first, and how many requests were refused or got none."""

    seconds: tuple[float, ...]
    failed: int

    @property
    def median(self) -> float:
        return self.seconds[len(self.seconds) // 2]

    @property
    def p99(self) -> float:
        return self.seconds[int(len(self.seconds) * 0.99)]

    @property
    def worst(self) -> float:
        return self.seconds[-1]

    def p99_or(self, floor: float) -> float:
        """The 99th percentile, or the floor if that is higher."""
        return max(self.p99, floor)


def holds(measured: Callable[[], tuple[float, float]]) -> None:
    """Assert that what was measured is at most what is allowed, in one of three measurements.

    Whatever else the machine does meanwhile makes an answer later and never earlier.
    """
    found = []
    for _ in range(3):
        found.append(measured())
        if found[-1][0] <= found[-1][1]:
            return
    raise AssertionError(f"measured and allowed: {found}")


def processor_seconds(work: Callable[[], object]) -> float:
    """What this process spends on it, whatever else the machine does."""
    before = time.process_time()
    work()
    return time.process_time() - before


class Measurement:
    """One that goes on in its own process; started when this is made."""

    def __init__(self, server: Server, path: str, sender: str, seconds: float) -> None:
        arguments = [str(server.port), path, sender, str(seconds)]
        command = [sys.executable, "-m", "tests.hostile.heartbeat", *arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
        self._seconds = seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def answers(self) -> Answers:
        """Wait until it has ended."""
        out, _ = self._process.communicate(timeout=self._seconds + 2 * ANSWER_SECONDS)
        assert self._process.returncode == 0
        seconds, failed = json.loads(out)
        assert seconds, f"nothing was answered, and {failed} requests failed"
        return Answers(tuple(sorted(seconds)), failed)


class Heartbeat:
    """Somebody who behaves well, and looks at the clock."""

    def __init__(self, server: Server) -> None:
        server.announce(SESSION, title="Somebody who behaves well")
        self._server = server

    def lines(self, seconds: float = 3) -> Answers:
        """Send a line every 20 ms."""
        with self.start_lines(seconds) as measuring:
            return measuring.answers()

    def loop(self, seconds: float = 3) -> Answers:
        """Ask every 20 ms for what costs nothing: how long the event loop was held."""
        with Measurement(self._server, "/healthz", "", seconds) as measuring:
            return measuring.answers()

    def start_lines(self, seconds: float = 3) -> Measurement:
        """As ``lines``; whoever starts it attacks meanwhile, and asks for ``answers`` then."""
        return Measurement(self._server, f"/v1/sessions/{SESSION}/lines", uuid.uuid4().hex, seconds)


def _measured(port: int, path: str, sender: str, seconds: float) -> tuple[list[float], int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    took: list[float] = []
    number = failed = 0
    due = time.perf_counter()
    end = due + seconds
    while due < end:
        time.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        try:
            if sender:
                lines = [{"number": number, "text": "still here"}]
                body = json.dumps({"sender": sender, "lines": lines})
                connection.request("POST", path, body, {"Content-Type": "application/json"})
            else:
                connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            good = answer.status < http.client.BAD_REQUEST
        except (OSError, http.client.HTTPException):
            connection.close()
            good = False
        now = time.perf_counter()
        took += [now - began] * good
        number += good
        failed += not good
        due = max(due + PACE_SECONDS, now)
    return took, failed


if __name__ == "__main__":
    given_port, given_path, given_sender, given_seconds = sys.argv[1:]
    sys.stdout.write(json.dumps(_measured(int(given_port), given_path, given_sender, float(given_seconds))))
