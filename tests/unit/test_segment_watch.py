"""Who is told of a worker's work (services.segment.watch)."""

from captionflow.messages import StepRecord
from services.segment.watch import Watch


def test_a_worker_works_also_when_nobody_counts() -> None:
    watch = Watch()
    watch.stepped(StepRecord("opening", "en", 1, 1))
    watch.healed()
    watch.set_aside()
