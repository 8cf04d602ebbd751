"""The layout holds: cores are declared as cores, and files can be read in one sitting."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import grimp
import pytest

LONGEST = 400
CODE = ("captionflow", "services", "tests", "bench")


@pytest.fixture(scope="module")
def cores(root: Path) -> dict[str, Any]:
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(contract for contract in contracts if contract["name"].startswith("Cores"))


def test_every_module_that_does_no_io_is_held_to_it(cores: dict[str, Any]) -> None:
    graph = grimp.build_graph("captionflow", "services", include_external_packages=True)
    touching: set[str] = set()
    for name in graph.modules & set(cores["forbidden_modules"]):
        touching |= graph.find_downstream_modules(name) | {name}
    ours = {name for name in graph.modules if name.startswith(("captionflow", "services")) and "." in name}
    pure = {name for name in ours - touching if not graph.find_children(name)}
    forgotten = sorted(pure - set(cores["source_modules"]))
    assert forgotten == [], "add them to the contract of cores in pyproject.toml"


def test_every_core_is_held_to_full_branch_coverage(root: Path, cores: dict[str, Any]) -> None:
    report = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["coverage"]["report"]
    assert report["fail_under"] == 100
    held = {path for pattern in report["include"] for path in root.glob(pattern)}
    named = (root / name.replace(".", "/") for name in cores["source_modules"])
    files = [path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in named]
    assert [str(path.relative_to(root)) for path in files if path not in held] == []


@pytest.mark.parametrize("folder", CODE)
def test_no_file_is_longer_than_one_sitting(root: Path, folder: str) -> None:
    lengths = {
        str(path.relative_to(root)): len(path.read_text().splitlines()) for path in root.glob(f"{folder}/**/*.py")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_a_commit_is_held_to_what_check_asks_for_with_the_same_tools(root: Path) -> None:
    hooks = (root / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (\w+)", hooks) == ["local"]  # nothing is fetched
    committed = set(re.findall(r"entry: ([^,]+)", hooks))
    (recipe,) = re.findall(r"^check:.*\n((?:\t.*\n)+)", (root / "Makefile").read_text(), re.MULTILINE)
    checked = {line.strip().replace("$(BIN)", ".venv/bin").removesuffix(" .") for line in recipe.splitlines()}
    assert {entry.split(" --")[0] for entry in committed} == {line.split(" --")[0] for line in checked}


def test_no_two_files_of_tests_have_one_name(root: Path) -> None:
    """Where they are collected together, the second one can't be imported."""
    names = Counter(path.name for path in root.glob("tests/**/test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []
