"""How many lines a second the segmenter takes on one core, beside a bare ``re.finditer`` over the same text.

Run: ``python -m bench.segment [FOLDER]`` (default: ``../shared/data``). The lines are cut to 32 columns and handed over
in records of 500, as an import does. The peer finds the conventions' tokens in the whole text and does nothing with
them: no turn, no bound, no part. Best of three, both in the same run.
"""

import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from captionflow.messages import Line
from services.segment.segmenter import start, step

COLUMNS = 32
RECORD = 500
ROUNDS = 3
PEER = re.compile(r">\s?>|\[[^\[\]]{0,200}\]|\([^()]{1,200}\)|^\s*[\w .'-]{1,60}:|\n", re.MULTILINE)


def read(folder: Path) -> list[str]:
    """The texts of the real files."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".txt", ".md"})
    return [path.read_text(encoding="utf-8-sig") for path in paths]


def cut(text: str) -> list[Line]:
    """The lines of one file, as the log would number them."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    pieces = [text[begin : begin + COLUMNS] for begin in range(0, len(text), COLUMNS)]
    return [
        Line(sender="bench", number=number, text=piece, seq=number + 1, received_at=now)
        for number, piece in enumerate(pieces)
    ]


def segment(files: list[list[Line]]) -> int:
    """Segment all files; gives the number of parts that came out."""
    parts = 0
    for number, lines in enumerate(files):
        state = start(f"bench-{number}", "en")
        for begin in range(0, len(lines), RECORD):
            state, records = step(state, lines[begin : begin + RECORD])
            parts += sum(len(record.parts) for record in records)
    return parts


def scan(texts: list[str]) -> int:
    """The peer: the number of tokens found."""
    return sum(1 for text in texts for _ in PEER.finditer(text))


def best(work: Callable[[], int]) -> float:
    """The shortest of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"
    texts = read(folder)
    if not texts:
        print(f"no transcripts in {folder}")
        sys.exit(1)
    files = [cut(text) for text in texts]
    lines = sum(map(len, files))
    ours, peer = best(lambda: segment(files)), best(lambda: scan(texts))
    print(
        f"{len(texts)} files, {lines:,} lines of {COLUMNS} columns, records of {RECORD}, CPU seconds, best of {ROUNDS}"
    )
    print(f"{'segmenter':<16}{ours:>8.3f} s {lines / ours:>12,.0f} lines/s")
    print(f"{'bare finditer':<16}{peer:>8.3f} s {lines / peer:>12,.0f} lines/s")
    print(f"ratio {ours / peer:.1f}")


if __name__ == "__main__":
    main()
