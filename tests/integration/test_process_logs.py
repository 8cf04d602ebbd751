"""What the real program writes while captions go through it: readable or JSON, and never a caption or a secret."""

import json
import os
import pty
import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.real_program import PROGRAM, Server, environ, start_process

TOKEN = "correct-horse-battery-staple"  # noqa: S105 - a test's own
SAID = "we move to the confidential item"
SOUGHT = "what somebody looks for"


def go_through(server: Server) -> None:
    """Everything that has captions or secrets in it, and all that can be refused about it."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    server.client.headers.update(bearer)
    server.announce("talk", title=SAID)
    assert server.send("talk", 0, f">> ANA: {SAID}.\n").status_code == 202
    assert server.send("talk", 0, f"{SAID}, otherwise\n").status_code == 409
    assert server.send("talk", 7, f"{SAID} " * 1000).status_code >= 400
    assert server.send("talk", 9, f"After a gap {SAID}\n").status_code == 202
    lines = "/v1/sessions/talk/lines"
    for body in (f'{{"sender": "{SAID}", "lines": [{{"number": "{SAID}"', SAID, f'{{"{SAID}": 1}}'):
        assert server.client.post(lines, content=body).status_code >= 400
    assert server.client.post(lines, json={}, headers={"Authorization": f"Bearer {TOKEN}x"}).status_code in {401, 403}
    server.wait_for_seq("talk", 2)
    assert server.get("/v1/search", q=SOUGHT)["total"] == 0
    server.client.get("/s/talk")
    server.client.get("/v1/sessions/talk/transcript.vtt", headers={"Cookie": f"key={TOKEN}"})


def assert_nothing_is_given_away(written: str) -> None:
    for given in (SAID, SOUGHT, TOKEN, SAID.split()[-2]):
        assert given not in written


@pytest.mark.parametrize("level", ["info", "warning"])
def test_off_a_terminal_each_line_is_json_without_captions_or_secrets(tmp_path: Path, level: str) -> None:
    with Server(tmp_path / "data", INGEST_TOKEN=TOKEN, LOG_LEVEL=level) as server:
        go_through(server)
        assert server.stop() == 0
    written = server.log.read_text()
    assert_nothing_is_given_away(written)
    greeting, *lines = written.splitlines()
    assert greeting.startswith("captionflow is at")
    events = [json.loads(line) for line in lines]
    assert "numbers_missing" in {event["event"] for event in events}
    assert all({"event", "level", "logger", "timestamp"} <= event.keys() for event in events)


def test_at_debug_there_is_more_and_still_no_secret(tmp_path: Path) -> None:
    with Server(tmp_path / "data", INGEST_TOKEN=TOKEN, LOG_LEVEL="debug") as server:
        go_through(server)
        assert server.stop() == 0
    written = server.log.read_text()
    assert "lines_accepted" in written
    assert TOKEN not in written


@contextmanager
def on_a_terminal(folder: Path, port: int) -> Iterator[int]:
    """The program with a terminal for its messages; gives the other end of it."""
    ours, theirs = pty.openpty()
    process = start_process(PROGRAM, "run", stdin=theirs, stdout=theirs, stderr=theirs, env=environ(folder, PORT=port))
    os.close(theirs)
    try:
        yield ours
    finally:
        process.terminate()
        _read_until(ours, None)
        assert process.wait(20) == 0
        os.close(ours)


def _read_until(terminal: int, wanted: str | None) -> str:
    """What was written up to some text, or to the end."""
    written = b""
    with suppress(OSError):  # the other end was closed
        while (wanted is None or wanted.encode() not in written) and select.select([terminal], [], [], 20)[0]:
            written += os.read(terminal, 65_536)
    return written.decode()


def test_on_a_terminal_messages_are_for_people(tmp_path: Path) -> None:
    port = free_port()
    with on_a_terminal(tmp_path / "data", port) as terminal:
        written = _read_until(terminal, "started")
        assert f"captionflow is at http://127.0.0.1:{port} (Ctrl-C stops it)" in written
        body = {"sender": "desk", "lines": [{"number": 0, "text": SAID}]}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            client.post("/v1/sessions", json={"id": "talk"}).raise_for_status()
            client.post("/v1/sessions/talk/lines", json=body).raise_for_status()
            body["lines"] = [{"number": 9, "text": SAID}]
            client.post("/v1/sessions/talk/lines", json=body).raise_for_status()
        written += _read_until(terminal, "numbers_missing")
    assert "numbers_missing" in written
    assert SAID not in written
    assert not any(line.startswith("{") for line in written.splitlines())
