"""``captionflow import`` of files whose names are no text, or would tell a terminal what to do."""

import json
import os
from pathlib import Path

import pytest

from tests.real_program import run_command, run_on_terminal

NAMES = {
    b"talk\xff.txt": r"talk\udcff.txt",
    b"talk\x1b[2J.txt": r"talk\x1b[2J.txt",
    b"two\nlines.txt": r"two\nlines.txt",
    "réunion – 🧑‍🤝‍🧑.txt".encode(): "réunion – 🧑‍🤝‍🧑.txt",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    for name in NAMES:
        try:
            (made / os.fsdecode(name)).write_text(f">> ANA:  Good morning from {name!r}.\n", encoding="utf-8")
        except OSError:
            pytest.skip("this file system takes no such names")
    return made


def test_any_name_can_be_told_as_json(tmp_path: Path, folder: Path) -> None:
    done = run_command("import", folder, "--json", DATA=tmp_path / "data")
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    found = {one["file"]: one["outcome"] for one in map(json.loads, done.stdout.splitlines())}
    assert found == {f"{folder}/{told}": "imported" for told in NAMES.values()}


def test_no_name_tells_a_terminal_what_to_do(tmp_path: Path, folder: Path) -> None:
    _, told = run_on_terminal("import", folder, DATA=tmp_path / "data")
    assert "\x1b[2J" not in told
    assert r"talk\x1b[2J.txt" in told
    rows = run_command("import", folder, DATA=tmp_path / "data").stdout
    assert b"\x1b" not in rows
    assert len(rows.splitlines()) == len(NAMES) + 1
