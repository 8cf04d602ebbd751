"""What `captionflow reindex` needs of memory and time for an archive, on a broker and a node of its own.

    python -m bench.reindex [--parts 1000000]

Each line of the log is a turn of its own, which is a part; the sessions have a thousand each and are over. The command
is a process of its own, as somebody types it beside the index service, whose limit it shares. Its peak is what the
kernel says of it when it has ended.

"""

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.messages import Draft
from tests.real_program import PROGRAM, environ, run_command
from tests.stack.servers import elasticsearch_server, kafka_server

PARTITIONS = 12
TURNS = 1_000
LINES_A_CALL = 500
SENDERS = 8


async def fill(kafka: Kafka, sessions: int) -> None:
    """Write so many sessions of a thousand turns."""
    waiting = iter(range(sessions))
    log = await KafkaLineLog(kafka).start().ready()
    now = datetime.now(UTC)

    async def send() -> None:
        for session in waiting:
            texts = [
                f"SPEAKER {n % 7}: This is what was said as number {n} of {session}, and it ends.\n"
                for n in range(TURNS)
            ]
            drafts = [Draft("file", n, text, ends=n == TURNS - 1) for n, text in enumerate(texts)]
            for first in range(0, TURNS, LINES_A_CALL):
                await log.append(f"talk-{session}", "en", drafts[first : first + LINES_A_CALL], said_at=now)

    await asyncio.gather(*(send() for _ in range(SENDERS)))
    await log.close()


async def make_index(address: str, names: Names) -> None:
    client = connect([address])
    await ElasticIndices(client, names).prepare()
    await client.close()


def measured(*arguments: str, **settings: object) -> tuple[float, float, str]:
    """Seconds, MiB at the peak, and what it said."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([PROGRAM, *arguments], stdout=said, stderr=said, env=environ(**settings))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return time.perf_counter() - begun, usage.ru_maxrss / 1024, said.read().decode().strip()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--parts", type=int, default=1_000_000)
    given = options.parse_args()
    name = "bench"
    with (
        tempfile.TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as folder,
        kafka_server(Path(folder) / "kafka") as kafka,
        elasticsearch_server(Path(folder) / "elasticsearch") as elasticsearch,
    ):
        settings: dict[str, object] = {
            "KAFKA": kafka.address,
            "ELASTICSEARCH": elasticsearch.address,
            "TOPICS": name,
            "INDICES": name,
            "PARTITIONS": PARTITIONS,
            "LOG_LEVEL": "warning",
        }
        run_command("topics", "create", **settings)
        begun = time.perf_counter()
        asyncio.run(fill(Kafka(servers=kafka.address, prefix=name, partitions=PARTITIONS), given.parts // TURNS))
        asyncio.run(make_index(elasticsearch.address, Names(name)))
        print(f"{given.parts} turns in the log after {time.perf_counter() - begun:.0f} s", flush=True)
        seconds, peak, said = measured("reindex", **settings)
        print(f"reindex: {seconds:.0f} s, {given.parts / seconds:.0f} parts/s, peak {peak:.0f} MiB: {said}", flush=True)


if __name__ == "__main__":
    main()
