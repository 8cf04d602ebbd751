"""What operators look at and put right on the command line: dead letters, and whether all places say the same."""

import asyncio
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.adapters.kafka.dead_letters import KafkaDeadLetters
from captionflow.messages import Part, StepRecord
from tests.distributed.installation import Installation
from tests.distributed.raw_topics import records, topics, write
from tests.ports import free_port
from tests.real_program import run_command
from tests.waiting import await_true

POISON = b"\xff\x00 no caption"


@pytest.fixture
def kafka(installation: Installation) -> Any:
    return topics(installation)


def command(installation: Installation, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    return run_command(*arguments, **installation.settings)


def listed(installation: Installation, *options: str) -> dict[str, list[str]]:
    """Where a dead letter was, to its cells."""
    done = command(installation, "dead-letters", "list", *options)
    assert done.returncode == 0, done.stderr.decode()
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return {row[3]: row for row in rows}


def poisoned(installation: Installation, kafka: Any, session: str, value: bytes = POISON) -> tuple[str, str]:
    """A record of lines that can't be used: where it was, and the number of its dead letter."""
    place, offset = write(kafka, kafka.lines, session.encode(), value)
    origin = f"{kafka.lines}/{place}/{offset}"
    await_true(lambda: origin in listed(installation), "it is not in the dead letters")
    return origin, listed(installation)[origin][0]


def said(session: str, installation: Installation, *texts: str) -> None:
    installation.ingest.announce(session)
    installation.ingest.send(session, 0, *texts, ends=True).raise_for_status()
    installation.api.wait_for_seq(session, len(texts), 60)


def test_a_dead_letter_is_shown_byte_for_byte_with_where_it_was_and_why(installation: Installation, kafka: Any) -> None:
    origin, number = poisoned(installation, kafka, "shown")
    row = listed(installation)[origin]
    assert (row[2], "no record of lines" in row[4]) == ("waiting", True)
    shown = command(installation, "dead-letters", "show", number)
    assert (shown.returncode, shown.stdout) == (0, POISON)
    for told in (origin, "no record of lines", "shown", str(len(POISON)), "waiting"):
        assert told in shown.stderr.decode()


def test_a_dead_letter_is_put_back_once_and_comes_back_as_a_new_one_if_it_still_cannot_be_used(
    installation: Installation, kafka: Any
) -> None:
    origin, number = poisoned(installation, kafka, "retried")
    done = command(installation, "dead-letters", "retry", number)
    assert done.returncode == 0, done.stderr.decode()
    told, now_at = done.stdout.decode().split()
    assert told == number
    copy = next(one for one in records(kafka, kafka.lines) if f"{one.topic}/{one.partition}/{one.offset}" == now_at)
    assert (copy.key, copy.value, copy.partition) == (
        b"retried",
        POISON,
        kafka.topic_partition(kafka.lines, b"retried").partition,
    )
    await_true(lambda: now_at in listed(installation), "it did not come back")
    found = listed(installation)
    assert found[origin][2] == f"put back as {now_at}, came back as {found[now_at][0]}"
    assert origin not in listed(installation, "--waiting")
    again = command(installation, "dead-letters", "retry", number)
    assert (again.returncode, again.stdout) == (0, b"")
    assert f"{number} was put back before, as {now_at}; --again does it once more." in again.stderr.decode()


def test_a_part_that_the_index_refused_is_told_apart_and_stops_no_other(installation: Installation, kafka: Any) -> None:
    async def refuse() -> None:
        letters = KafkaDeadLetters(kafka)
        await letters.put(b"{}", key=b"refused", origin="refused.en.1/0", reason="It is too long.")
        await letters.close()

    asyncio.run(refuse())
    _, number = poisoned(installation, kafka, "beside-it")
    refused = listed(installation)["refused.en.1/0"][0]
    alone = command(installation, "dead-letters", "retry", refused)
    assert alone.returncode == 1
    assert "`captionflow reindex`" in alone.stderr.decode()
    together = command(installation, "dead-letters", "retry", "--all")
    assert together.returncode == 0
    assert number in [line.split("\t")[0] for line in together.stdout.decode().splitlines()]


def test_a_number_that_is_none_is_told(installation: Installation) -> None:
    for name in ("show", "retry"):
        done = command(installation, "dead-letters", name, "123456")
        assert done.returncode == 4
        assert "There is no dead letter 123456" in done.stderr.decode()
    assert command(installation, "dead-letters", "retry").returncode == 2
    assert command(installation, "dead-letters", "retry", "1", "--all").returncode == 2


def test_log_index_and_api_have_one_digest_of_a_session_that_was_said(installation: Installation) -> None:
    said("verified", installation, ">> ANA: One.\n", ">> BO: Two.\n", "(End.)\n")
    done = command(installation, "verify", "verified", "--url", installation.api.url)
    assert done.returncode == 0, done.stderr.decode()
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert [row[:4] for row in rows] == [["en", place, "3", "2"] for place in ("log", "index", "api")]
    assert len({row[4] for row in rows}) == 1
    assert "one digest" in done.stderr.decode()


def test_a_session_that_nobody_said_and_an_api_that_is_not_there_are_told(installation: Installation) -> None:
    nobody = command(installation, "verify", "nobody", "--url", installation.api.url)
    assert nobody.returncode == 4
    assert "no line of 'nobody'" in nobody.stderr.decode()
    said("unserved", installation, "Hello.\n")
    nowhere = command(installation, "verify", "unserved", "--url", f"http://127.0.0.1:{free_port()}")
    assert nowhere.returncode == 3
    assert "No captionflow answers" in nowhere.stderr.decode()


def test_an_index_that_says_something_else_is_told_and_reindex_puts_it_right(installation: Installation) -> None:
    said("spoiled", installation, ">> ANA: What was said.\n", "And that.\n")
    installation.wait_until_archived("spoiled", 2)
    (turn,) = installation.api.wait_for_seq("spoiled", 2)
    invented = Part(turn.turn_id, 0, "spoiled", "en", 1, 1_000, "ANA", paragraphs=("What was not.",), closed=True)

    async def spoil() -> None:
        client = connect([installation.elasticsearch])
        alias = f"{installation.name}-turns"
        store = ElasticTurnStore(client, read=alias, write=f"{alias}-write")
        step = StepRecord("spoiled", "en", 2, 2, (invented,), received_at=datetime.now(UTC))
        await store.apply([step])
        await client.close()

    asyncio.run(spoil())
    installation.refresh()
    arguments = ("verify", "spoiled", "--url", installation.api.url, "--seconds", 2)
    done = command(installation, *arguments)
    assert done.returncode == 1
    assert "The index differs from the log: run `captionflow reindex`" in done.stderr.decode()
    rebuilt = command(installation, "reindex")
    assert rebuilt.returncode == 0, rebuilt.stderr.decode()
    healed = command(installation, *arguments)
    assert "The index differs" not in healed.stderr.decode()


def test_an_index_that_is_behind_is_told_apart_from_a_wrong_one(installation: Installation) -> None:
    said("behind", installation, "One.\n", "Two.\n")
    installation.wait_until_archived("behind", 2)
    installation.services["index"].stop()
    try:
        installation.ingest.send("behind", 2, "Three.\n").raise_for_status()
        installation.api.wait_for_seq("behind", 3, 60)
        done = command(installation, "verify", "behind", "--url", installation.api.url, "--seconds", 1)
        assert done.returncode == 3
        assert "The index is behind the log" in done.stderr.decode()
        assert "differs" not in done.stderr.decode()
    finally:
        installation.start("index")
    assert installation.verify("behind")
