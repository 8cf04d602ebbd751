"""Whatever service ends, in whatever way and at whatever moment: the transcript is that of an undisturbed run."""

import random
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.chaos.conftest import FULL
from tests.chaos.live import Live, backlog, covering
from tests.chaos.outcome import Outcome
from tests.distributed.installation import Installation, metric
from tests.waiting import await_true

MOMENTS = 10 if FULL else 1
KINDS = ["ingest", "segment", "index", "api"] if FULL else ["ingest", "segment"]
"""The short form has those that alone hold something; ``tests/distributed/test_services.py`` has all four."""
WAYS = [("SIGTERM",), ("kill -9",)] if FULL else [("SIGTERM", "kill -9")]
WORKERS_MOMENTS = 5 if FULL else 1
BACKLOG_LINES = 500
SLOW = (sys.executable, str(Path(__file__).parent / "slow_program.py"))
MOST_LINES = 25
"""A service ends when so many new lines at most have been read."""

Starts = Callable[[str], Live]
Records = Callable[[str, int, Outcome], None]


@pytest.mark.parametrize("ways", WAYS, ids=" and ".join)
@pytest.mark.parametrize("kind", KINDS)
def test_a_service_ends_again_and_again(  # noqa: PLR0913, PLR0917 - fixtures
    installation: Installation, live: Starts, drawn: random.Random, record: Records, kind: str, ways: Sequence[str]
) -> None:
    service = installation.services[kind]
    with live(f"{kind}-{len(ways)}{ways[0][:4].lower()}") as going:
        for way in ways * MOMENTS:
            going.wait_for_lines(drawn.randint(1, MOST_LINES))
            if way == "SIGTERM":
                assert service.stop() == 0
            else:
                service.kill()
            installation.start(kind)
            going.wait_for_lines(1)
        record(f"{kind}: {' and '.join(ways)}", MOMENTS * len(ways), going.outcome())


@pytest.mark.skipif(not FULL, reason="in make chaos; its short form is in tests/distributed/test_services.py")
def test_one_of_two_segment_workers_is_killed(
    installation: Installation, live: Starts, drawn: random.Random, record: Records
) -> None:
    with installation.another("segment", "segment-2") as other, live("one-killed") as going:
        for _ in range(WORKERS_MOMENTS):
            going.wait_for_lines(drawn.randint(1, MOST_LINES))
            other.kill()
            going.wait_for_lines(5)  # in all partitions: those of the killed one were taken over
            installation.start("segment-2")
        record("one of two segment workers: kill -9", WORKERS_MOMENTS, going.outcome())


def test_a_segment_worker_that_slept_longer_than_its_session_wakes_and_changes_nothing(
    installation: Installation, live: Starts, drawn: random.Random, record: Records
) -> None:
    with installation.another("segment", "segment-2") as other, live("one-stalled") as going:
        assert other.process is not None
        for _ in range(WORKERS_MOMENTS):
            going.wait_for_lines(drawn.randint(1, MOST_LINES))
            other.process.send_signal(signal.SIGSTOP)
            try:
                going.wait_for_lines(5)  # in all partitions: its session is over
            finally:
                other.process.send_signal(signal.SIGCONT)
            going.wait_for_lines(5)
            other.wait_until_ready(60)
        record("one of two segment workers: SIGSTOP until the other has all, SIGCONT", WORKERS_MOMENTS, going.outcome())


@pytest.mark.skipif(not FULL, reason="a minute long: in make chaos")
def test_segment_workers_join_and_leave_while_a_backlog_stands(
    installation: Installation, live: Starts, record: Records, pieces: list[str]
) -> None:
    """With a step that takes its time: where Faust alone was found to lose lines for good."""
    said = []
    with live("backlog") as going, installation.another("segment", "segment-slow", program=SLOW) as slow:
        assert installation.services["segment"].stop() == 0
        for turn in range(WORKERS_MOMENTS):
            said += backlog(installation, covering(f"behind-{turn}", each=5), BACKLOG_LINES, pieces)
            await_true(lambda: metric(slow, "captionflow_lag_records") > BACKLOG_LINES, "no backlog stands")
            with installation.another("segment", f"segment-joined-{turn}", program=SLOW):
                assert metric(slow, "captionflow_lag_records") > 0
                assert slow.stop() == 0
                going.wait_for_lines(1)
                installation.start("segment-slow")
        installation.start("segment")
        record("a segment worker joins and one leaves, with a backlog", WORKERS_MOMENTS, going.outcome(*said))
