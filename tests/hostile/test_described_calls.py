"""What the program does with whatever comes to a call is what /openapi.json says, and never an error of ours."""

import os
import subprocess
import sys
from pathlib import Path

from tests.real_program import Server, run_command

SEED = os.environ.get("SEED", "1")
"""The same requests each time, so that a run says something of a change; with another one, others."""
SECONDS = 600
FOLDER = Path(__file__).parent


def schemathesis(server: Server, key: str, *arguments: str) -> None:
    """Run all of its checks, with the expectations of ``schemathesis.toml``."""
    command = [Path(sys.executable).parent / "schemathesis", "--config-file", FOLDER / "schemathesis.toml", "run"]
    done = subprocess.run(
        [*command, f"{server.url}/openapi.json", "--no-color", "--checks", "all", "--seed", SEED, *arguments],
        cwd=FOLDER.parents[1],
        env={**os.environ, "PYTHONPATH": ".", "ADMIN_KEY": key},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"level": "error"' not in server.log.read_text()


def test_an_installation_with_keys_does_what_its_description_says(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    key = run_command("keys", "create", "first", "--role", "admin", DATA=folder).stdout.decode().strip()
    with Server(folder) as server:
        server.client.headers["Authorization"] = f"Bearer {key}"
        server.announce("talk", title="A talk")
        schemathesis(server, key)


def test_an_open_installation_does_what_its_description_says(tmp_path: Path) -> None:
    """Without the calls for keys, the first of which would close it; nobody needs one, so none is ignored."""
    with Server(tmp_path / "data") as server:
        server.announce("talk", title="A talk")
        without = ["--exclude-path-regex", "^/v1/keys", "--exclude-checks", "ignored_auth"]
        schemathesis(server, "none", *without, "--phases", "examples,fuzzing", "--max-examples", "3")
