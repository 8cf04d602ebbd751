"""Topics that are missing, differ from what they must be, or lose what they had; and two who change one session."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.step_feed import KafkaStepFeed
from captionflow.adapters.kafka.topics import create_topics, settings
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.errors import Misconfigured, Unavailable
from captionflow.messages import Draft, Facts, Session
from captionflow.ports import SessionFilter
from tests.needs import missing
from tests.stack.servers import Server
from tests.stack.topics import drop_topics, fresh_topics
from tests.waiting import insist, until

AT = datetime(2015, 11, 12, 9, 30, tzinfo=UTC)
WAIT_SECONDS = 60


@pytest.fixture
async def kafka(kafka_broker: Server) -> Kafka:
    return await fresh_topics(kafka_broker.address)


async def administer(kafka: Kafka, work: Callable[[Any], object]) -> None:
    def call() -> None:
        admin = kafka.admin()
        work(admin)
        admin.close()

    await asyncio.to_thread(call)


async def refused(kafka: Kafka) -> str:
    """Why the log can't be used; the same is told to everybody who calls."""
    log = KafkaLineLog(kafka).start()
    async with asyncio.timeout(WAIT_SECONDS):
        with pytest.raises(Misconfigured) as told:
            await log.ready()
        with pytest.raises(Misconfigured, match="^" + str(told.value).split("(", maxsplit=1)[0]):
            await log.append("talk", "en", [Draft("desk", 0, "Hello")])
    await log.close()
    return str(told.value)


async def gone(kafka: Kafka) -> bool:
    """Whether the broker has none of the topics: it deletes them behind the back of who asked for it."""
    found: set[str] = set()
    await administer(kafka, lambda admin: found.update(admin.list_topics()))
    return not found & named(kafka)


def named(kafka: Kafka) -> set[str]:
    """All topics of an installation."""
    kept = {kafka.lines, kafka.turns, kafka.sessions, kafka.sources, kafka.keys, kafka.audit, kafka.dead_letters}
    return kept | {kafka.off_record, kafka.seals}


async def test_topics_are_made_once_with_everything_said_explicitly(kafka: Kafka) -> None:
    assert await create_topics(kafka) == ()
    other = replace(kafka, prefix=f"{kafka.prefix}-other")
    made = await create_topics(other)
    assert set(made) == named(other)
    wanted = settings(other, replication=1, turns_hours=168)
    assert wanted[other.lines]["retention.ms"] == wanted[other.sessions]["retention.ms"] == "-1"
    assert await create_topics(other) == ()  # which compares all of them with what the broker has


async def test_what_comes_from_a_machine_whose_clock_is_hours_wrong_is_taken(kafka: Kafka) -> None:
    """Where the writer's time counts, a broker refuses what is an hour ahead, and keeps what is behind too short."""

    def write(producer: Any) -> set[int]:
        sent = [
            producer.send(topic, key=b"talk", value=b"{}", timestamp_ms=int((time.time() + hours * 3600) * 1000))
            for topic in named(kafka)
            for hours in (-3, 3)
        ]
        return {round((one.get(WAIT_SECONDS).timestamp / 1000 - time.time()) / 3600) for one in sent}

    producer = await asyncio.to_thread(kafka.producer)
    assert await asyncio.to_thread(write, producer) == {0}
    await asyncio.to_thread(producer.close)


async def test_who_makes_topics_at_the_same_moment_makes_them_once(kafka: Kafka) -> None:
    other = replace(kafka, prefix=f"{kafka.prefix}-other")
    made = await asyncio.gather(*(create_topics(other) for _ in range(4)))
    assert await create_topics(other) == ()
    assert set().union(*made) == named(other)


async def test_topics_that_differ_are_told_each_with_what_to_do(kafka: Kafka) -> None:
    with pytest.raises(Misconfigured) as told:
        await create_topics(replace(kafka, partitions=5), turns_hours=1)
    assert f"{kafka.lines} has 3 partitions, and 5 are set" in str(told.value)
    assert f"{kafka.turns} has retention.ms=604800000: alter it to 3600000" in str(told.value)


async def test_more_copies_than_there_are_brokers_are_refused(kafka: Kafka) -> None:
    with pytest.raises(Misconfigured, match="refuses the settings"):
        await create_topics(replace(kafka, prefix=f"{kafka.prefix}-copies"), replication=3)


async def test_without_a_broker_no_topic_can_be_made(kafka: Kafka) -> None:
    with pytest.raises(Unavailable):
        await create_topics(replace(kafka, servers="127.0.0.1:9"))


async def test_a_missing_topic_is_told_with_the_command_that_makes_it(kafka: Kafka) -> None:
    reason = await refused(replace(kafka, prefix=f"{kafka.prefix}-missing"))
    assert "There is no topic" in reason
    assert "captionflow topics create" in reason
    missing_topics = replace(kafka, prefix=f"{kafka.prefix}-missing")
    for opened in (
        KafkaSessionStore(missing_topics, await SqliteSessionTable.temporary()).start(),
        KafkaStepFeed(missing_topics).start(),
    ):
        async with asyncio.timeout(WAIT_SECONDS):
            with pytest.raises(Misconfigured, match="There is no topic"):
                await opened.ready()
        await opened.close()


async def test_a_wrong_number_of_partitions_is_told(kafka: Kafka) -> None:
    assert "has 3 partitions, and 5 are set" in await refused(replace(kafka, partitions=5))


async def test_a_log_that_has_lost_its_beginning_is_not_used(kafka: Kafka) -> None:
    log = await KafkaLineLog(kafka).start().ready()
    await log.append("talk", "en", [Draft("desk", n, "Hello") for n in range(3)])
    await log.close()
    place = kafka.topic_partition(kafka.lines, b"talk")
    await administer(kafka, lambda admin: admin.delete_records({place: 1}))
    assert "has lost records" in await refused(kafka)


async def test_a_topic_that_is_made_anew_under_a_running_log_is_noticed_and_nothing_acknowledged(kafka: Kafka) -> None:
    log = await KafkaLineLog(kafka, append_seconds=1).start().ready()
    await insist(partial(log.append, "talk", "en", [Draft("desk", 0, "Hello")]))
    await drop_topics(kafka)
    await until(lambda: gone(kafka))
    await create_topics(kafka)
    with pytest.raises(Misconfigured, match="made anew"):
        await insist(partial(log.append, "talk", "en", [Draft("desk", 1, "Hello")]))
    await log.close()


async def test_a_topic_that_takes_smaller_records_only_is_told(kafka: Kafka) -> None:
    await administer(
        kafka,
        lambda admin: admin.create_topics(
            {
                f"{kafka.prefix}-small.lines": {
                    "num_partitions": 3,
                    "replication_factor": 1,
                    "configs": {"max.message.bytes": "1000"},
                }
            },
            wait_for_metadata=True,
        ),
    )
    log = await KafkaLineLog(replace(kafka, prefix=f"{kafka.prefix}-small")).start().ready()
    await log.append("talk", "en", [Draft("desk", 0, "short")])
    with pytest.raises(Misconfigured, match="refuses records"):
        await log.append("talk", "en", [Draft("desk", 1, "x" * 2_000)])
    (receipt,) = await log.append("talk", "en", [Draft("desk", 2, "short again")])
    assert receipt.seq == 2
    await log.close()


async def test_of_two_processes_that_change_one_session_one_wins_and_both_know_it(kafka: Kafka) -> None:
    stores = [await KafkaSessionStore(kafka, await SqliteSessionTable.temporary()).start().ready() for _ in range(2)]
    created = await asyncio.gather(
        *(store.create(Session("talk", 1, AT, AT, title=title)) for store, title in zip(stores, "ab", strict=True)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in created) == ["Conflict", "Session"]
    for version in range(1, 15):
        answers = await asyncio.gather(
            *(
                store.replace(Session("talk", 0, AT, AT, title=title), expected_version=version)
                for store, title in zip(stores, "ab", strict=True)
            ),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Session"]
    learned = await asyncio.gather(*(store.learn("talk", Facts(room="7"), at=AT) for store in stores))
    third = await KafkaSessionStore(kafka, await SqliteSessionTable.temporary()).start().ready()
    latest = max(learned, key=lambda one: one.version)
    assert [await store.get("talk") for store in (*stores, third)] == [latest] * 3
    await asyncio.gather(*(store.close() for store in (*stores, third)))


async def test_a_session_is_found_the_moment_another_process_has_created_it(kafka: Kafka) -> None:
    stores = [await KafkaSessionStore(kafka, await SqliteSessionTable.temporary()).start().ready() for _ in range(2)]
    for n in range(20):
        session = await stores[0].create(Session(f"talk-{n}", 1, AT, AT))
        assert await stores[1].get(f"talk-{n}") == session
    await asyncio.gather(*(store.close() for store in stores))


async def test_a_process_that_comes_back_reads_the_sessions_that_are_new_and_of_another_topic_all(
    kafka: Kafka, kafka_broker: Server, tmp_path: Path
) -> None:
    told: list[str] = []

    async def opened(topics: Kafka) -> KafkaSessionStore:
        told.clear()
        table = await SqliteSessionTable.open(tmp_path, "test")
        return await KafkaSessionStore(topics, table, on_change=lambda one: told.append(one.id)).start().ready()

    here = await opened(kafka)
    elsewhere = await KafkaSessionStore(kafka, await SqliteSessionTable.temporary()).start().ready()
    for name in ("first", "second"):
        await here.create(Session(name, 1, AT, AT))
    await here.close()
    changed = await elsewhere.replace(Session("second", 1, AT, AT, title="Known"), expected_version=1)
    await elsewhere.close()
    again = await opened(kafka)
    assert told == ["second"]
    assert await again.list(SessionFilter()) == (changed, Session("first", 1, AT, AT))
    await again.close()
    made_anew = await opened(await fresh_topics(kafka_broker.address))
    assert (told, await made_anew.list(SessionFilter())) == ([], ())
    await made_anew.close()


@pytest.fixture
async def secured(kafka: Kafka) -> Kafka:
    """The same topics through the door where the broker of tests/stack asks for a password."""
    found: list[str] = []

    def ask(admin: Any) -> None:
        broker = ConfigResource(ConfigResourceType.BROKER, "1")
        doors = admin.describe_configs([broker], config_filter="all")["broker"]["1"]["advertised.listeners"]["value"]
        found.extend(door.removeprefix("SASL://") for door in doors.split(",") if door.startswith("SASL://"))

    await administer(kafka, ask)
    if not found:
        missing("the broker has no door that asks for passwords")
    return replace(kafka, servers=found[0])


def credentials(user: str, password: str) -> dict[str, str]:
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": user,
        "sasl_plain_password": password,
    }


async def test_with_the_right_password_all_works(secured: Kafka) -> None:
    allowed = replace(secured, security=credentials("captionflow", "right-password"))
    log = await KafkaLineLog(allowed).start().ready()
    (receipt,) = await log.append("talk", "en", [Draft("desk", 0, "Hello")])
    assert receipt.seq == 1
    await log.close()
    assert await create_topics(allowed) == ()


async def test_a_wrong_password_is_told_and_not_tried_for_ever(secured: Kafka) -> None:
    reason = await refused(replace(secured, security=credentials("captionflow", "wrong-password")))
    assert "check the user, the password" in reason
    assert "wrong-password" not in reason


async def test_where_a_user_is_asked_for_and_none_is_given_the_wait_says_so(secured: Kafka) -> None:
    log = KafkaLineLog(secured).start()
    await until(lambda: "CAPTIONFLOW_KAFKA_USER" in problem(log))
    await log.close()


def problem(log: KafkaLineLog) -> str:
    try:
        log.check()
    except Unavailable as error:
        return str(error)
    return ""


async def test_a_user_who_may_not_is_told(secured: Kafka) -> None:
    stranger = replace(secured, security=credentials("stranger", "right-password"))
    assert "or we may not see it" in await refused(stranger)


async def test_an_address_or_a_file_that_cannot_be_is_told(kafka: Kafka) -> None:
    assert "refuses the settings" in await refused(replace(kafka, servers="localhost:kafka"))
    reason = await refused(replace(kafka, security={"security_protocol": "SSL", "ssl_cafile": "/nowhere.pem"}))
    assert "there is no file /nowhere.pem" in reason
