"""Searches that cost most, from many at once: who sends notices little, and a stop takes no longer."""

import time
from pathlib import Path

import httpx
import pytest

from tests.hostile.heartbeat import Heartbeat, holds
from tests.hostile.searchers import ASKED, Searchers, make_searched
from tests.hostile.stopping import stop_in_time
from tests.real_program import Server
from tests.waiting import await_true

SEARCHERS = 50
AT_ONCE_SECONDS = 0.05


@pytest.fixture(scope="module")
def searched(server: Server) -> Server:
    make_searched(server)
    return server


def test_a_captioner_goes_on_being_answered_at_once(searched: Server, heartbeat: Heartbeat) -> None:
    """It waited for two minutes. ``bench/crowd_of_searchers.py`` tells how many times as long as alone it is."""

    def measured() -> tuple[float, float]:
        alone = heartbeat.lines()
        with Searchers(searched, SEARCHERS):
            during = heartbeat.lines()
        assert during.failed == 0
        return during.median, 3 * alone.p99_or(AT_ONCE_SECONDS)

    holds(measured)


def test_when_they_have_gone_nothing_is_searched_for_any_more(searched: Server) -> None:
    with Searchers(searched, SEARCHERS):
        pass

    def quick() -> bool:
        began = time.monotonic()
        found = searched.client.get("/v1/search", params={"q": "absent"})
        return found.status_code == httpx.codes.OK and time.monotonic() - began < 2

    await_true(quick, "a search was not answered")


def test_it_stops_in_time_while_everybody_searches(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        make_searched(server)
        with Searchers(server, SEARCHERS):
            stop_in_time(server)
        server.start()
        server.wait_until_ready()
        _, _, seq = server.transcript("repetitive")
        assert seq == 240
        assert server.get("/v1/search", q=ASKED[0])["total"] > 0
