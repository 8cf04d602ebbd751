"""The dead letters on Kafka, for a person who looks at them; ``dead_letters`` writes them.

When a person puts one back, that is noted in the same topic: a record without a value whose header ``put-back`` has the
number of the letter, and ``origin`` the place where its bytes are now.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from captionflow.adapters.kafka.cluster import MAX_DEAD_LETTER_BYTES, Kafka
from captionflow.adapters.kafka.dead_letters import read_place
from captionflow.adapters.kafka.failures import translated
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.record_fetcher import records_between
from captionflow.adapters.sqlite.put_backs import PutBacks
from captionflow.errors import BadMessage
from captionflow.ports import DeadLetter

PAGE_BYTES: Final = 4 * 1024 * 1024
"""Behind so many, no more letters are taken into memory at a time."""
Asked = TypeVar("Asked")


class KafkaDeadLetterBox:
    """``DeadLetterBox``. A letter's number is its offset."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._producer = Producer(kafka, max_bytes=MAX_DEAD_LETTER_BYTES)
        (self._tp,) = kafka.topic_partitions(kafka.dead_letters)
        self._put_backs = PutBacks()
        self._known_until = 0

    async def letters(self, *, after: int = -1, limit: int) -> Sequence[DeadLetter]:
        """See ``DeadLetterBox.letters``. A first look goes through the topic once, for what was noted there.

        Raises:
            Misconfigured: there is no such topic.
            Unavailable: no broker answers.
        """
        return await asyncio.to_thread(self._asked, lambda consumer: self._letters(consumer, after, limit))

    async def end(self) -> int:
        """See ``DeadLetterBox.end``. Raises as ``letters`` does."""
        return await asyncio.to_thread(self._asked, lambda consumer: int(consumer.end_offsets([self._tp])[self._tp]))

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
        self._put_backs.close()

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

    def _asked(self, ask: Callable[[KafkaConsumer], Asked]) -> Asked:
        topic = self._kafka.dead_letters
        try:
            consumer = self._kafka.consumer(fetch_max_wait_ms=50)
            try:
                self._kafka.check(consumer, topic)
                return ask(consumer)
            finally:
                consumer.close(timeout_ms=0)
        except KafkaError as error:
            raise translated(error, self._kafka.servers, topic) from error

    def _letters(self, consumer: KafkaConsumer, after: int, limit: int) -> list[DeadLetter]:
        begin = int(consumer.beginning_offsets([self._tp])[self._tp])
        end = int(consumer.end_offsets([self._tp])[self._tp])
        for record in records_between(consumer, self._tp, max(begin, self._known_until), end):
            self._take(record)
        found: list[DeadLetter] = []
        size = 0
        for record in records_between(consumer, self._tp, max(begin, after + 1), end):
            headers = _headers(record)
            if "put-back" in headers:
                continue
            put_back, came_back = self._put_backs.of(record.offset)
            found.append(_letter(record, headers, put_back, came_back))
            size += len(record.value or b"")
            if len(found) >= limit or size >= PAGE_BYTES:
                break
        return found

    def _take(self, record: Any) -> None:
        headers = _headers(record)
        noted, origin = headers.get("put-back"), headers.get("origin", "")
        if noted is None:
            self._put_backs.letter(record.offset, origin)
        elif noted.isdecimal():
            self._put_backs.put_back(int(noted), origin)
        self._known_until = record.offset + 1


def _headers(record: Any) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace") for name, value in record.headers}


def _letter(record: Any, headers: dict[str, str], put_back: str, came_back: int | None) -> DeadLetter:
    return DeadLetter(
        number=record.offset,
        at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        origin=headers.get("origin", ""),
        reason=headers.get("reason", ""),
        value=record.value or b"",
        key=record.key,
        put_back=put_back,
        came_back=came_back,
    )
