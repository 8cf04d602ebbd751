"""Threads that read, each on a connection of its own. Work that must not wait for other work has threads to itself."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from queue import SimpleQueue
from typing import Any, Protocol

from captionflow.adapters.sqlite.failures import translated
from captionflow.adapters.sqlite.writer import Result, Work
from captionflow.errors import Unavailable

_INSTRUCTIONS = 10_000
"""Of SQLite's machine, between two looks whether somebody still waits: a millisecond at most."""


class Reading(Protocol):
    """One snapshot."""

    async def read(self, work: Work[Result]) -> Result:
        """Run ``work`` on it."""


class Lane(Protocol):
    """A database as an adapter uses it; see ``Database.lane``."""

    async def read(self, work: Work[Result]) -> Result:
        """Run ``work`` on one consistent snapshot: a look-up, which takes no time to speak of."""

    async def scan(self, work: Work[Result]) -> Result:
        """The same for work that grows with what is stored; look-ups don't wait for it. A snapshot holds the WAL."""

    def view(self) -> AbstractAsyncContextManager[Reading]:
        """Several reads of one snapshot; see ``Database.view``."""

    async def write(self, work: Work[Result], *, durable: bool, committed: Callable[[], None] | None = None) -> Result:
        """See ``Writer.write``."""


class Snapshot:
    """A connection in a transaction, for one thread at a time. SQLite crashes where one is closed while it is read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.used = threading.Lock()

    def close(self) -> None:
        """Close it when nobody reads it any more, without waiting for that."""
        if self.used.acquire(blocking=False):
            self.connection.close()
            self.used.release()
        else:  # whoever waited for it was cancelled, and its thread has been told
            threading.Thread(target=self._close_later, name="captionflow-snapshot", daemon=True).start()

    def _close_later(self) -> None:
        with self.used:
            self.connection.close()


class Readers:
    """Such threads. They are daemons: the end of a process waits for none of them."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], folder: object, *, name: str, threads: int) -> None:
        self._connect = connect
        self._folder = folder
        self._waiting: SimpleQueue[_Reading | None] = SimpleQueue()
        self._under_way: set[_Reading] = set()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"captionflow-{name}-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin to work; once."""
        for thread in self._threads:
            thread.start()

    async def read(self, work: Work[Result], *, on: Snapshot | None = None) -> Result:
        """Run ``work`` in a transaction of its own, or ``on`` a snapshot.

        A caller that is cancelled meanwhile interrupts it.

        Raises:
            Unavailable: it is closed, or the file can't be read now.
        """
        if self._closed:
            raise self._gone()
        reading = _Reading(work, on)
        self._under_way.add(reading)
        self._waiting.put(reading)
        try:
            result: Result = await reading.outcome
        except asyncio.CancelledError:
            reading.stop()
            raise
        finally:
            self._under_way.discard(reading)
        return result

    def stop(self) -> None:
        """Take no more work, interrupt what is under way, and close the connections then."""
        self._closed = True
        for reading in list(self._under_way):
            reading.stop()
        for _ in self._threads:
            self._waiting.put(None)

    def join(self, seconds: float) -> None:
        """After ``stop``: wait until the threads have ended, for so long at most."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while (reading := self._waiting.get()) is not None:
            try:
                if connection is None:
                    connection = self._connect()
                reading.run(connection)
            except sqlite3.Error as error:
                interrupted = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
                reading.fail(self._gone() if interrupted else translated(error, self._folder))
            except Exception as error:  # noqa: BLE001 - it is the caller's
                reading.fail(error)
        if connection is not None:
            connection.close()

    def _gone(self) -> Unavailable:
        return Unavailable(f"The database in {self._folder} is closed.")


class _Reading:
    """One piece of work, and the task that waits for it."""

    def __init__(self, work: Work[Any], on: Snapshot | None) -> None:
        self._work = work
        self._on = on
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = self._loop.create_future()
        self._stopped = False

    def run(self, connection: sqlite3.Connection) -> None:
        """Do it, unless nobody waits for it any more; on this connection if it has no snapshot."""
        if self._on is None:
            self._run(connection)
        else:
            with self._on.used:
                self._run(self._on.connection)

    def _run(self, connection: sqlite3.Connection) -> None:
        if self._stopped:  # and its snapshot is closed, perhaps
            self.fail(Unavailable("It was stopped before it began."))
            return
        connection.set_progress_handler(lambda: self._stopped, _INSTRUCTIONS)
        try:
            if self._on is None:
                connection.execute("BEGIN")
            found = self._work(connection)
        finally:
            connection.set_progress_handler(None, 0)
            if self._on is None and connection.in_transaction:
                connection.rollback()
        self._tell(lambda: self.outcome.set_result(found))

    def fail(self, error: Exception) -> None:
        """Raise this where it is waited for."""
        self._tell(lambda: self.outcome.set_exception(error))

    def stop(self) -> None:
        """Interrupt it, or leave it out if it has not begun. It asks: an interrupt between two statements is lost."""
        self._stopped = True

    def _tell(self, tell: Callable[[], None]) -> None:
        def tell_who_waits() -> None:
            if not self.outcome.done():
                tell()
            del self.outcome  # an error has the frames that have this: a circle, the whole call in it

        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            self._loop.call_soon_threadsafe(tell_who_waits)
