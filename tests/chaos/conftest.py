"""The failure suite: a short form in ``make test``, the full one as ``make chaos`` (CHAOS=full)."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.ingest.cutter import cut, parse_cut
from services.ingest.readers import read
from tests.chaos.live import Live
from tests.chaos.outcome import Outcome
from tests.distributed.installation import CUT, Installation, running
from tests.stack.servers import Server as Stack

FULL = os.environ.get("CHAOS") == "full"
SEED = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
HEADER = (
    "| what fails | times | lost | repeated | wrong | out of order | readers that differ | longest standstill |\n"
    "|---|---|---|---|---|---|---|---|"
)
_rows: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if _rows:
        when = f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, `CHAOS_SEED={SEED}`."
        table = "\n".join((HEADER, *_rows, "", when))
        terminalreporter.write_line(f"\n{table}")
        if FULL:
            page = config.rootpath / "docs" / "reliability.md"
            before, rest = page.read_text(encoding="utf-8").split("<!-- chaos -->")
            after = rest.split("<!-- /chaos -->")[1]
            page.write_text(f"{before}<!-- chaos -->\n{table}\n<!-- /chaos -->{after}", encoding="utf-8")


@pytest.fixture(scope="package")
def installation(
    tmp_path_factory: pytest.TempPathFactory, kafka_broker: Stack, elasticsearch_node: Stack
) -> Iterator[Installation]:
    """One of each service, for the whole folder."""
    with running(tmp_path_factory.mktemp("chaos"), kafka_broker, elasticsearch_node) as made:
        yield made


@pytest.fixture(scope="session")
def pieces(root: Path) -> list[str]:
    """A talk of some 2,200 words as a captioner sends it, without its end: it may be said again and again."""
    path = root / "services" / "demo" / "transcript.txt"
    said = path.read_bytes().partition(b"[End of session]")[0]
    return [piece.text for piece in cut(read(said, path.name).passages, parse_cut(CUT))]


@pytest.fixture
def drawn(request: pytest.FixtureRequest) -> random.Random:
    """Draws this test's moments, by the seed that is printed."""
    return random.Random(f"{SEED} {request.node.name}")  # noqa: S311 - drawn to be drawn again


@pytest.fixture
def live(installation: Installation, pieces: list[str]) -> Callable[[str], Live]:
    """Starts sessions that are captioned and read, by the name of what will happen to them."""
    return lambda name: Live(installation, name, pieces)


@pytest.fixture
def record() -> Callable[[str, int, Outcome], None]:
    """Puts an outcome into the table, whatever it is, and then holds it to be clean."""

    def keep(what: str, times: int, outcome: Outcome) -> None:
        counts = (outcome.lost, outcome.repeated, outcome.wrong, outcome.disordered, outcome.differing)
        _rows.append(f"| {what} | {times} | {' | '.join(map(str, counts))} | {outcome.standstill} s |")
        assert outcome.clean, f"{outcome}; CHAOS_SEED={SEED} draws the same moments"

    return keep
