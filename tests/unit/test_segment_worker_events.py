"""What a worker reports (services.segment.worker_events)."""

from captionflow.messages import StepRecord
from services.segment.worker_events import WorkerEvents


def test_a_worker_works_also_when_nobody_counts() -> None:
    events = WorkerEvents()
    events.stepped(StepRecord("opening", "en", 1, 1))
    events.healed()
    events.dead_lettered()
