"""What is told of a worker's work, to whoever counts it."""

from captionflow.messages import StepRecord


class Watch:
    """Is told what the worker does; this one does nothing with it."""

    def stepped(self, step: StepRecord) -> None:
        """A step is on its way to the topic."""

    def healed(self) -> None:
        """Records that were left out were read from the log."""

    def set_aside(self) -> None:
        """A record went to the dead letters."""
