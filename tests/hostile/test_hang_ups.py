"""Clients that hang up, or speak nonsense: their fault, and a line at debug at most for each."""

import json
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import pytest
import trustme

from tests.real_program import Server
from tests.waiting import await_true

HOST = b"Host: localhost\r\n"
UPGRADE = (
    HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TYPING = b"GET /v1/sessions/talk/type HTTP/1.1\r\n" + UPGRADE
JSON = b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
POSTS = [
    "/v1/sessions",
    "/v1/sessions/talk/lines",
    "/closedcaption?id=talk",
    "/hooks/deepgram?id=talk",
    "/v1/programme",
]
READS = ["/", "/s/talk", "/v1/sessions", "/v1/sessions/talk/transcript.txt", "/v1/search?q=word", "/v1/desk/events"]
MASK = b"\x00\x00\x00\x00"
MOST_BYTES = 4_000
"""Of the log at debug, for each hang-up."""


def get(path: str, *fields: bytes) -> bytes:
    return b"GET %s HTTP/1.1\r\n%s%s\r\n" % (path.encode(), HOST, b"".join(fields))


HANG_UPS: dict[str, tuple[bytes, bool]] = {
    "nothing": (b"", False),
    "half a head": (b"GET / HTTP/1.1\r\nHos", False),
    "no head": (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\r\n\r\n", True),
    **{f"half a body of {path}": (b"POST %s HTTP/1.1\r\n%s%s" % (path.encode(), HOST, JSON), False) for path in POSTS},
    "half a chunk": (b"POST /v1/sessions HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n5\r\nab" % HOST, False),
    "a wrong chunk": (b"POST /v1/sessions HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\nZZ\r\nab" % HOST, False),
    **{f"before the answer of {path}": (get(path), False) for path in READS},
    **{f"in the answer of {path}": (get(path), True) for path in READS},
    "before a stream": (get("/v1/sessions/talk/events"), False),
    "in a stream": (get("/v1/sessions/talk/events"), True),
    "in a long poll": (get("/v1/sessions/talk/events?after=1", b"Accept: application/json\r\n"), False),
    "before a handshake": (TYPING, False),
    "after a handshake": (TYPING, True),
    "a handshake of another version": (TYPING.replace(b"Version: 13", b"Version: 9"), True),
    "a handshake where there is none": (b"GET / HTTP/1.1\r\n" + UPGRADE, True),
    "an upgrade to something else": (b"GET / HTTP/1.1\r\n" + UPGRADE.replace(b": websocket", b": h2c"), True),
    "a session that does not exist": (b"GET /v1/sessions/none/type HTTP/1.1\r\n" + UPGRADE, True),
    "an address beyond ASCII": (TYPING.replace(b"/type", b"/type?\xc3\xa9=\xff"), True),
    "a field beyond ASCII": (TYPING.replace(b"Upgrade: ", b"X-Name: \xc3\xa9\xff\r\nUpgrade: "), True),
    "half a frame": (TYPING + b"\x81\xfe\x01", True),
    "a frame that can't be": (TYPING + b"\xff\xff\xff\xff\xff\xff", True),
    "a text that is none": (TYPING + b"\x81\x84" + MASK + b"\xff\xfe\xff\xfe", True),
    "a message that is none": (TYPING + b"\x81\x84" + MASK + b"{{{{", True),
    "a message without an end": (TYPING + b"\x81\xff\x00\x00\x00\x00\x00\x10\x00\x00" + MASK + b"x" * 2**20, True),
}
"""What was sent, and whether something was read before the end."""


@pytest.fixture(scope="module", params=["plain", "tls"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hang-ups")
    settings: dict[str, object] = {"LOG_LEVEL": "debug"}
    trusted: ssl.SSLContext | None = None
    if request.param == "tls":
        authority = trustme.CA()
        made = authority.issue_cert("localhost")
        made.private_key_and_cert_chain_pem.write_to_path(str(folder / "cert.pem"))
        settings["TLS_CERT"] = folder / "cert.pem"
        trusted = ssl.create_default_context()
        authority.configure_trust(trusted)
    with Server(folder / "data", trusted=trusted, **settings) as server:
        server.announce("talk", title="A talk")
        assert server.send("talk", 0, *["word " * 300] * 300).is_success
        server.wait_for_seq("talk", 300)
        server.trusted = trusted  # type: ignore[attr-defined]
        yield server


def connected(server: Server, *, secured: bool = True) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    trusted: ssl.SSLContext | None = server.trusted  # type: ignore[attr-defined]
    return trusted.wrap_socket(found, server_hostname="localhost") if secured and trusted else found


def hang_up(connection: socket.socket, *, reset: bool) -> None:
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def logged(server: Server, after: int) -> list[dict[str, str]]:
    rows = server.log.read_bytes()[after:].decode().splitlines()
    assert not [row for row in rows if not row.startswith("{")], "a line that is no entry, as of a traceback"
    return [json.loads(row) for row in rows]


def unwanted(server: Server, after: int) -> list[dict[str, str]]:
    return [one for one in logged(server, after) if one["level"] != "debug" or "exception" in one]


def settled(server: Server) -> None:
    """The server has seen what was sent before: it answers, and its log does not grow any more."""
    assert server.client.get("/healthz").status_code == 200
    sizes = [-1]

    def rests() -> bool:
        sizes.append(server.log.stat().st_size)
        return any(one == other for one, other in pairwise(sizes))

    await_true(rests, "the log does not rest")


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("sent", HANG_UPS)
def test_who_hangs_up_is_no_fault_of_ours(server: Server, sent: str, reset: bool) -> None:
    data, reads = HANG_UPS[sent]
    before = server.log.stat().st_size
    for _ in range(3):
        connection = connected(server)
        with suppress(OSError):
            connection.sendall(data)
            if reads:
                connection.recv(1_000)
        hang_up(connection, reset=reset)
    settled(server)
    assert unwanted(server, before) == []
    assert server.log.stat().st_size - before < 3 * MOST_BYTES


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\x15\x03\x01\x00\x02\x02\x28"]
)
@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
def test_a_handshake_that_fails_is_no_fault_of_ours(server: Server, sent: bytes, reset: bool) -> None:
    before = server.log.stat().st_size
    for _ in range(3):
        connection = connected(server, secured=False)
        with suppress(OSError):
            connection.sendall(sent)
        hang_up(connection, reset=reset)
    settled(server)
    assert unwanted(server, before) == []
