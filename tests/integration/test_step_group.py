"""Processes that share the turns topic: each step is done by one of them, and none that comes late counts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import pytest
from kafka import KafkaConsumer

from captionflow.adapters.kafka import dead_letter_box
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.dead_letter_box import KafkaDeadLetterBox
from captionflow.adapters.kafka.dead_letters import KafkaDeadLetters
from captionflow.adapters.kafka.group_lag import GroupLag
from captionflow.adapters.kafka.open_dead_letters import OpenDeadLetters
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.step_feed import KafkaStepFeed
from captionflow.adapters.kafka.step_group import MAX_WEIGHT, StepGroup
from tests.stack.servers import Server
from tests.stack.topics import drop_topics, fresh_topics
from tests.steps import part, step
from tests.waiting import until

SECONDS = 90
SESSIONS = tuple(f"talk-{number}" for number in range(12))

Join = Callable[[], StepGroup]


class Publish(Protocol):
    async def __call__(self, *seqs: int, session: str = "talk", parts: int = 0) -> None: ...


@pytest.fixture
async def kafka(kafka_broker: Server) -> AsyncIterator[Kafka]:
    made = await fresh_topics(kafka_broker.address)
    yield made
    await drop_topics(made)


@pytest.fixture
async def publish(kafka: Kafka) -> AsyncIterator[Publish]:
    feed = await KafkaStepFeed(kafka).start().ready()

    async def steps(*seqs: int, session: str = "talk", parts: int = 0) -> None:
        for seq in seqs:
            await feed.publish(step(seq, *(part(parts * seq + one, seq) for one in range(parts)), session=session))

    yield steps
    await feed.close()


@pytest.fixture
async def join(kafka: Kafka) -> AsyncIterator[Join]:
    dead_letters = KafkaDeadLetters(kafka)
    groups: list[StepGroup] = []

    def one() -> StepGroup:
        groups.append(StepGroup(kafka, "index", linger_ms=50, dead_letters=dead_letters))
        return groups[-1]

    yield one
    await asyncio.gather(*(group.close() for group in groups), dead_letters.close())


async def taken(group: StepGroup, count: int, *, done: bool = True) -> list[tuple[str, int]]:
    """The next so many steps."""
    found: list[tuple[str, int]] = []
    async with asyncio.timeout(SECONDS):
        while len(found) < count:
            found += [(step.session, step.last_seq) for step in await group.take()]
            if done:
                await group.done()
    return found


async def test_what_was_done_does_not_come_again_and_what_was_not_does(publish: Publish, join: Join) -> None:
    await publish(1, 2, 3)
    first = join()
    assert await taken(first, 3) == [("talk", 1), ("talk", 2), ("talk", 3)]
    await publish(4, 5)
    assert await taken(first, 2, done=False) == [("talk", 4), ("talk", 5)]
    await first.close()
    second = join()
    assert await taken(second, 2) == [("talk", 4), ("talk", 5)]


async def test_what_is_handed_out_in_one_go_is_bounded_in_parts(publish: Publish, join: Join) -> None:
    """A step of an import has hundreds of them: two thousand such steps would be gigabytes."""
    sizes = []
    async with asyncio.timeout(SECONDS):
        await publish(*range(1, 301), parts=100)
        group = join()
        while sum(sizes) < 300 * 100:
            sizes.append(sum(len(one.parts) for one in await group.take()))
            await group.done()
    assert max(sizes) <= MAX_WEIGHT + 50 * 100


async def test_two_share_the_sessions_and_none_is_left_out_when_one_leaves(publish: Publish, join: Join) -> None:
    groups = [join(), join()]
    got: list[set[tuple[str, int]]] = [set(), set()]

    async def work(number: int) -> None:
        while True:
            for one in await groups[number].take():
                got[number].add((one.session, one.last_seq))
            await groups[number].done()

    async def publish_all(seq: int) -> None:
        for session in SESSIONS:
            await publish(seq, session=session)

    workers = [asyncio.create_task(work(number)) for number in range(2)]
    seq = 0
    async with asyncio.timeout(SECONDS):
        while not all(got):  # the second one needs a moment to join
            seq += 1
            await publish_all(seq)
    await until(lambda: len(got[0] | got[1]) == seq * len(SESSIONS))
    workers[0].cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await workers[0]
    await groups[0].close()
    before = len(got[0])
    await publish_all(seq + 1)
    await until(lambda: len(got[0] | got[1]) == (seq + 1) * len(SESSIONS))
    assert len(got[0]) == before
    workers[1].cancel()


async def test_what_expired_is_told_before_what_comes_after_it_and_again_if_that_was_not_done(
    kafka: Kafka, publish: Publish
) -> None:
    told: list[str] = []

    async def missed() -> None:
        told.append("missed")

    await publish(1, 2, 3)
    place = kafka.topic_partition(kafka.turns, b"talk")
    admin = await asyncio.to_thread(kafka.admin)
    await asyncio.to_thread(admin.delete_records, {place: 2})
    await asyncio.to_thread(admin.close)
    for times in (1, 2):
        group = StepGroup(kafka, "index", linger_ms=50, on_missed=missed)
        assert await taken(group, 1, done=False) == [("talk", 3)]
        assert told == ["missed"] * times
        await group.close()


async def test_a_record_of_a_worker_that_slept_is_ignored_also_by_who_has_just_come(
    kafka: Kafka, publish: Publish, join: Join
) -> None:
    await publish(1, 2, 3)
    first = join()
    await taken(first, 3)
    await first.close()
    stale = Producer(kafka)
    value = b'{"session":"talk","language":"en","first_seq":2,"last_seq":2,"parts":[],"v":1}'
    await stale.send(kafka.topic_partition(kafka.turns, b"talk"), b"talk.en", value)
    await stale.close()
    await publish(4)
    second = join()
    assert await taken(second, 1) == [("talk", 4)]
    assert second.skipped["void"] == 1


async def test_a_record_that_is_no_step_goes_to_the_dead_letters_and_the_next_one_is_taken(
    kafka: Kafka, publish: Publish, join: Join
) -> None:
    group = join()
    producer = Producer(kafka)
    await producer.send(kafka.topic_partition(kafka.turns, b"talk"), b"talk.en", b"no JSON")
    await producer.close()
    await publish(1)
    assert await taken(group, 1) == [("talk", 1)]
    letters = KafkaConsumer(
        kafka.dead_letters, bootstrap_servers=kafka.servers, group_id=None, auto_offset_reset="earliest"
    )
    (records,) = (await asyncio.to_thread(letters.poll, SECONDS * 1000)).values()
    letters.close()
    (letter,) = records
    headers = dict(letter.headers)
    assert letter.value == b"no JSON"
    assert headers["origin"].decode().startswith(f"{kafka.turns}/")
    assert headers["reason"].startswith(b"It is no step")


async def test_the_lag_is_what_is_not_done_yet(kafka: Kafka, publish: Publish, join: Join) -> None:
    lag = GroupLag(kafka, "index", kafka.turns)
    asking = asyncio.create_task(lag.run())
    await publish(1, 2, 3)
    await until(lambda: lag.records == 3)
    await until(lambda: (lag.standstill_seconds or 0) > 0)
    group = join()
    await taken(group, 3)
    waiting = asyncio.create_task(group.take())  # a commit that came during a rebalance is made up for
    await until(lambda: lag.records == 0)
    assert lag.standstill_seconds == 0
    for task in (waiting, asking):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_dead_letters_are_counted_until_they_are_put_back(kafka: Kafka) -> None:
    await letter_of(kafka, "first")
    counting = OpenDeadLetters(kafka)
    running = asyncio.create_task(counting.run())
    await until(lambda: counting.count == 1)
    await letter_of(kafka, "second")
    await until(lambda: counting.count == 2)
    box = KafkaDeadLetterBox(kafka)
    await box.put_back((await box.letters(limit=1))[0])
    await until(lambda: counting.count == 1)
    await box.close()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_dead_letters_come_in_pages_though_some_are_put_back_and_come_back_meanwhile(kafka: Kafka) -> None:
    for n in range(5):
        await letter_of(kafka, str(n))
    box = KafkaDeadLetterBox(kafka)
    assert await box.end() == 5
    first = await box.letters(limit=2)
    now_at = await box.put_back(first[1])
    await letter_of(kafka, "1 again", origin=now_at)
    await letter_of(kafka, "6")
    rest = [*await box.letters(after=first[-1].number, limit=3), *await box.letters(after=4, limit=3)]
    found = [(one.number, one.value, one.put_back, one.came_back) for one in (*first, *rest)]
    assert found == [
        *((n, b"%d" % n, "", None) for n in range(5)),
        (6, b"1 again", "", None),  # 5 is the note
        (7, b"6", "", None),
    ]
    (again,) = await box.letters(after=0, limit=1)
    assert (again.put_back, again.came_back) == (now_at, 6)
    assert await box.letters(after=7, limit=3) == []
    assert await box.letters(after=1_000, limit=3) == []
    await box.close()


async def test_a_letter_that_came_back_before_it_was_noted_that_it_was_put_back_is_known(kafka: Kafka) -> None:
    now_at = f"{kafka.lines}/0/7"
    await letter_of(kafka, "first")
    await letter_of(kafka, "first again", origin=now_at)
    producer = Producer(kafka)
    note = [("put-back", b"0"), ("origin", now_at.encode())]
    await producer.send(kafka.topic_partition(kafka.dead_letters, b"talk"), b"talk", b"", note)
    await producer.close()
    box = KafkaDeadLetterBox(kafka)
    found = await box.letters(limit=10)
    assert [(one.put_back, one.came_back) for one in found] == [(now_at, 1), ("", None)]
    await box.close()


async def test_a_page_of_large_dead_letters_has_fewer(kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letter_box, "PAGE_BYTES", 1_000)
    for n in range(4):
        await letter_of(kafka, str(n) * 600)
    box = KafkaDeadLetterBox(kafka)
    assert [one.number for one in await box.letters(limit=10)] == [0, 1]
    assert [one.number for one in await box.letters(after=1, limit=10)] == [2, 3]
    await box.close()


async def letter_of(kafka: Kafka, text: str, *, origin: str = "") -> None:
    letters = KafkaDeadLetters(kafka)
    await letters.put(text.encode(), key=b"talk", origin=origin or f"{kafka.lines}/0/1000", reason="a test")
    await letters.close()
