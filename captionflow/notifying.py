"""Waking everybody who waits for something to change, without losing a change that comes between look and wait."""

import asyncio


class Notifier:
    """Wakes all who listen at this moment; whoever listens later waits for the next time.

    Listen first, then look, then wait: a change that comes after the look is heard all the same.
    """

    def __init__(self) -> None:
        self._heard = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """Set at the next ``notify``, for good. Take it before you look at what may change."""
        return self._heard

    def notify(self) -> None:
        """Something changed. Call it in the event loop."""
        self._heard.set()
        self._heard = asyncio.Event()
