"""``make stack``: everything as processes of its own behind one address, without Docker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.distributed.installation import CUT, expected, served
from tests.distributed.stack_command import stack_command
from tests.real_program import Server, run_command
from tests.stack.servers import Server as Stack
from tests.waiting import await_true


@pytest.fixture
def stack(tmp_path: Path, root: Path, kafka_broker: Stack, elasticsearch_node: Stack) -> Iterator[Server]:
    with stack_command(tmp_path, root, kafka_broker, elasticsearch_node) as front:
        yield front


def test_a_talk_goes_through_all_services_by_one_address_though_one_is_killed(stack: Server, talk: Path) -> None:
    digest, _, seq = expected(talk, "talk")
    (segment,) = _processes(stack, "segment")
    os.kill(segment, signal.SIGKILL)
    arguments = ("--url", stack.url, "--session", "talk", "--cut", CUT, "--speed", "max")
    done = run_command("replay", talk, *arguments)
    assert done.returncode == 0, done.stderr.decode()
    assert served(stack, "talk", seq) == digest
    found = {"q": '"eight hundred kilometres"', "session": "talk"}
    await_true(lambda: len(stack.get("/v1/search", **found)["hits"]) == 1, "it is not found")
    archived = run_command("import", talk, "--url", stack.url)
    assert archived.returncode == 0, archived.stderr.decode()
    assert "computed here" not in archived.stderr.decode()
    alone = run_command("import", talk, DATA=stack.folder)
    assert archived.stdout == alone.stdout
    assert "captionflow" in stack.client.get("/s/talk/follow").text
    assert stack.client.get("/metrics").status_code == 404
    with stack.client.stream("GET", "/v1/sessions/talk/events") as events:
        assert next(events.iter_lines()).startswith("retry: ")


def _processes(stack: Server, kind: str) -> list[int]:
    """The pids of one kind of service that it runs."""
    assert stack.process is not None
    mine = f"/proc/{stack.process.pid}/task/{stack.process.pid}/children"
    children = [int(pid) for pid in Path(mine).read_text().split()]
    return [pid for pid in children if kind.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
