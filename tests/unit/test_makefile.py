"""``make`` says what is missing on this machine, before anything fails for want of it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def made(folder: Path, programs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """``make .venv/.node`` where ``programs`` (name, what it prints) are all that there is of Node.js."""
    for name in ("Makefile", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").mkdir()
    (folder / ".venv" / ".made").touch()
    tools = folder / "bin"
    tools.mkdir()
    for tool in ("bash", "mkdir", "cp", "touch", "rm"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    for name, script in programs.items():
        (tools / name).write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    make = shutil.which("make") or "make"
    environ = {"PATH": str(tools), "HOME": os.environ.get("HOME", "")}
    return subprocess.run([make, ".venv/.node"], cwd=folder, env=environ, capture_output=True, text=True, check=False)


NODE_18 = 'if [ "$1" = --version ]; then echo v18.19.1; else exit 1; fi'
NODE_22 = 'if [ "$1" = --version ]; then echo v22.1.0; fi'
NPM = "echo 10.0.0"


@pytest.mark.parametrize(
    ("programs", "told"),
    [
        ({}, "node is missing, npm is missing."),
        ({"node": NODE_18, "npm": NPM}, "node is v18.19.1, npm is 10.0.0."),
        ({"node": NODE_22}, "node is v22.1.0, npm is missing."),
    ],
)
def test_what_the_check_of_scripts_needs_is_told(tmp_path: Path, programs: dict[str, str], told: str) -> None:
    done = made(tmp_path, programs)
    assert done.returncode != 0
    assert f"with Node.js 20 or newer and its npm: {told} Install them from https://nodejs.org." in done.stderr
    assert not (tmp_path / ".venv" / ".node").exists()


def test_where_all_is_there_it_is_installed(tmp_path: Path) -> None:
    done = made(tmp_path, {"node": NODE_22, "npm": NPM})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / ".venv" / ".node").exists()


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
@pytest.mark.parametrize(("version", "code"), [("18.20.0", 1), ("20.0.0", 0), ("22.1.0", 0), ("9.0.0", 1)])
def test_the_version_is_compared_as_a_number(version: str, code: int) -> None:
    (script,) = {
        line.split("'")[1] for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if "node -e" in line
    }
    asked = script.replace("process.versions.node", f"'{version}'")
    assert subprocess.run(["node", "-e", asked], check=False).returncode == code
