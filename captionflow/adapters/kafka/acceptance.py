"""Up to where a person accepts that records of lines go to the dead letters, however many they are.

Kept as what a consumer group of its own has committed, so that it is with the records, and nothing else has to be kept.
"""

import asyncio
from typing import Final

import structlog
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.failures import translated
from captionflow.adapters.kafka.inquirer import Inquirer
from captionflow.errors import Unavailable

log = structlog.get_logger(__name__)

_ASK_MS: Final = 3_000


def group(kafka: Kafka) -> str:
    """The group whose offsets say it."""
    return f"{kafka.prefix}-accepted"


class Acceptance:
    """What is accepted, for a worker that holds a partition. Use it as an asynchronous context."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._broker = Inquirer(kafka, kafka.lines, "acceptance", group=group(kafka))

    async def until(self, partition: int) -> int:
        """Bad records before this offset of the lines are accepted; 0 if that can't be told now."""
        (tp,) = (one for one in self._kafka.topic_partitions(self._kafka.lines) if one.partition == partition)
        try:
            return await self._broker.ask(lambda consumer: int(consumer.committed(tp, timeout_ms=_ASK_MS) or 0))
        except (KafkaError, Unavailable) as error:
            log.debug("acceptance_unknown", partition=partition, reason=str(error))
            return 0

    async def close(self) -> None:
        """Stop; a broker that does not answer is not waited for."""
        await self._broker.__aexit__()


async def accept(kafka: Kafka, until: int | None = None, *, partition: int | None = None) -> dict[int, int]:
    """Accept what can't be used before an offset of a partition, or of all partitions what is there now.

    Returns the offset before which each partition's are accepted.

    Raises:
        Misconfigured: there is no such topic.
        Unavailable: no broker answers.
    """
    return await asyncio.to_thread(_accept, kafka, until, partition)


def _accept(kafka: Kafka, until: int | None, partition: int | None) -> dict[int, int]:
    try:
        consumer = kafka.consumer(group_id=group(kafka))
        try:
            kafka.check(consumer, kafka.lines)
            tps = [tp for tp in kafka.topic_partitions(kafka.lines) if partition in (None, tp.partition)]
            consumer.assign(tps)
            ends = consumer.end_offsets(tps, _ASK_MS)
            offsets = {tp: int(ends[tp]) if until is None else min(until, int(ends[tp])) for tp in tps}
            consumer.commit({tp: OffsetAndMetadata(offset, "", -1) for tp, offset in offsets.items()})
        finally:
            consumer.close(autocommit=False, timeout_ms=0)
    except KafkaError as error:
        raise translated(error, kafka.servers, kafka.lines) from error
    return {tp.partition: offset for tp, offset in offsets.items()}
