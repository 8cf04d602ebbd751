"""Many who ask in the same moment, each on a connection of their own."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack


def asked_at_once(port: int, paths: Sequence[str], field: str = "Accept: */*") -> Iterator[tuple[bytes, bytes]]:
    """The first line of each answer, and all that follows it; the last one has asked before the first one reads.

    ``field``: one more of the head.
    """
    rest = f"HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{field}\r\n\r\n"
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in paths]
        for client, path in zip(clients, paths, strict=True):
            client.sendall(f"GET {path} {rest}".encode())
        for client in clients:
            with client.makefile("rb") as answer:
                yield answer.readline(), answer.read()
