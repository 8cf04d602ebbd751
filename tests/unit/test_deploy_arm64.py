"""The image can be built for arm64: what has no wheel there is built from source, and nothing else."""

import re
from pathlib import Path

import pytest
import yaml

WITHOUT_WHEEL = {"faust-streaming"}
"""Of the locks, what publishes no wheel for Linux on arm64; ``make check-deploy`` asks the index of packages."""


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return (root / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")


def names(lock: Path) -> set[str]:
    """What a lock installs."""
    return set(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==", lock.read_text(), re.MULTILINE))


def test_what_the_image_builds_from_source_is_what_has_no_wheel(root: Path, dockerfile: str) -> None:
    (built,) = re.findall(r'if \[ "\$\(uname -m\)" = aarch64 \]; then source=(\S+); else source=:none:; fi', dockerfile)
    assert set(built.split(",")) == WITHOUT_WHEEL <= names(root / "requirements" / "distributed.lock")
    assert '--require-hashes --only-binary :all: --no-binary "$source"' in dockerfile


def test_the_compiler_is_in_a_stage_that_is_not_shipped(dockerfile: str) -> None:
    *stages, shipped = re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)
    assert any("install --yes --no-install-recommends gcc" in stage for stage in stages)
    assert "gcc" not in shipped
    assert "apt-get" not in shipped


def test_one_process_needs_a_compiler_nowhere(root: Path) -> None:
    assert not names(root / "requirements" / "run.lock") & WITHOUT_WHEEL


def test_compose_builds_and_runs_it_for_the_machine_that_it_is_on(root: Path) -> None:
    services = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    assert not [name for name, service in services.items() if "platform" in service]
