"""Counts skipped records, and logs them without filling the log."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import structlog

from captionflow.adapters.kafka.journal import Record
from captionflow.errors import BadMessage
from captionflow.records import Reader, Versioned

log = structlog.get_logger(__name__)

_TOLD: Final = 20
"""So many foreign records are logged one by one, then every thousandth: a topic may be full of them."""


_Message = TypeVar("_Message", bound=Versioned)


class Skipped(Counter[str]):
    """By reason: ``void`` lost a race, which is normal; ``foreign`` are not captionflow's, which is not."""

    def void(self, record: Record) -> None:
        """The record lost a race, or does not advance."""
        self["void"] += 1
        log.debug("record_void", topic=record.topic, partition=record.partition, offset=record.offset)

    def readable(self, records: Iterable[Record], read: Reader[_Message]) -> Iterator[tuple[Record, _Message]]:
        """The records that are messages, each with its message; the others are skipped."""
        for record in records:
            try:
                message = read(record.key, record.value)
            except BadMessage as error:
                self.foreign(record, str(error))
            else:
                yield record, message

    def foreign(self, record: Record, reason: str) -> None:
        """The record can't be read, or should not be where it is."""
        self["foreign"] += 1
        if self["foreign"] <= _TOLD or self["foreign"] % 1_000 == 0:
            log.warning(
                "record_skipped",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                reason=reason,
                skipped=self["foreign"],
            )
