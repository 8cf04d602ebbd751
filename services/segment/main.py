"""``captionflow serve segment``: turns lines into steps, sharing the partitions with other workers."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import timedelta

import structlog

from captionflow.data_folder import FOLDER_MODE
from captionflow.errors import Unavailable
from captionflow.messages import StepRecord
from captionflow.metrics import Metrics, since
from captionflow.settings import Settings
from captionflow.wiring.segment import SegmentPorts, open_segment
from services import process
from services.http.operations import create_operations
from services.http.readiness import Readiness
from services.process import OPERATIONS_STOP_SECONDS, Server, Stopping, address, listen, serve_until_told
from services.segment.heap import give_back
from services.segment.worker import AheadOfTopic, Worker
from services.segment.worker_events import WorkerEvents

log = structlog.get_logger(__name__)

FOLDER = "segment"
"""In the data folder: the table's files, so that a restarted worker need not read the topic again."""


def run(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """``serve``, and end the process."""
    give_back()
    process.run(serve(settings, ready=ready))


async def serve(settings: Settings, *, ready: Callable[[str], None] = lambda _url: None) -> None:
    """Run until SIGTERM or SIGINT; waits for Kafka if it isn't there.

    Raises:
        Misconfigured: a setting, the port, the data folder or a topic must be changed.
    """
    stopping = Stopping()
    with listen(settings.host, settings.ops_port, setting="CAPTIONFLOW_OPS_PORT") as listening:
        async with open_segment(settings) as ports:
            metrics = Metrics("segment")
            segment = _Segment(ports, settings, _Counting(metrics))
            metrics.gauge("lag_records", "Records of lines that no worker has done yet.", ports.lag)
            metrics.gauge("standstill_seconds", "How long one partition has got no further.", ports.standstill)
            readiness = Readiness(
                waiting={"segment": lambda: segment.waiting, "kafka": ports.waiting, "held": lambda: segment.held},
                dispensable=("held",),
            )
            app = create_operations(metrics, readiness)
            ready(address(listening, settings.host))
            log.info("started", service="segment", kafka=settings.kafka, data_folder=str(settings.data_folder))
            parts = [
                asyncio.create_task(segment.run(), name="segment"),
                asyncio.create_task(ports.watch(), name="lag"),
            ]
            await serve_until_told(Server(app, stop_seconds=OPERATIONS_STOP_SECONDS), listening, stopping, parts=parts)
    log.info("stopped")


class _Counting(WorkerEvents):
    def __init__(self, metrics: Metrics) -> None:
        self._lines = metrics.counter("lines_segmented", "Lines that the segmenter took.")
        self._steps = metrics.counter("steps_written", "Steps that were written to the topic of turns.")
        self._healed = metrics.counter("holes_healed", "Times that records were left out and read from the log.")
        self._dead = metrics.counter("dead_letters", "Records that can't be used.")
        self._delay = metrics.histogram("segment_delay_seconds", "From an accepted line to the step that it led to.")

    def stepped(self, step: StepRecord) -> None:
        self._lines.inc(step.last_seq - step.first_seq + 1)
        self._steps.inc()
        if step.received_at is not None:
            self._delay.observe(since(step.received_at))

    def healed(self) -> None:
        self._healed.inc()

    def dead_lettered(self) -> None:
        self._dead.inc()


class _Segment:
    """The worker, once its topics are there."""

    def __init__(self, ports: SegmentPorts, settings: Settings, events: WorkerEvents) -> None:
        self._events = events
        self._ports = ports
        self._folder = settings.data_folder / FOLDER
        self._kept = timedelta(hours=settings.turns_retention_hours)
        self._worker: Worker | None = None

    @property
    def waiting(self) -> str:
        if self._worker is None:
            return "Kafka and its topics are waited for."
        return "" if self._worker.ready else "The partitions, or their state, are waited for."

    @property
    def held(self) -> str:
        return "" if self._worker is None else self._worker.held

    async def run(self) -> None:
        await self._ports.ready()
        self._folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        self._worker = Worker(
            brokers=self._ports.brokers,
            partitions=self._ports.partitions,
            folder=self._folder,
            read_log=self._ports.read_log,
            accepted_until=self._ports.accepted_until,
            kept=self._kept,
            topics=self._ports.topics,
            group=self._ports.group,
            security=self._ports.security,
            events=self._events,
        )
        try:
            await self._worker.run()
        except AheadOfTopic as error:
            shutil.rmtree(self._folder)
            raise Unavailable(
                f"{error} {self._folder} was removed: start again, and all is made of the log."
            ) from error
