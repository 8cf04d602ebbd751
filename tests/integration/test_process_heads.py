"""Heads of requests that are too large, too slow or none: answered at once, and cut."""

import socket
import struct
import time
from collections.abc import Iterator

import pytest

from services.http.heads import HEAD_SECONDS, MAX_HEAD_BYTES
from tests.real_program import Server

HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("heads") / "data") as server:
        yield server


def connected(server: Server) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", server.port), timeout=HEAD_SECONDS + 20)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def answer(sender: socket.socket) -> bytes:
    """All that comes until the server closes."""
    got = b""
    try:
        while piece := sender.recv(65_536):
            got += piece
    except ConnectionResetError:  # what was sent after the answer was not read any more
        pass
    return got


def sent(server: Server, *pieces: bytes) -> bytes:
    with connected(server) as sender:
        try:
            for piece in pieces:
                sender.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return answer(sender)


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((b"GET /" + b"a" * MAX_HEAD_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n",), 414),
        ((b"GET /", *[b"a" * 4_096] * 9), 414),
        ((b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n",), 431),
        ((b"GET / HTTP/1.1\r\n" + HOST + b"X: ", *[b"a" * 4_096] * 9), 431),
        ((b"GET / HTTP/1.1\r\n" + HOST, *[b"X-%d: %s\r\n" % (n, b"a" * 400) for n in range(60)]), 431),
        ((b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1",), 400),
        ((b"hello\r\n\r\n",), 400),
    ],
)
def test_a_head_that_can_not_be_is_answered_and_the_connection_closed(
    server: Server, pieces: tuple[bytes, ...], status: int
) -> None:
    got = sent(server, *pieces)
    assert got.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in got


def test_a_head_of_the_largest_size_is_read(server: Server) -> None:
    field = b"X: " + b"a" * (MAX_HEAD_BYTES - 200) + b"\r\n"
    got = sent(server, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + field + b"\r\n")
    assert got.startswith(b"HTTP/1.1 200 ")


def test_a_large_head_of_a_later_request_is_answered_too(server: Server) -> None:
    with connected(server) as sender:
        sender.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        first = sender.recv(65_536)
        sender.sendall(b"GET /" + b"a" * (2 * MAX_HEAD_BYTES) + b" HTTP/1.1\r\n" + HOST + b"\r\n")
        got = first + answer(sender)
    assert got.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 414 " in got


def test_bodies_are_not_counted_as_heads(server: Server) -> None:
    body = b"x" * (8 * MAX_HEAD_BYTES)
    head = b"POST /v1/programme HTTP/1.1\r\nContent-Length: %d\r\n" % len(body) + HOST + b"\r\n"
    with connected(server) as sender:
        sender.sendall(head + body)
        sender.sendall(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        got = answer(sender)
    assert got.startswith(b"HTTP/1.1 415 ")
    assert b"HTTP/1.1 200 " in got


def test_several_requests_in_one_piece_are_answered_in_order(server: Server) -> None:
    one = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /nowhere HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    got = sent(server, one + one + last)
    assert (got.count(b"HTTP/1.1 200 "), got.count(b"HTTP/1.1 404 ")) == (2, 1)


def test_a_connection_that_says_nothing_and_half_a_head_are_cut(server: Server) -> None:
    begun = time.monotonic()
    with connected(server) as silent, connected(server) as half:
        half.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
        assert answer(silent).startswith(b"HTTP/1.1 408 ")
        assert answer(half).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun >= HEAD_SECONDS - 1


def test_none_of_it_is_told_above_debug(server: Server) -> None:
    sent(server, b"hello\r\n\r\n")
    assert "HTTP request" not in server.log.read_text()


def test_who_hangs_up_behind_several_requests_is_told_at_debug_at_most(server: Server) -> None:
    request = b"POST /closedcaption?id=gone&seq=%d HTTP/1.1\r\nContent-Length: 5\r\n" + HOST + b"\r\nword "
    for _ in range(10):
        with connected(server) as sender:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it ends with a reset
            sender.sendall(b"".join(request % number for number in range(20)))
    assert server.client.get("/healthz").is_success
    assert '"level": "error"' not in server.log.read_text()
    assert '"level": "warning"' not in server.log.read_text()
