"""Faust's consumer, which takes records of active partitions alone (docs/adr/0024)."""

from collections.abc import Mapping
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


class _Thread(AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer: Any = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # Faust has 1,500 and no setting for it
        return consumer


class ActiveConsumer(Consumer):
    """Takes records of the active partitions, and of no others.

    Faust 0.15.3 hands aiokafka a set, and aiokafka takes an empty one for all partitions. It is empty while recovery
    has them paused: what came then was dropped, and never came again. A worker that took over left out the newest
    lines, or waited for the end of its changelog for ever.
    """

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

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
