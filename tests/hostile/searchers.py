"""Who searches for what costs most, again and again, from a process of its own; half of them hang up at once.

python -m tests.hostile.searchers PORT SEARCHERS
"""

import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

from tests.real_program import Server

ROOT = Path(__file__).parents[2]
ASKED = (
    f'"{"word " * 195}"',
    "word",
    " ".join(f'"{"word " * length}"' for length in range(2, 18)),
    f'"{"word " * 99}x"',
)
HANG_UP_SECONDS = 0.05
ANSWER_SECONDS = 60


class Searchers:
    """Many of them, until the end of the block; they have begun when it begins."""

    def __init__(self, server: Server, count: int) -> None:
        command = [sys.executable, "-m", "tests.hostile.searchers", str(server.port), str(count)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if said != b"all have asked\n":
            self.__exit__()
            raise AssertionError(f"they have not begun: {said!r}")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def make_searched(server: Server) -> None:
    """A session of which every part has every word that is asked for, many times."""
    server.announce("repetitive")
    for first in range(0, 240, 60):
        sent = server.send("repetitive", first, *[">> A: " + "word " * 390 + "\n"] * 60)
        sent.raise_for_status()
    server.wait_for_seq("repetitive", 240)


def _search(port: int, number: int, asked: threading.Semaphore) -> None:
    text = quote(ASKED[number % len(ASKED)])
    head = f"GET /v1/search?q={text}&limit=100 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as connection:
            connection.sendall(head.encode())
            asked.release()
            connection.settimeout(HANG_UP_SECONDS if number % 2 else ANSWER_SECONDS)
            while connection.recv(65_536):
                pass


def _all(port: int, count: int) -> None:
    asked = threading.Semaphore(0)
    for number in range(count):
        threading.Thread(target=_search, args=(port, number, asked), daemon=True).start()
    for _ in range(count):
        asked.acquire()
    sys.stdout.write("all have asked\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    _all(int(sys.argv[1]), int(sys.argv[2]))
