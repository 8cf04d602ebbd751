"""Clients that connect and say nothing, or half of something, and one address that wants everything."""

import http.client
import itertools
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from services.http.connections import PACE_SECONDS
from tests.hostile.heartbeat import Heartbeat
from tests.real_program import PROGRAM, Server
from tests.waiting import came_true

DESCRIPTORS = 200
CUT_SECONDS = 2 * PACE_SECONDS + 10
HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost:"
HALF_BODY = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
READ = b"GET /v1/sessions/%b/events HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may have few descriptors."""
    limited = ("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}", PROGRAM)
    with Server(tmp_path_factory.mktemp("narrow") / "data", program=limited) as server:
        yield server


def connected(server: Server, address: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=60, source_address=(address, 0))


@contextmanager
def crowd(server: Server, first: bytes, count: int) -> Iterator[list[socket.socket]]:
    """So many connections that sent this and say nothing more."""
    with ExitStack() as opened:
        clients = [opened.enter_context(connected(server)) for _ in range(count)]
        for one in clients:
            with suppress(OSError):
                one.sendall(first)
        yield clients


def status(client: socket.socket) -> int:
    """Of the answer; 0 if there was none before the end."""
    with suppress(OSError):
        return int((client.recv(65_536).split(b" ", 2) + [b"0"] * 2)[1])
    return 0


def all_cut(clients: dict[socket.socket, bytes]) -> bool:
    """Whether the server closes all of these in time; each sends a drop a second meanwhile."""
    left = set(clients)
    for one in left:
        one.setblocking(False)
    end = time.monotonic() + CUT_SECONDS
    while left and time.monotonic() < end:
        for one in list(left):
            with suppress(BlockingIOError):
                try:
                    while one.recv(65_536):
                        pass
                except (ConnectionResetError, BrokenPipeError):
                    pass
                left.discard(one)
                continue
            with suppress(OSError):
                one.sendall(clients[one])
        time.sleep(1)
    return not left


@pytest.mark.parametrize("first", [b"", HALF_HEAD, HALF_BODY % b"/v1/sessions", HALF_BODY % b"/closedcaption?id=talk"])
def test_clients_that_say_nothing_take_no_senders_place(narrow: Server, first: bytes) -> None:
    heartbeat = Heartbeat(narrow)
    alone = heartbeat.lines(2)
    with crowd(narrow, first, 190), heartbeat.start_lines(4) as measuring:
        fresh = [narrow.send("heartbeat", number, "A word", sender="fresh") for number in range(5)]
        with crowd(narrow, first, 190):
            for number in range(5, 10):
                with httpx.Client(base_url=narrow.url, timeout=30) as another:  # a connection of its own
                    line = {"sender": "fresh", "lines": [{"number": number, "text": "A word"}]}
                    fresh.append(another.post("/v1/sessions/heartbeat/lines", json=line))
        attacked = measuring.answers()
    assert {answer.status_code for answer in fresh} == {202}
    assert attacked.failed == 0
    # They connect in two bursts, each of which costs the machine a moment; what lasts is what is compared.
    assert attacked.median <= 3 * max(alone.median, 0.03)


def test_who_has_sent_captions_keeps_the_connection_longest(narrow: Server) -> None:
    with (
        kept(narrow, "POST", "/closedcaption?id=kept&seq=1") as sender,
        kept(narrow, "GET", "/healthz") as other,
        crowd(narrow, b"", 2 * DESCRIPTORS),
    ):
        assert answered(sender, "POST", "/closedcaption?id=kept&seq=2")
        assert not answered(other, "GET", "/healthz")


def answered(connection: http.client.HTTPConnection, method: str, path: str) -> bool:
    """Whether the connection is still there, and this is answered with 200."""
    try:
        connection.request(method, path, "word " if method == "POST" else None)
        answer = connection.getresponse()
        answer.read()
    except (http.client.HTTPException, OSError):
        return False
    return answer.status == httpx.codes.OK


@contextmanager
def kept(server: Server, method: str, path: str) -> Iterator[http.client.HTTPConnection]:
    """A connection that had an answer to this, and is not opened again."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    assert answered(connection, method, path)
    connection.auto_open = 0
    yield connection
    connection.close()


def test_readers_leave_places_to_senders(narrow: Server) -> None:
    heartbeat = Heartbeat(narrow)
    with crowd(narrow, READ % b"heartbeat", 190) as readers:
        assert heartbeat.lines(2).failed == 0
        refused = narrow.client.get("/v1/sessions")
        assert refused.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert int(refused.headers["retry-after"]) > 0
        assert narrow.client.get("/healthz").is_success
        answers = [status(one) for one in readers]
        assert answers.count(httpx.codes.OK) >= DESCRIPTORS // 4
    assert came_true(lambda: narrow.client.get("/v1/sessions").is_success, 20)


def test_half_a_body_is_cut_whoever_would_have_read_it(server: Server) -> None:
    posts = [
        "/v1/sessions",
        "/v1/sessions/half/lines",
        "/closedcaption?id=half",
        "/streamtext?id=half",
        "/hooks/aws?id=half",
    ]
    halves = [HALF_BODY % path.encode() for path in (*posts, "/v1/keys", "/v1/programme", "/nowhere")]
    halves.append(halves[0].replace(b"POST", b"GET"))  # nobody reads that, and the answer comes at once
    with ExitStack() as opened:
        clients: dict[socket.socket, bytes] = {}
        for half, drop in itertools.product(halves, (b"", b" ")):
            client = opened.enter_context(connected(server))
            client.sendall(half)
            clients[client] = drop
        assert all_cut(clients)


def test_a_body_that_comes_slowly_but_comes_is_taken(server: Server) -> None:
    text = b"word " * 10_000
    head = b"POST /closedcaption?id=slowly&seq=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(text)
    with connected(server) as client:
        client.sendall(head)
        for begin in range(0, len(text), 4_000):
            client.sendall(text[begin : begin + 4_000])
            time.sleep(1)
        assert status(client) == httpx.codes.OK


@contextmanager
def reading(server: Server, address: str, count: int) -> Iterator[list[int]]:
    """The answers to so many readers at one address, who go on to read."""
    with ExitStack() as opened:
        readers = [opened.enter_context(connected(server, address)) for _ in range(count)]
        for one in readers:
            one.sendall(READ % b"heartbeat")
        yield [status(one) for one in readers]


def test_one_address_does_not_take_every_readers_place(tmp_path: Path) -> None:
    with Server(tmp_path / "data", MAX_READERS=50) as server:
        Heartbeat(server)
        with reading(server, "127.0.0.1", 50) as here, reading(server, "127.0.0.2", 10) as elsewhere:
            assert (here.count(200), here.count(429)) == (40, 10)
            assert elsewhere == [200] * 10
            assert int(server.client.get("/v1/sessions/heartbeat/events").headers["retry-after"]) > 0
        assert came_true(lambda: server.client.get("/v1/sessions").is_success, 20)


def test_only_a_proxy_that_is_trusted_says_who_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = itertools.count(1)

    def asked(server: Server) -> int:
        forwarded = {"X-Forwarded-For": f"192.0.2.{next(numbers)}"}
        return server.client.get("/v1/sessions/heartbeat", headers=forwarded).status_code

    for trusted, expected in (("127.0.0.1", 200), ("192.0.2.250", 429)):
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
        with Server(tmp_path / trusted, MAX_READERS=50) as server:
            Heartbeat(server)
            with reading(server, "127.0.0.1", 40) as here:
                assert here == [200] * 40
                assert asked(server) == expected


def test_a_conference_behind_one_address_reads_and_slows_no_captioner(server: Server, heartbeat: Heartbeat) -> None:
    alone = heartbeat.lines()
    with reading(server, "127.0.0.1", 1_000) as answers:
        assert answers == [200] * 1_000
        attacked = heartbeat.lines()
    assert attacked.failed == 0
    assert attacked.median <= 3 * max(alone.median, 0.03)
