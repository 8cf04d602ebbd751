"""Which sessions' speakers got other names since the archive was last brought up to date.

How far that is, is what a consumer group of its own has committed of the sessions' topic. A broker forgets a group that
commits nothing for a week: so the same is committed again each day, and at each start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
from kafka import KafkaConsumer
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.failures import translated
from captionflow.adapters.kafka.inquirer import Inquirer
from captionflow.errors import Unavailable
from captionflow.notifying import Notifier
from captionflow.retrying import Retry

log = structlog.get_logger(__name__)

NAMES_GROUP: Final = "names"
MAX_SESSIONS: Final = 100
"""So many are handed out at once: what is repeated if the process ends meanwhile."""
_AGAIN_SECONDS: Final = 24 * 3600.0
_ASK_MS: Final = 3_000

Renamed = Callable[[int, int], Awaitable[Sequence[tuple[str, int]]]]
"""From an offset of the sessions' topic, and how many at most, to the sessions whose speakers got other names there or
behind it: each with the offset of its newest such record, in the order of these."""


class KafkaNameChanges:
    """``NameChanges``, of which ``renamed`` knows what the sessions' topic says. Several processes may do it all."""

    def __init__(self, kafka: Kafka, renamed: Renamed) -> None:
        self._kafka = kafka
        self._renamed = renamed
        (self._tp,) = kafka.topic_partitions(kafka.sessions)
        self._broker = Inquirer(
            kafka,
            kafka.sessions,
            "name-changes",
            group=f"{kafka.prefix}-{NAMES_GROUP}",
            prepare=lambda consumer: consumer.assign([self._tp]),
        )
        self._asked = False
        """Whether it is known what was done when the process started."""
        self._taken = 0
        """Before this offset all was handed out."""
        self._changed = Notifier()
        self._retry = Retry("names_waited_for")

    def note(self) -> None:
        """``renamed`` has more than before."""
        self._changed.notify()

    async def take(self) -> Sequence[str]:
        """See ``NameChanges.take``. It waits out brokers that don't answer."""
        if not self._asked:
            self._taken = await self._retry.call(self._committed)
            self._asked = True
            await self.done()
        while True:
            changed = self._changed.listen()
            if new := await self._retry.call(lambda: self._renamed(self._taken, MAX_SESSIONS)):
                self._taken = new[-1][1] + 1
                return [session for session, _ in new]
            try:
                async with asyncio.timeout(_AGAIN_SECONDS):
                    await changed.wait()
            except TimeoutError:
                await self.done()

    async def done(self) -> None:
        """See ``NameChanges.done``. If no broker answers, it is made up for by the next ones."""
        try:
            await self._broker.ask(self._commit)
        except (KafkaError, Unavailable) as error:
            log.warning("commit_failed", group=NAMES_GROUP, reason=str(error))

    async def close(self) -> None:
        """Stop; a broker that does not answer is not waited for."""
        await self._broker.__aexit__()

    async def _committed(self) -> int:
        try:
            return await self._broker.ask(self._ask)
        except KafkaError as error:
            raise translated(error, self._kafka.servers, self._kafka.sessions) from error

    def _ask(self, consumer: KafkaConsumer) -> int:
        committed = int(consumer.committed(self._tp, timeout_ms=_ASK_MS) or 0)
        end = int(consumer.end_offsets([self._tp], _ASK_MS)[self._tp])
        return committed if committed <= end else 0  # it was another topic's

    def _commit(self, consumer: KafkaConsumer) -> None:
        consumer.commit({self._tp: OffsetAndMetadata(self._taken, "", -1)})
