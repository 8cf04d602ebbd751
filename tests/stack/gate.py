"""A port that leads to a server only once it is opened."""

import contextlib
import socket
import threading
from typing import Self

from tests.real_program import free_port


class Gate:
    """Refuses connections until ``open``; forwards them from then on."""

    def __init__(self) -> None:
        self._port = free_port()
        self._listening: socket.socket | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.close()

    def open(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._listening = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, args=(self._listening, host, int(port)), daemon=True).start()

    @staticmethod
    def _accept(listening: socket.socket, host: str, port: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection((host, port))
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=_copy, args=(one, other), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
