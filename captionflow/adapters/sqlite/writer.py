"""The one thread that writes, and how concurrent writes share a transaction and its fsync.

Readers have connections of their own; writes are serialised here, in process, so SQLITE_BUSY and its sleeps never
happen. While one transaction waits for the disk the next writes queue up, and then go together: group commit without
an artificial delay for a single one.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from captionflow.adapters.sqlite.failures import translated
from captionflow.errors import Unavailable

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    committed: Callable[[], None] | None
    outcome: Any = None
    failed: bool = False

    def deliver(self) -> None:
        """Tell the caller, if it still waits; call ``committed`` in any case. Once."""
        if not self.failed and self.committed is not None:
            self.committed()
        if not self.future.done():
            if self.failed:
                self.future.set_exception(self.outcome)
            else:
                self.future.set_result(self.outcome)
        del self.future, self.outcome  # an error has the frames that have this: a circle, the whole call in it


class Writer:
    """Runs pieces of work on one connection, each all or nothing.

    *Durable* work is on the disk when ``write`` returns (``synchronous=FULL``: the commit waits for fsync). Other work
    is atomic and survives the end of the process, but a power cut may take its newest commits back
    (``synchronous=NORMAL``); it can never outlive durable work that it followed, because both are in one WAL, in order.
    """

    def __init__(self, connection: sqlite3.Connection, folder: object) -> None:
        self._connection = connection
        self._folder = folder
        self._wanted = threading.Condition()
        self._durable: deque[_Job] = deque()
        self._derived: deque[_Job] = deque()
        self._derived_next = False
        self._closing = False
        self._synchronous = ""
        self._thread = threading.Thread(target=self._run, name="captionflow-writer", daemon=True)

    def start(self) -> None:
        """Begin to work; once."""
        self._thread.start()

    async def write(self, work: Work[Result], *, durable: bool, committed: Callable[[], None] | None = None) -> Result:
        """Run ``work`` in a transaction; its exceptions undo it alone.

        A caller that is cancelled while it waits does not stop the work: it may still be committed, and then
        ``committed`` is still called (in the event loop).

        Raises:
            Unavailable: nothing was done; the same work may be handed in again.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop, committed)
        with self._wanted:
            if self._closing:
                raise Unavailable(f"The database in {self._folder} is closed.")
            (self._durable if durable else self._derived).append(job)
            self._wanted.notify()
        result: Result = await job.future
        return result

    def close(self) -> None:
        """Finish what is queued, then stop. Blocks; no loop may wait for its own jobs meanwhile."""
        with self._wanted:
            self._closing = True
            self._wanted.notify()
        self._thread.join()

    def _run(self) -> None:
        while batch := self._next():
            jobs, durable = batch
            try:
                self._commit(jobs, durable=durable)
            except sqlite3.Error as error:
                self._roll_back()
                for job in jobs:
                    job.outcome, job.failed = translated(error, self._folder), True
            _deliver(jobs)

    def _next(self) -> tuple[Sequence[_Job], bool] | None:
        """All durable jobs, or one derived: in turns, so that neither starves and no derived work delays a batch."""
        with self._wanted:
            while not (self._durable or self._derived or self._closing):
                self._wanted.wait()
            if self._derived and (self._derived_next or not self._durable):
                self._derived_next = False
                return [self._derived.popleft()], False
            if self._durable:
                self._derived_next = True
                jobs = list(self._durable)
                self._durable.clear()
                return jobs, True
            return None

    def _commit(self, jobs: Sequence[_Job], *, durable: bool) -> None:
        synchronous = "FULL" if durable else "NORMAL"
        if synchronous != self._synchronous:
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            self._synchronous = synchronous
        self._connection.execute("BEGIN IMMEDIATE")
        for job in jobs:
            self._attempt(job)
        self._connection.execute("COMMIT")

    def _attempt(self, job: _Job) -> None:
        """One job of a shared transaction; its failure must not take the others with it."""
        self._connection.execute("SAVEPOINT job")
        try:
            job.outcome = job.work(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:  # SQLite gave up the whole transaction (no space, I/O)
                raise _lost(error) from error
            self._connection.execute("ROLLBACK TO job")
            job.outcome, job.failed = error, True
            if isinstance(error, sqlite3.Error):
                job.outcome = translated(error, self._folder)
        self._connection.execute("RELEASE job")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()


def _lost(error: Exception) -> sqlite3.Error:
    return error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError(str(error))


def _deliver(jobs: Sequence[_Job]) -> None:
    """One wake-up of a loop for all of its jobs."""
    for loop in {job.loop for job in jobs}:
        mine = [job for job in jobs if job.loop is loop]
        try:
            loop.call_soon_threadsafe(_deliver_in_loop, mine)
        except RuntimeError:  # the loop has been closed: nobody waits any more
            continue


def _deliver_in_loop(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.deliver()
