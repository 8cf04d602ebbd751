"""What a segment worker reports of its work, for metrics."""

from captionflow.messages import StepRecord


class WorkerEvents:
    """One method for each event; these do nothing."""

    def stepped(self, step: StepRecord) -> None:
        """A step is on its way to the topic."""

    def healed(self) -> None:
        """Records that were left out were read from the log."""

    def dead_lettered(self) -> None:
        """A record went to the dead letters."""
