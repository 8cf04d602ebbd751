"""The command that looks at dead letters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from captionflow.adapters.kafka.acceptance import accept
from captionflow.adapters.kafka.dead_letter_box import KafkaDeadLetterBox
from captionflow.adapters.kafka.dead_letters import read_place
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.errors import BadMessage
from captionflow.ports import DeadLetterBox
from captionflow.settings import Settings


@asynccontextmanager
async def open_dead_letters(settings: Settings) -> AsyncIterator[DeadLetterBox]:
    """Open the dead letters, to be looked at."""
    box = KafkaDeadLetterBox(kafka_from(settings))
    try:
        yield box
    finally:
        await box.close()


async def accept_dead_letters(settings: Settings, until: str) -> tuple[str, ...]:
    """Accept that what can't be used goes to the dead letters, see ``captionflow.adapters.kafka.acceptance``.

    ``until`` is a place, ``captions.lines/3/1200``, that record included; or ``end``. Returns such places.

    Raises:
        BadMessage: it is no place of the lines.
    """
    kafka = kafka_from(settings)
    if until == "end":
        accepted = await accept(kafka)
    else:
        place = read_place(until)
        if place is None or place.topic != kafka.lines or place.partition >= kafka.partitions_of(kafka.lines):
            raise BadMessage(f"{until!r} is no place of {kafka.lines}: give one as `dead-letters list` does, or `end`.")
        accepted = await accept(kafka, place.offset + 1, partition=place.partition)
    return tuple(f"{kafka.lines}/{partition}/{offset}" for partition, offset in sorted(accepted.items()))
