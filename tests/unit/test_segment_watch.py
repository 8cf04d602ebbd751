"""Who is told of a worker's work (services.segment.worker_events)."""

from captionflow.messages import StepRecord
from services.segment.worker_events import Watch


def test_a_worker_works_also_when_nobody_counts() -> None:
    watch = Watch()
    watch.stepped(StepRecord("opening", "en", 1, 1))
    watch.healed()
    watch.set_aside()
