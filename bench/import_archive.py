"""How many lines a second ``captionflow import`` takes of a folder, alone and beside a server, and bare FTS5 inserts.

    python -m bench.import_archive [FOLDER]        (default: ../shared/data/srccon)

Ours is the command itself, from its start until all is durable, in turns, and searchable: into an empty folder, and to
a server that runs on one (started before the clock). The peer reads the same files and inserts the same lines into an
FTS5 table, in transactions of 500: no turns, no durability of each batch, no facts.
A line is a physical line of a file. Best of three, each into an empty folder.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 3
BATCH = 500
SUFFIXES = {".txt", ".md", ".vtt", ".srt"}


PROGRAM = str(Path(sys.executable).with_name("captionflow"))


def environ(folder: Path) -> dict[str, str]:
    settings = {"DATA": str(folder), "LOG_LEVEL": "warning", "DEMO": "false"}
    return {**os.environ, **{f"CAPTIONFLOW_{name}": value for name, value in settings.items()}}


def alone(source: Path, folder: Path) -> float:
    start = time.perf_counter()
    command = [PROGRAM, "import", str(source), "--event", "Bench"]
    subprocess.run(command, env=environ(folder), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def served(source: Path, folder: Path) -> float:
    command = [PROGRAM, "run", "--port", "0"]
    with subprocess.Popen(command, env=environ(folder), stderr=subprocess.PIPE) as server:
        assert server.stderr is not None
        server.stderr.readline()  # its address
        try:
            return alone(source, folder)
        finally:
            server.terminate()


def bare(source: Path, folder: Path) -> float:
    start = time.perf_counter()
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
    for file in files(source):
        rows = [(line,) for line in text_of(file).splitlines()]
        for first in range(0, len(rows), BATCH):
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO t VALUES (?)", rows[first : first + BATCH])
            connection.execute("COMMIT")
    connection.close()
    return time.perf_counter() - start


def files(source: Path) -> list[Path]:
    return sorted(path for path in source.rglob("*") if path.suffix in SUFFIXES)


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig", errors="replace")


def best(work: Callable[[Path, Path], float], source: Path) -> float:
    times = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            times.append(work(source, Path(folder)))
    return min(times)


WAYS = {"into the folder": alone, "to a server": served, "bare FTS5": bare}


def main() -> None:
    default = Path(__file__).parents[2] / "shared" / "data" / "srccon"
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    texts = [text_of(file) for file in files(source)]
    if not texts:
        sys.exit(f"no transcripts in {source}")
    lines, words = sum(len(text.splitlines()) for text in texts), sum(len(text.split()) for text in texts)
    print(f"{len(texts)} files, {lines:,} lines, {words:,} words, load {os.getloadavg()[0]:.1f} before")
    took = {name: best(work, source) for name, work in WAYS.items()}
    for name, seconds in took.items():
        print(f"{name:<20}{seconds:8.2f} s {lines / seconds:12,.0f} lines/s {words / seconds:12,.0f} words/s")


if __name__ == "__main__":
    main()
