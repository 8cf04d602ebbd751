"""Pages of sessions that are far longer than any talk, and answers that nobody reads."""

import asyncio
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import httpx
import pytest

from services.api.transcripts.exports import MAX_WAITING
from tests.hostile import long_sessions
from tests.hostile.heartbeat import Heartbeat, holds
from tests.real_program import Server

TURNS = 30_000
PARTS = 1_500
ENDLESS_PAGES = (
    "/v1/sessions/long/transcript.json?offset=1",
    "/v1/sessions/endless/transcript.vtt?offset=1",
    "/s/long",
    "/s/long/follow",
    "/s/endless",
    "/s/endless/follow",
    "/s/long?turn=t20000",
    "/s/long?all=1",
)
FORMS = ("json", "txt", "vtt", "srt")
DEAREST = "/v1/sessions/long/transcript.vtt"
"""With another ``offset`` it is another document, and made anew."""
STUCK = 60
HANG_UPS = 150
PATIENCE_SECONDS = 600
"""For an answer of many megabytes on a busy machine; how long it takes is not what these tests are about."""
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that has a session of many turns (480,000 words), and one of a turn without an end (a million)."""
    folder = tmp_path_factory.mktemp("hostile") / "data"
    asyncio.run(long_sessions.make(folder, "long", long_sessions.many_turns("long", TURNS)))
    asyncio.run(long_sessions.make(folder, "endless", long_sessions.one_turn("endless", PARTS)))
    with Server(folder) as server:
        yield server


@contextmanager
def asking(server: Server, path: str) -> Iterator[socket.socket]:
    """Somebody who asks, and does not read."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        yield client


@pytest.mark.parametrize("path", ENDLESS_PAGES)
def test_a_page_of_an_endless_session_holds_nobody(server: Server, heartbeat: Heartbeat, path: str) -> None:
    httpx.get(server.url + path, timeout=PATIENCE_SECONDS)

    def measured() -> tuple[float, float]:
        alone = heartbeat.lines(2)
        with heartbeat.start_lines(2) as measuring:
            for _ in range(2):
                assert httpx.get(server.url + path, timeout=PATIENCE_SECONDS).status_code == 200
            return measuring.answers().worst, 5 * alone.p99_or(0.05)

    holds(measured)


@pytest.mark.parametrize("path", ["/s/long?all=1", *(f"/v1/sessions/long/transcript.{form}" for form in FORMS)])
def test_what_nobody_reads_is_not_held(server: Server, path: str) -> None:
    httpx.get(server.url + path, timeout=PATIENCE_SECONDS)
    before = server.resident_bytes
    with ExitStack() as stuck:
        for _ in range(STUCK):
            stuck.enter_context(asking(server, path))
        assert httpx.get(server.url + "/s/long", timeout=PATIENCE_SECONDS).status_code == 200
        assert server.resident_bytes - before < 40 * MEBIBYTE


def test_what_nobody_waits_for_is_not_made(server: Server) -> None:
    offsets = count(1)

    def ask() -> int:
        return httpx.get(f"{server.url}{DEAREST}?offset={next(offsets)}", timeout=PATIENCE_SECONDS).status_code

    def seconds() -> float:
        began = time.monotonic()
        assert ask() == 200
        return time.monotonic() - began

    def measured() -> tuple[float, float]:
        alone = seconds()
        with ExitStack() as gone:
            asked = [asking(server, f"{DEAREST}?offset={next(offsets)}") for _ in range(MAX_WAITING + 1)]
            clients = [gone.enter_context(one) for one in asked]
            refused, _, _ = select.select(clients, [], [], PATIENCE_SECONDS)  # one too many: it is told so at once
            assert refused[0].recv(64).startswith(b"HTTP/1.1 503 ")
        return seconds(), 3 * alone

    holds(measured)


def test_who_hangs_up_in_the_middle_of_reading_ends_nothing(server: Server) -> None:
    for moment in range(HANG_UPS):
        with asking(server, f"{DEAREST}?offset={100_000 + moment}") as client:
            select.select([client], [], [], moment / 2_000)
    assert httpx.get(server.url + "/healthz", timeout=PATIENCE_SECONDS).status_code == 200
