"""Faust's consumer, which takes records of active partitions alone (docs/adr/0024), in the worker's own event loop."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP

POLL_SECONDS = 0.5
"""Longest wait for what was fetched while its partition was paused; all else comes at once."""
FETCH_WAIT_MS = 500
"""How long a broker that has nothing new holds a fetch; one for partitions just taken over waits for it."""


class _Active:
    """The active partitions, as they are whenever it is asked; true also when there are none."""

    def __init__(self, partitions: set[TP]) -> None:
        self._partitions = partitions

    def __contains__(self, partition: TP) -> bool:
        return partition in self._partitions


class _InLoop(AIOKafkaConsumerThread):
    """What Faust runs in a thread with a loop of its own, as a task of the worker's loop.

    Handing each fetch to another thread and back costs more than the fetch (docs/adr/0059). Nothing blocks the loop for
    as long as a member of the group may be silent.
    """

    _serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """See ``mode.threads.ServiceThread``."""
        self._thread_started.set()
        started = self._thread_running = asyncio.get_running_loop().create_future()
        self._serving = asyncio.create_task(self._serve(), name="consumer")
        self._serving.add_done_callback(_seen)
        try:
            await started
        finally:
            self._thread_running = None

    async def on_thread_started(self) -> None:
        """Nothing: there is no queue of what the thread is to do."""

    async def call_thread(self, fun: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """Call it here. It goes on when the caller is cancelled, as in the thread; but a fetch takes nothing then."""
        if fun == self._fetch_records:
            return await fun(*args, **kwargs)
        answer = fun(*args, **kwargs)
        return await asyncio.shield(answer) if inspect.isawaitable(answer) else answer

    async def _gather_remaining_tasks(self) -> None:
        """Nothing: the tasks of the loop are not the consumer's alone."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # Faust has 1,500 and no setting for it
        return consumer


def _seen(serving: asyncio.Task[None]) -> None:
    """Its error was raised where it was started, or ended the application."""
    if not serving.cancelled():
        serving.exception()


class ActiveConsumer(Consumer):
    """Takes records of the active partitions, and of no others.

    Faust 0.15.3 hands aiokafka a set, and aiokafka takes an empty one for all partitions. It is empty while recovery
    has them paused: what came then was dropped, and never came again. A worker that took over left out the newest
    lines, or waited for the end of its changelog for ever.
    """

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _InLoop(self, loop=self.loop, thread_loop=self.loop, beacon=self.beacon)

    def pause_partitions(self, tps: Iterable[TP]) -> None:
        """See ``faust.Consumer``, which has them fetched all the same, and never takes what came.

        Of each partition of turns that was the first record that the worker itself had written. aiokafka asks for
        nothing new for 0.1 s while something waits to be taken, so all sessions stood still, partition by partition.
        """
        super().pause_partitions(tps)
        self._fetched.pause(*self._assigned(tps))

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """See ``faust.Consumer``; they are fetched again."""
        super().resume_partitions(tps)
        self._fetched.resume(*self._assigned(tps))

    def _assigned(self, tps: Iterable[TP]) -> list[Any]:
        """Those of them that it has, as aiokafka names them."""
        wanted = set(tps)
        return [tp for tp in self._fetched.assignment() if tp in wanted]

    @property
    def _fetched(self) -> Any:
        """Aiokafka's consumer; raises ``ConsumerNotStarted``."""
        return cast("Any", self._thread)._ensure_consumer()

    async def verify_all_partitions_active(self) -> None:
        """Nothing: ``Worker`` notices what stands still, and asks for it again.

        Faust 0.15.3 looks at paused partitions, too, and calls each of them an error at every look.
        """

    async def _wait_next_records(self, timeout: float) -> tuple[Mapping[TP, list[Any]] | None, set[TP] | None]:  # noqa: ASYNC109 - as Faust has it
        if not self.flow_active:
            await self.wait(cast("Any", self.can_resume_flow))
        partitions = self._get_active_partitions()
        active: Any = _Active(partitions)
        return await self._getmany(active_partitions=active, timeout=min(timeout, POLL_SECONDS)), partitions
