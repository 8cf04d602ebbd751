"""A port that leads to a server only while it is open."""

import contextlib
import socket
import threading
from typing import Self

from tests.ports import free_port


class Gate:
    """Refuses connections until ``open``; forwards them from then on, until ``close`` cuts them off."""

    def __init__(self) -> None:
        self._port = free_port()
        self._listening: socket.socket | None = None
        self._connections: list[socket.socket] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)  # else the thread that accepts keeps it open
            self._listening.close()
            self._listening = None
        while self._connections:
            with contextlib.suppress(OSError):
                self._connections.pop().shutdown(socket.SHUT_RDWR)

    def open(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._listening = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, args=(self._listening, host, int(port)), daemon=True).start()

    def _accept(self, listening: socket.socket, host: str, port: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection((host, port))
                self._connections.append(client)
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
