"""Addresses without an end, from many connections at once."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.hostile.heartbeat import Heartbeat, holds
from tests.real_program import Server

CONNECTIONS = 8
ADDRESS = b"GET /" + b"a" * 2**20


@contextmanager
def endless_addresses(server: Server) -> Iterator[None]:
    over = threading.Event()

    def attack() -> None:
        while not over.is_set():
            with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=10) as attacker:
                while not over.is_set():
                    attacker.sendall(ADDRESS)

    attackers = [threading.Thread(target=attack) for _ in range(CONNECTIONS)]
    for one in attackers:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in attackers:
            one.join()


def test_addresses_without_an_end_slow_no_sender_and_stay_in_no_memory(server: Server, heartbeat: Heartbeat) -> None:
    before = server.resident_bytes

    def measured() -> tuple[float, float]:
        alone = heartbeat.lines()
        with endless_addresses(server):
            attacked = heartbeat.lines()
        assert attacked.failed == 0
        return attacked.p99, 3 * alone.p99_or(0.03)

    holds(measured)
    assert server.resident_bytes < before + 32 * 2**20
