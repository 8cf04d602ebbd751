"""The commands in the docs can be copied: each is run, in order, against a server."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.http.problems import KINDS
from tests.real_program import Server
from tests.waiting import await_true

PAGES = ("README.md", "docs/ingest.md", "docs/api.md")
_COMMAND = re.compile(r"^ {4,}(?:curl|printf) .*(?:(?<=[\\|])\n.*|(?<=,)\n {8,}.*)*", re.MULTILINE)


def _commands(page: str) -> Iterator[str]:
    """Indented commands, with the lines that go on with them."""
    for found in _COMMAND.finditer(page):
        yield found.group().strip()


@pytest.mark.parametrize("page", PAGES)
def test_every_curl_command_of_the_docs_works_as_it_stands(tmp_path: Path, root: Path, page: str) -> None:
    if shutil.which("curl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("curl is not installed (not skipped, since CI=true)")
        pytest.skip("curl is not installed")
    commands = list(_commands((root / page).read_text()))
    assert commands
    with Server(tmp_path / "data") as server:
        for command in commands:
            here = re.sub(r"(?:http://)?(?:127\.0\.0\.1|localhost):8000", server.url, command)
            streams = "curl -N" in command
            seconds = 3 if streams else 60  # a stream of a session that goes on has no end
            curl = f"command curl --silent --show-error --fail-with-body --max-time {seconds}"
            script = f'curl() {{ {curl} "$@"; }}\n{here}'
            done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
            assert done.returncode in ({0, 28} if streams else {0}), f"{command}\n{done.stdout}{done.stderr}"
            assert done.stdout.startswith("retry: ") if streams else done.stdout or "-O" in command
        if page == "docs/ingest.md":
            server.wait_for_seq("plenary", 12)
            typed = server.client.get("/v1/sessions/plenary/transcript.txt").text
            assert re.sub(r"\d:\d\d", "0:00", typed) == TYPED
            spanish = "/v1/sessions/plenary/transcript.txt?lang=es"
            await_true(lambda: "Buenos días." in server.client.get(spanish).text, "nothing is in Spanish")


TYPED = """>> CHAIR:  Good morning. Please take your seats. The first speaker

>> Ana:  Thank you, Madam President.

>> [Off the record for 0:00]
"""


def test_the_docs_have_every_kind_of_problem(root: Path) -> None:
    page = (root / "docs/api.md").read_text()
    rows = re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", page, re.MULTILINE)
    assert rows == [(str(kind.status), code) for code, kind in KINDS.items()]
