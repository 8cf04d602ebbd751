"""A process loads the technology that it uses, and no other."""

import subprocess
import sys
from pathlib import Path

import pytest

LOADED = "import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
CLIENTS = {"aiokafka", "elasticsearch", "faust", "kafka", "prometheus_client", "rocksdict", "sqlite3"}


@pytest.mark.parametrize(
    ("module", "technology"),
    [
        ("services.embedded", {"sqlite3"}),
        ("services.ingest.main", {"kafka", "prometheus_client", "sqlite3"}),
        ("services.segment.main", {"aiokafka", "faust", "kafka", "prometheus_client", "rocksdict"}),
        ("services.index.main", {"aiokafka", "elasticsearch", "kafka", "prometheus_client", "sqlite3"}),
        ("services.api.main", {"elasticsearch", "kafka", "prometheus_client", "sqlite3"}),
        ("services.cli.main", set()),
        ("services.cli.align", set()),
        ("services.cli.captions", set()),
        ("services.cli.file_import", {"sqlite3"}),
        ("services.cli.remote", set()),
        ("services.cli.replay", set()),
        ("services.cli.search_results", set()),
        ("services.cli.segment", set()),
        ("services.cli.tail", set()),
    ],
)
def test_a_process_loads_no_technology_but_its_own(root: Path, module: str, technology: set[str]) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module)], cwd=root, capture_output=True, text=True, check=True
    )
    assert CLIENTS & set(printed.stdout.split()) <= technology
