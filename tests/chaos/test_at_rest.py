"""An installation at rest says nothing that a person would have to look at."""

import json
import time
from pathlib import Path

from tests.chaos.conftest import FULL
from tests.distributed.stack_command import stack_command
from tests.stack.servers import Server as Stack
from tests.stack.services import SERVICES
from tests.waiting import await_true

REST_SECONDS = 15 * 60 if FULL else 20
LOOKS = {} if FULL else {"STREAM_PROCESSING_TIMEOUT": "1"}
"""In the short form Faust looks after one second, and not after five minutes, whether its streams work."""


def test_an_installation_at_rest_has_no_line_above_info_in_its_log(
    tmp_path: Path, root: Path, kafka_broker: Stack, elasticsearch_node: Stack
) -> None:
    with stack_command(tmp_path, root, kafka_broker, elasticsearch_node, **LOOKS) as stack:
        stack.announce("talk")
        stack.send("talk", 0, ">> ANA: Good morning.").raise_for_status()
        await_true(lambda: stack.log.read_bytes().count(b"Ctrl-C stops it") > len(SERVICES), "not all are there")
        begin = stack.log.stat().st_size
        time.sleep(REST_SECONDS)  # that time passes is what is tried
        before, rest = stack.log.read_bytes()[:begin], stack.log.read_bytes()[begin:]
    assert "info" in map(_level, before.splitlines())
    assert [line for line in rest.splitlines() if _level(line) not in {"debug", "info"}] == []


def _level(line: bytes) -> str | None:
    """None: it is no line of a log, so it is a traceback, or the like."""
    return json.loads(line)["level"] if line.startswith(b"{") else None
