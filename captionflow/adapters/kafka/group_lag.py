"""How many records of a topic a consumer group has not committed yet."""

import asyncio
import time
from collections.abc import Hashable, Mapping
from typing import Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.inquirer import EVERY_SECONDS, Inquirer
from captionflow.errors import Unavailable

log = structlog.get_logger(__name__)

_ASK_MS: Final = 3_000


class Standstill:
    """For how long the partition has got no further that has waited longest, of those with something to do."""

    def __init__(self) -> None:
        self._since: dict[Hashable, tuple[int, float]] = {}

    def look(self, spans: Mapping[Hashable, tuple[int, int]], now: float) -> float:
        """Seconds; 0 if nothing is to do. A span is what is done and what there is; ``now`` is in seconds, too."""
        behind = {one: done for one, (done, end) in spans.items() if done < end}
        self._since = {
            one: known if (known := self._since.get(one)) is not None and known[0] == done else (done, now)
            for one, done in behind.items()
        }
        return max((now - since for _, since in self._since.values()), default=0.0)


class GroupLag:
    """``records`` and ``standstill_seconds`` are a few seconds old at most while ``run`` runs.

    They are None until a broker has answered. ``waiting`` says why no broker answers now; it is empty otherwise.
    """

    def __init__(self, kafka: Kafka, name: str, topic: str) -> None:
        self.records: int | None = None
        self.standstill_seconds: float | None = None
        """See ``Standstill``; one partition that stands still is not seen in the sum of all that wait."""
        self._standstill = Standstill()
        self.waiting = ""
        self._kafka = kafka
        self._group = f"{kafka.prefix}-{name}"
        self._topic = topic

    async def run(self) -> None:
        """Ask again and again until cancelled; a broker that does not answer leaves the figure as it was.

        Raises:
            Misconfigured: the topic is missing or has another number of partitions than it must have.
        """
        async with Inquirer(self._kafka, self._topic, f"{self._group}-lag", group=self._group) as broker:
            while True:
                try:
                    spans = await broker.ask(self._ask)
                except (KafkaError, Unavailable) as error:
                    self.waiting = f"Kafka does not answer ({str(error) or type(error).__name__})."
                    log.debug("lag_unknown", group=self._group, reason=self.waiting)
                else:
                    self.waiting = ""
                    self.records = sum(end - done for done, end in spans.values())
                    self.standstill_seconds = self._standstill.look(spans, time.monotonic())
                await asyncio.sleep(EVERY_SECONDS)

    def _ask(self, consumer: KafkaConsumer) -> dict[Hashable, tuple[int, int]]:
        """By partition, what is done and what there is."""
        tps = list(self._kafka.topic_partitions(self._topic))
        first, ends = consumer.beginning_offsets(tps, _ASK_MS), consumer.end_offsets(tps, _ASK_MS)
        # ``committed`` asks for one partition at a time, each with a request of its own.
        found = consumer._coordinator.fetch_committed_offsets(tps, timeout_ms=_ASK_MS)  # noqa: SLF001 - see above
        done = {tp: int(found[tp].offset) if tp in found else 0 for tp in tps}
        return {tp: (max(done[tp], int(first[tp])), max(done[tp], int(ends[tp]))) for tp in tps}
