"""Wakes everybody who waits for a change. A change that comes between the look and the wait is not lost."""

import asyncio


class Notifier:
    """Wakes all who listen now; those who listen later wait for the next change.

    Listen first, then look, then wait: so a change that comes after the look is not missed.
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
