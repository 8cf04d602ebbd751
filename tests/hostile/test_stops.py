"""A stop while people read everything there is, or begin and never end: no more than 5 s, and nothing is lost."""

import contextlib
import socket
from pathlib import Path

from tests.hostile.searchers import make_searched
from tests.hostile.stopping import stop_in_time
from tests.real_program import Server

EACH = 10
UNENDED = (
    b"GET /v1/sessions/repetitive/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /v1/sessions/repetitive/transcript.vtt HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /v1/sessions/repetitive/transcript.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /s/repetitive HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half-A-Head: ",
    b"POST /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{",
    b"POST /v1/sessions/repetitive/lines HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{",
)
"""What is asked for and not read, and what is begun and not ended."""


def test_it_stops_in_time_whoever_does_not_end_what_he_began(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, contextlib.ExitStack() as clients:
        make_searched(server)
        for request in UNENDED * EACH:
            client = clients.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            client.sendall(request)
        assert server.send("repetitive", 240, "The last word.\n").status_code == 202
        stop_in_time(server)
        server.start()
        server.wait_until_ready()
        turns = server.wait_for_seq("repetitive", 241)
        assert turns[-1].paragraphs[-1].endswith("The last word.")
