"""Python 3.11 or newer, as the README has it: what the locks say installs on each that is here, and works."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import missing
from tests.real_program import Server, spoken

UV = str(Path(sys.executable).parent / "uv")
OTHERS = [f"3.{minor}" for minor in range(11, 15) if minor != sys.version_info.minor]
PAGES = "/", "/s/talk", "/s/talk/follow", "/s/talk/screen", "/desk", "/v1/sessions/talk/transcript.vtt"
CAPTIONS = ">> ANA: Good morning.\n", ">> BEN: It works on my machine.\n"


def interpreters(version: str) -> Iterator[str]:
    """Where they are, of a system and of pyenv."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for name in (shutil.which(f"python{version}"), *versions.glob(f"{version}.*/bin/python")):
        asked = (name, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
        if name and subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version:
            yield str(name)


@pytest.fixture(params=OTHERS)
def program(
    request: pytest.FixtureRequest, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ...]:
    """captionflow, on another Python than the tests run on."""
    found = next(interpreters(request.param), None)
    if found is None:
        pytest.skip(f"no Python {request.param} is here")
    python = str(tmp_path / "venv" / "bin" / "python")
    lock = root / "requirements" / "distributed.lock"
    for command in (
        ("venv", "--quiet", "--python", found, tmp_path / "venv"),
        ("pip", "install", "--quiet", "--python", python, "--require-hashes", "--only-binary", ":all:", "-r", lock),
    ):
        done = subprocess.run([UV, *command], capture_output=True, text=True, check=False)
        if "Failed to fetch" in done.stderr:
            missing(f"what is to be installed can't be had: {done.stderr}")
        assert done.returncode == 0, done.stderr
    monkeypatch.setenv("PYTHONPATH", str(root))  # it starts more of its own
    return (python, "-W", "error", "-c", "from services.cli.main import main; main()")


def test_captions_are_served_searched_and_kept_on_each_python(program: tuple[str, ...], tmp_path: Path) -> None:
    with Server(tmp_path / "data", program=program) as server:
        server.announce("talk", title="Any Python")
        server.send("talk", 0, *CAPTIONS, ends=True)
        turns = server.wait_for_seq("talk", 2)
        assert spoken(turns) == [("ANA", ("Good morning.",)), ("BEN", ("It works on my machine.",))]
        assert server.get("/v1/search", q="machine")["total"] == 1
        for path in PAGES:
            assert server.client.get(path).is_success, path
        assert server.stop() == 0
        assert "Warning" not in server.log.read_text()
        assert "Traceback" not in server.log.read_text()
    services = "; ".join(f"import services.{service}.main" for service in ("ingest", "segment", "index", "api"))
    subprocess.run([program[0], "-c", services], check=True)
