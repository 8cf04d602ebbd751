"""How long a captioner waits while many search for what costs most; alone, before and after, in the same run.

A second process searches, and half of its searchers hang up at once and come again. Give it a machine of its own.
"""

import tempfile
from pathlib import Path

from tests.hostile.heartbeat import Answers, Heartbeat
from tests.hostile.searchers import Searchers, make_searched
from tests.real_program import Server

SEARCHERS = 50
ROUNDS = 3
SECONDS = 8


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        make_searched(server)
        heartbeat = Heartbeat(server)
        for _ in range(ROUNDS):
            before = heartbeat.lines(SECONDS)
            began = server.processor_seconds
            with Searchers(server, SEARCHERS):
                during = heartbeat.lines(SECONDS)
            spent = server.processor_seconds - began
            after = heartbeat.lines(SECONDS)
            told = " | ".join(
                f"{name} {_told(one)}" for name, one in (("before", before), ("during", during), ("after", after))
            )
            print(f"{told} | ratio of p99 {during.p99 / max(before.p99, after.p99):.1f} | {spent:.1f} s of processor")


def _told(answers: Answers) -> str:
    return f"p50 {answers.median * 1000:.1f} p99 {answers.p99 * 1000:.1f} ms"


if __name__ == "__main__":
    main()
