"""The dead letters on Kafka: the raw bytes of a record; headers say where it was and what is wrong with it.

When a person puts one back, that is noted in the same topic: a record without a value whose header ``put-back`` has the
number of the letter, and ``origin`` the place where its bytes are now.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec
from kafka import TopicPartition
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import MAX_DEAD_LETTER_BYTES, Kafka
from captionflow.adapters.kafka.failures import translated
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.record_fetcher import records_until_now
from captionflow.errors import BadMessage
from captionflow.ports import DeadLetter

MAX_REASON_CHARS: Final = 500


class Place(NamedTuple):
    """Where a record is."""

    topic: str
    partition: int
    offset: int


def read_place(written: str) -> Place | None:
    """``captions.lines/3/1200``, as an origin is written; None if it is none."""
    topic, *numbers = written.rsplit("/", 2)
    if len(numbers) < 2 or not all(one.isascii() and one.isdecimal() for one in numbers):  # noqa: PLR2004 - two numbers
        return None
    return Place(topic, int(numbers[0]), int(numbers[1]))


class KafkaDeadLetters:
    """``DeadLetters``."""

    def __init__(self, kafka: Kafka) -> None:
        self.written = 0
        self._kafka = kafka
        self._producer = Producer(kafka, max_bytes=MAX_DEAD_LETTER_BYTES)

    async def put(self, value: bytes, *, key: bytes | None, origin: str, reason: str) -> None:
        """See ``DeadLetters.put``."""
        headers = [("origin", origin.encode()), ("reason", reason[:MAX_REASON_CHARS].encode())]
        await self._producer.send(
            self._kafka.topic_partition(self._kafka.dead_letters, key or b""), key, value, headers
        )
        self.written += 1

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._producer.close()


class KafkaDeadLetterBox:
    """``DeadLetterBox``. A letter's number is its offset."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._producer = Producer(kafka, max_bytes=MAX_DEAD_LETTER_BYTES)
        (self._tp,) = kafka.topic_partitions(kafka.dead_letters)

    async def letters(self) -> Sequence[DeadLetter]:
        """See ``DeadLetterBox.letters``.

        Raises:
            Misconfigured: there is no such topic.
            Unavailable: no broker answers.
        """
        return await asyncio.to_thread(self._letters)

    async def put_back(self, letter: DeadLetter) -> str:
        """See ``DeadLetterBox.put_back``. A kill in between leaves the record put back without a note."""
        tp = self._origin(letter)
        offset = await self._producer.send(tp, letter.key, letter.value)
        now_at = f"{tp.topic}/{tp.partition}/{offset}"
        note = [("put-back", b"%d" % letter.number), ("origin", now_at.encode())]
        await self._producer.send(self._tp, letter.key, b"", note)
        return now_at

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await self._producer.close()

    def _origin(self, letter: DeadLetter) -> TopicPartition:
        place = read_place(letter.origin)
        ours = (self._kafka.lines, self._kafka.turns, self._kafka.sessions)
        if place is None or place.topic not in ours or place.partition >= self._kafka.partitions_of(place.topic):
            raise BadMessage(
                f"Dead letter {letter.number} ({letter.origin}) is from no topic of this installation and can't be put "
                "back. If it is a part that the search index refused, its words are in the line log: mend the index, "
                "then run `captionflow reindex`."
            )
        return TopicPartition(place.topic, place.partition)

    def _letters(self) -> list[DeadLetter]:
        topic = self._kafka.dead_letters
        try:
            consumer = self._kafka.consumer(fetch_max_wait_ms=50)
            try:
                self._kafka.check(consumer, topic)
                records = list(records_until_now(consumer, self._tp))
            finally:
                consumer.close(timeout_ms=0)
        except KafkaError as error:
            raise translated(error, self._kafka.servers, topic) from error
        found: dict[int, DeadLetter] = {}
        for record in records:
            headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
            noted = headers.get("put-back")
            if noted is None:
                found[record.offset] = _letter(record, headers)
            elif noted.isdecimal() and (letter := found.get(int(noted))) is not None:
                again = (*letter.put_back, headers.get("origin", ""))
                found[letter.number] = msgspec.structs.replace(letter, put_back=again)
        return list(found.values())


def _letter(record: Any, headers: dict[str, str]) -> DeadLetter:
    return DeadLetter(
        number=record.offset,
        at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        origin=headers.get("origin", ""),
        reason=headers.get("reason", ""),
        value=record.value or b"",
        key=record.key,
    )
