"""``captionflow serve index``: writes turns to the archive, and what they say of their sessions to the sessions."""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from captionflow.messages import StepRecord
from captionflow.metrics import Metrics, since
from captionflow.settings import Settings
from captionflow.wiring.index import open_index
from captionflow.wiring.tools import open_line_log
from services import process
from services.http.operations import create_operations
from services.http.readiness import PROBE, Readiness
from services.index.facts_indexer import FactsIndexer
from services.index.healing import Healer, StepsOf
from services.index.names_indexer import NamesIndexer
from services.index.part_indexer import PartIndexer
from services.process import OPERATIONS_STOP_SECONDS, Server, Stopping, address, listen, serve_until_told

log = structlog.get_logger(__name__)

NICE = 10


def run(settings: Settings, *, steps_of: StepsOf, ready: Callable[[str], None] = lambda _url: None) -> None:
    """``serve``, and end the process. Where processors are short, what is live goes first."""
    os.nice(NICE)
    process.run(serve(settings, steps_of=steps_of, ready=ready))


async def serve(settings: Settings, *, steps_of: StepsOf, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Run until SIGTERM or SIGINT; waits for Kafka and Elasticsearch if they aren't there.

    ``steps_of`` is what the segmenter makes of a stream: for what expired before it was indexed.

    Raises:
        Misconfigured: a setting, the port, a topic or the index must be changed.
    """
    stopping = Stopping()

    async def heal() -> None:
        await healer.heal()

    with listen(settings.host, settings.ops_port, setting="CAPTIONFLOW_OPS_PORT") as listening:
        async with open_index(settings, on_missed=heal) as archive:
            metrics = Metrics("index")
            steps = metrics.counter("steps_indexed", "Steps whose parts are in the archive.")
            parts = metrics.counter("parts_indexed", "Parts that were sent to the archive.")
            metrics.gauge("lag_records", "Steps that are not in the archive yet.", archive.lag)
            metrics.gauge("standstill_seconds", "How long one partition has got no further.", archive.standstill)
            delay = metrics.histogram("index_delay_seconds", "From an accepted line to the archive having it.")
            metrics.counts("dead_letters", "Parts and records that can't be used.", (), archive.set_aside)

            def written(batch: Sequence[StepRecord]) -> None:
                steps.inc(len(batch))
                parts.inc(sum(len(step.parts) for step in batch))
                for step in batch:
                    if step.received_at is not None:
                        delay.observe(since(step.received_at))

            part_indexer = PartIndexer(
                archive.parts, archive.turn_store, archive.dead_letters, prepare=archive.prepare, on_written=written
            )
            facts_indexer = FactsIndexer(archive.facts, archive.sessions)
            names_indexer = NamesIndexer(archive.name_changes, archive.rename, prepare=archive.prepare)
            healer = Healer(
                partial(open_line_log, settings), steps_of, archive.turn_store, part_indexer.write, facts_indexer.write
            )
            readiness = Readiness(
                checks={"turn_store": lambda: archive.turn_store.last_seq(PROBE, "en")},
                waiting={
                    "archive": lambda: part_indexer.waiting,
                    "sessions": lambda: facts_indexer.waiting,
                    "names": lambda: names_indexer.waiting,
                    "expired_turns": lambda: healer.waiting,
                    "kafka": archive.waiting,
                },
            )
            app = create_operations(metrics, readiness)
            ready(address(listening, settings.host))
            log.info("started", service="index", kafka=settings.kafka, elasticsearch=settings.elasticsearch)
            work = {
                "archive": part_indexer.run(),
                "sessions": facts_indexer.run(),
                "names": names_indexer.run(),
                "topics": archive.watch(),
            }
            tasks = [asyncio.create_task(one, name=name) for name, one in work.items()]
            await serve_until_told(Server(app, stop_seconds=OPERATIONS_STOP_SECONDS), listening, stopping, parts=tasks)
    log.info("stopped")
