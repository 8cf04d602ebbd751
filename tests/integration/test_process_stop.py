"""Stopping the real program, in order or not, while lines come in and people read: nothing acknowledged is lost."""

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.real_program import Server, start_process

STOP_SECONDS = 5
"""What whoever runs it is promised."""
SEED = 20_151_112
KILLS = 6


class Sender(threading.Thread):
    """Sends one line after the other, the next one when the last was acknowledged."""

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(name=name)
        self.acknowledged = 0
        self.last_seq = 0
        self.some = threading.Event()
        """Set when it had 20 more lines acknowledged; clear it to wait for the next ones."""
        self._server = server
        self._enough = threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self._server.url, timeout=STOP_SECONDS) as client:
            while not self._enough.is_set():
                line = {
                    "number": self.acknowledged,
                    "text": f">> {self.name}: And so we come to item {self.acknowledged} of the agenda, and go on.\n",
                }
                with suppress(httpx.TransportError):
                    answer = client.post("/v1/sessions/talk/lines", json={"sender": self.name, "lines": [line]})
                    if answer.status_code == 202:
                        self.acknowledged += 1
                        self.last_seq = answer.json()["receipts"][0]["seq"]
                        if self.acknowledged % 20 == 0:
                            self.some.set()
                        continue
                self._enough.wait(0.02)

    def stop(self) -> None:
        self._enough.set()
        self.join()


class Follower(threading.Thread):
    """Reads a session's events until the server ends the stream."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.some = threading.Event()
        self.ended_well = False
        self._url = f"{server.url}/v1/sessions/talk/events"

    def run(self) -> None:
        with httpx.stream("GET", self._url, timeout=30) as answer:
            for line in answer.iter_lines():
                if line.startswith("event: delta"):
                    self.some.set()
        self.ended_well = True


@contextmanager
def sending(server: Server, *names: str) -> Iterator[list[Sender]]:
    senders = [Sender(server, name) for name in names]
    for sender in senders:
        sender.start()
    try:
        yield senders
    finally:
        for sender in senders:
            sender.stop()


def heard(server: Server, senders: list[Sender]) -> dict[str, list[str]]:
    """What each sender said, once the transcript has all that was acknowledged."""
    turns = server.wait_for_seq("talk", max(sender.last_seq for sender in senders))
    return {
        sender.name: [text for turn in turns if turn.speaker == sender.name for text in turn.paragraphs]
        for sender in senders
    }


def assert_nothing_is_lost_or_repeated(server: Server, senders: list[Sender]) -> None:
    """The line that was on its way when its sender stopped may be there or not."""
    for name, lines in heard(server, senders).items():
        (sender,) = [one for one in senders if one.name == name]
        assert lines == [f"And so we come to item {number} of the agenda, and go on." for number in range(len(lines))]
        assert sender.acknowledged <= len(lines) <= sender.acknowledged + 1


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT], ids=lambda sent: sent.name)
def test_told_to_stop_it_ends_with_0_while_people_read_and_lines_arrive(tmp_path: Path, sent: signal.Signals) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        followers = [Follower(server) for _ in range(5)]
        for follower in followers:
            follower.start()
        with sending(server, "ANA", "BO") as senders:
            assert all(one.some.wait(20) for one in (*senders, *followers))
            assert server.stop(sent, STOP_SECONDS) == 0
        for follower in followers:
            follower.join(30)
        assert all(follower.ended_well for follower in followers)
        assert "Traceback" not in server.log.read_text()
        server.start()
        server.wait_until_ready()
        assert_nothing_is_lost_or_repeated(server, senders)


def test_told_twice_it_does_not_wait_for_a_request_that_never_ends(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        head = b"POST /v1/sessions/talk/lines HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\n{"
        with socket.create_connection(("127.0.0.1", server.port)) as hanging:
            hanging.sendall(head)
            assert server.send("talk", 0, "Hello.\n").status_code == 202  # so the half request has been read
            assert server.process is not None
            server.process.send_signal(signal.SIGTERM)
            assert server.stop(signal.SIGINT, STOP_SECONDS) == 0


BUSY = """
import asyncio, sys, threading, time
from services import process
from services.process import Stopping

def busy(seconds):
    sys.stdout.write("busy\\n")
    sys.stdout.flush()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass

async def serve():
    stopping = Stopping()
    {work}
    await stopping.event.wait()

process.run(serve())
"""


@pytest.mark.parametrize(
    "work",
    [
        "busy(60)",
        "await asyncio.to_thread(busy, 60)",
        "asyncio.create_task(asyncio.to_thread(busy, 60))",
        "threading.Thread(target=busy, args=(60,)).start()",
    ],
    ids=["its loop", "a thread that it waits for", "a thread of its loop", "a thread of its own"],
)
def test_whatever_it_is_busy_with_it_ends_in_time(work: str) -> None:
    program = start_process(sys.executable, "-c", BUSY.format(work=work), stdout=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stdout.readline() == b"busy\n"
    began = time.monotonic()
    program.terminate()
    program.communicate(timeout=30)
    assert time.monotonic() - began < STOP_SECONDS
    assert program.returncode == 0


def test_when_a_part_has_failed_it_ends_in_time_with_1_though_a_thread_goes_on() -> None:
    work = "stopping.arm(1); threading.Thread(target=busy, args=(60,)).start(); raise RuntimeError('failed')"
    program = subprocess.run(
        [sys.executable, "-c", BUSY.format(work=work)], capture_output=True, timeout=30, check=False
    )
    assert program.returncode == 1
    assert b"RuntimeError: failed" in program.stderr


def test_at_any_moment_a_kill_loses_no_acknowledged_line(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    sys.stdout.write(f"seed {SEED}\n")
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        with sending(server, "ANA", "BO", "CY") as senders:
            for _ in range(KILLS):
                for sender in senders:
                    sender.some.clear()
                assert all(sender.some.wait(20) for sender in senders)
                threading.Event().wait(chance.uniform(0, 0.1))  # any moment
                server.kill()
                server.start()
                server.wait_until_ready()
        assert_nothing_is_lost_or_repeated(server, senders)
