"""What the adapters on a topic that is read as a journal have in common."""

from typing import Self

from captionflow.adapters.kafka.journal import Journal


class JournalAdapter:
    """``_journal`` is theirs."""

    _journal: Journal

    def start(self) -> Self:
        """Begin to read the topic, for the event loop that runs now; until ``close``."""
        self._journal.start()
        return self

    async def ready(self) -> Self:
        """Wait until everything has been read that was there at the start.

        Raises:
            Misconfigured: the topic is missing or is not as it must be.
            RuntimeError: it was not started.
        """
        await self._journal.ready()
        return self

    def check(self) -> None:
        """Return if the adapter works, as far as is known without asking; else raise what its calls would."""
        self._journal.check()

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._journal.close()
