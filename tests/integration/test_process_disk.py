"""A disk that fills up under the real program: senders are told to wait, nothing is lost, and it goes on by itself."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.real_program import Server

LINE = ">> ANA: And so we come to item {} of the agenda. " + "We go on, and on, and on. " * 20 + "\n"


def fill(server: Server, first: int = 0) -> tuple[list[int], httpx.Response]:
    """Send lines until one is not taken; returns the acknowledged seqs and the answer to that one."""
    seqs: list[int] = []
    while len(seqs) < 5_000:
        answer = server.send("talk", first + len(seqs), LINE.format(first + len(seqs)))
        if answer.status_code != 202:
            return seqs, answer
        seqs.append(answer.json()["receipts"][0]["seq"])
    pytest.fail("the disk never got full")


@contextmanager
def on_small_disk(disk: Path) -> Iterator[tuple[Server, Callable[[], None]]]:
    """A server on a disk of its own, and what makes space on it."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(512 * 1024))
    with Server(disk / "data") as server:
        yield server, ballast.unlink


@contextmanager
def on_quota(folder: Path) -> Iterator[tuple[Server, Callable[[], None]]]:
    """A server whose files may not grow above 2 MiB, and what lifts that."""
    with Server(folder / "data") as server:
        assert server.process is not None
        pid, hard = server.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (2 * 1024 * 1024, hard))
        yield server, lambda: _lift(pid, hard)


def _lift(pid: int, hard: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def assert_senders_wait_and_nothing_is_lost(server: Server, make_space: Callable[[], None]) -> None:
    server.announce("talk")
    acknowledged, refusal = fill(server)
    assert acknowledged == list(range(1, len(acknowledged) + 1))
    assert len(acknowledged) > 10
    problem = refusal.json()
    assert (refusal.status_code, problem["code"]) == (503, "unavailable")
    assert str(server.folder) in problem["detail"]
    assert "retry" in problem["detail"]
    assert int(refusal.headers["retry-after"]) > 0

    assert server.client.get("/healthz").status_code == 200
    assert server.get("/v1/sessions/talk/lines/last", sender="desk") == {"number": len(acknowledged) - 1}

    make_space()
    retried = server.send("talk", len(acknowledged), LINE.format(len(acknowledged)))
    assert retried.json()["receipts"][0]["seq"] == len(acknowledged) + 1
    turns = server.wait_for_seq("talk", len(acknowledged) + 1)
    assert [turn.text.split(".")[0] for turn in turns] == [
        f"And so we come to item {number} of the agenda" for number in range(len(acknowledged) + 1)
    ]
    assert server.get("/readyz")["ready"]
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text()


def test_on_a_full_disk_senders_wait_and_it_goes_on_when_there_is_space(small_disk: Path) -> None:
    with on_small_disk(small_disk) as (server, make_space):
        assert_senders_wait_and_nothing_is_lost(server, make_space)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can change a running program's limits")
def test_over_quota_senders_wait_and_it_goes_on_when_it_is_lifted(tmp_path: Path) -> None:
    with on_quota(tmp_path) as (server, make_space):
        assert_senders_wait_and_nothing_is_lost(server, make_space)


def test_killed_on_a_full_disk_it_starts_again_with_all_that_was_acknowledged(small_disk: Path) -> None:
    with on_small_disk(small_disk) as (server, make_space):
        server.announce("talk")
        acknowledged, _ = fill(server)
        server.kill()
        make_space()
        server.start()
        server.wait_until_ready()
        assert len(server.wait_for_seq("talk", len(acknowledged))) == len(acknowledged)
