"""Many who open the same page at the same moment, as at the beginning of a session."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.hostile.at_once import asked_at_once
from tests.hostile.heartbeat import holds
from tests.real_program import Server

CROWD = 60
HALL = 300
"""Who open the address on the wall in the same second."""
CONGRESS = 1_000
ALONE = 12
SESSIONS = 200


@pytest.fixture(scope="module")
def busy_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A day with many sessions."""
    with Server(tmp_path_factory.mktemp("crowds") / "data") as server:
        today = datetime.now(UTC).astimezone().date().isoformat()
        for number in range(SESSIONS):
            server.announce(f"talk-{number}", title=f"Talk {number}", room=f"Room {number % 10}", date=today)
        server.announce("opening", title="Opening", room="Hall")
        server.send("opening", 0, *(f">> A{n}: and so the governance of the network\n" for n in range(900)))
        server.wait_for_seq("opening", 900)
        yield server


@pytest.mark.parametrize("path", ["/", "/desk"])
def test_a_crowd_costs_less_than_a_few_who_come_one_after_the_other(busy_day: Server, path: str) -> None:
    def alone() -> float:
        before = busy_day.processor_seconds
        for _ in range(ALONE):
            answers(busy_day, path, 1)
        return busy_day.processor_seconds - before

    def together() -> float:
        before = busy_day.processor_seconds
        answers(busy_day, path, CROWD)
        return busy_day.processor_seconds - before

    holds(lambda: (together(), alone()))


@pytest.mark.parametrize(
    "path", ["/s/opening/follow", "/s/opening", "/rooms/hall/follow", "/embed/opening", "/", "/s/opening/qr.svg"]
)
def test_everybody_in_a_hall_can_open_a_page_at_once(busy_day: Server, path: str) -> None:
    answers(busy_day, path, HALL)


@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("path", ["/s/opening", "/desk"])
def test_a_page_is_held_once_for_all_to_whom_it_is_sent(busy_day: Server, path: str, coding: str) -> None:
    answers(busy_day, path, CONGRESS, coding)


def answers(server: Server, path: str, count: int, coding: str = "identity") -> None:
    """Ask so often at once, and read all that comes."""
    for status, rest in asked_at_once(server.port, [path] * count, f"Accept-Encoding: {coding}"):
        assert status == b"HTTP/1.1 200 OK\r\n"
        _, _, body = rest.partition(b"\r\n\r\n")
        page = gzip.decompress(body) if coding == "gzip" else body
        assert page.rstrip().endswith((b"</html>", b"</svg>"))
