"""A record that can't be used is set aside with a reason, byte for byte, and costs nobody a word."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from captionflow.messages import MAX_RECORD_BYTES, VERSION
from services.segment.dead_letter_limit import MAX_DEAD_LETTERS
from tests.distributed.installation import PARTITIONS, Installation
from tests.distributed.raw_topics import records, topics, write, write_many
from tests.real_program import run_command
from tests.waiting import await_true

REFUSED = 1
AT = "2026-09-14T09:00:00Z"


class Raw(NamedTuple):
    key: bytes | None
    value: bytes
    beside: int = 0
    """Partitions away from where it belongs."""


def lines(session: str, *texts: str, first: int = 3, **more: Any) -> bytes:
    """A record of lines that goes on after two."""
    written = [
        {"sender": "desk", "number": first + n - 1, "text": text, "seq": first + n, "received_at": AT}
        for n, text in enumerate(texts)
    ]
    return msgspec.json.encode({"session": session, "language": "en", "lines": written, "v": VERSION} | more)


BAD: dict[str, tuple[Callable[[str], Raw], str]] = {
    "not-json": (lambda session: Raw(session.encode(), b"\xff\x00>> ANA: Hello."), "no record of lines"),
    "empty": (lambda session: Raw(session.encode(), b""), "no record of lines"),
    "other-json": (lambda session: Raw(session.encode(), b'{"session": 7}'), "no record of lines"),
    "newer": (lambda session: Raw(session.encode(), lines(session, "Hello.", v=VERSION + 1)), "upgrade it"),
    "foreign-key": (lambda session: Raw(f"not-{session}".encode(), lines(session, "Hello.")), "key"),
    "no-key": (lambda session: Raw(None, lines(session, "Hello.")), "key"),
    "elsewhere": (lambda session: Raw(session.encode(), lines(session, "Hello."), beside=1), "murmur2"),
    "with-a-hole": (
        lambda session: Raw(session.encode(), lines(session, "Hello.", "Bye.").replace(b'"seq":4', b'"seq":9')),
        "numbered",
    ),
    "no-lines": (lambda session: Raw(session.encode(), lines(session)), "numbered"),
    "huge": (lambda session: Raw(session.encode(), b"{" * 1_048_500), "no record of lines"),
}


@pytest.fixture
def kafka(installation: Installation) -> Any:
    return topics(installation)


def headers(record: Any) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


def dead(kafka: Any, origin: str) -> list[Any]:
    return [record for record in records(kafka, kafka.dead_letters) if headers(record).get("origin") == origin]


@pytest.mark.parametrize("kind", BAD)
def test_a_record_of_lines_that_cannot_be_used_is_set_aside_and_captions_go_on(
    installation: Installation, kafka: Any, kind: str
) -> None:
    session = f"bad-{kind}"
    make, reason = BAD[kind]
    bad = make(session)
    installation.ingest.announce(session)
    installation.ingest.send(session, 0, ">> ANA: One.\n", "Two.\n").raise_for_status()
    home = kafka.topic_partition(kafka.lines, session.encode()).partition
    place, offset = write(kafka, kafka.lines, bad.key, bad.value, partition=(home + bad.beside) % PARTITIONS)
    installation.ingest.send(session, 2, "Three.\n", ends=True).raise_for_status()
    (turn,) = installation.api.wait_for_seq(session, 3)
    assert turn.paragraphs == ("One. Two. Three.",)
    origin = f"{kafka.lines}/{place}/{offset}"
    await_true(lambda: bool(dead(kafka, origin)), "it is not in the dead letters")
    (letter,) = dead(kafka, origin)
    assert (letter.key, letter.value) == (bad.key, bad.value)
    assert reason in headers(letter)["reason"]
    assert "Hello" not in headers(letter)["reason"]
    assert installation.verify(session)


def test_a_record_in_another_partition_begins_no_second_session_of_the_name(
    installation: Installation, kafka: Any
) -> None:
    """Its lines would hide those that a captioner sends after them."""
    home = kafka.topic_partition(kafka.lines, b"twice").partition
    value = lines("twice", *["Nobody said this.\n"] * 5, first=1)
    place, offset = write(kafka, kafka.lines, b"twice", value, partition=(home + 1) % PARTITIONS)
    await_true(lambda: bool(dead(kafka, f"{kafka.lines}/{place}/{offset}")), "it is not in the dead letters")
    installation.ingest.announce("twice")
    installation.ingest.send("twice", 0, ">> ANA: Only this.\n", ends=True).raise_for_status()
    (turn,) = installation.api.wait_for_seq("twice", 1)
    assert turn.paragraphs == ("Only this.",)
    assert installation.verify("twice")


def test_lines_beyond_every_limit_stay_in_the_log_and_captions_go_on(installation: Installation, kafka: Any) -> None:
    """It is numbered as it should be, so it counts; only the segmenter can't take its line."""
    session = "over-the-limit"
    installation.ingest.announce(session)
    installation.ingest.send(session, 0, ">> ANA: One.\n", "Two.\n").raise_for_status()
    value = lines(session, "word " * 20_000)
    assert len(value) > MAX_RECORD_BYTES
    write(kafka, kafka.lines, session.encode(), value)

    def accepted() -> bool:
        return installation.ingest.send(session, 3, "Three.\n", ends=True).json()["receipts"][0]["seq"] == 4

    await_true(accepted, "the log does not go on")
    turns = installation.api.wait_for_seq(session, 4)
    assert turns[0].text.startswith("One. Two.")
    assert turns[-1].text.endswith("Three.")
    assert installation.verify(session)


def test_a_step_that_is_none_is_set_aside_and_live_and_archive_go_on(installation: Installation, kafka: Any) -> None:
    session = "bad-step"
    installation.ingest.announce(session)
    installation.ingest.send(session, 0, ">> ANA: One.\n").raise_for_status()
    installation.api.wait_for_seq(session, 1)
    home = kafka.topic_partition(kafka.lines, session.encode()).partition
    place, offset = write(kafka, kafka.turns, f"{session}.en".encode(), b'{"parts": 7}', partition=home)
    installation.ingest.send(session, 1, "Two.\n", ends=True).raise_for_status()
    (turn,) = installation.api.wait_for_seq(session, 2)
    assert turn.paragraphs == ("One. Two.",)
    installation.wait_until_archived(session, 2)
    origin = f"{kafka.turns}/{place}/{offset}"
    await_true(lambda: bool(dead(kafka, origin)), "it is not in the dead letters")
    (letter,) = dead(kafka, origin)
    assert letter.value == b'{"parts": 7}'
    assert "no step" in headers(letter)["reason"]
    assert installation.verify(session)


def test_a_session_that_is_none_is_passed_over_and_sessions_go_on(installation: Installation, kafka: Any) -> None:
    write(kafka, kafka.sessions, b"bad-session", b"not JSON")
    installation.ingest.announce("good-session", title="Opening")
    assert installation.api.get("/v1/sessions/good-session")["title"] == "Opening"
    assert installation.api.client.get("/v1/sessions/bad-session").status_code == 404


def test_a_partition_of_which_hardly_a_record_can_be_used_waits_until_a_person_accepts_it_and_all_others_go_on(
    installation: Installation, tmp_path: Path
) -> None:
    """It is more likely the wrong topic, or us; a restart lets nothing more through."""
    other = Installation(tmp_path, str(installation.settings["KAFKA"]), installation.elasticsearch)
    other.create_topics()
    kafka = topics(other)
    home = kafka.topic_partition(kafka.lines, b"flood").partition
    far = next(f"far-{n}" for n in range(99) if kafka.topic_partition(kafka.lines, b"far-%d" % n).partition != home)
    written = write_many(kafka, kafka.lines, b"flood", [b"none of ours"] * (MAX_DEAD_LETTERS + 20))
    write(kafka, kafka.lines, b"flood", lines("flood", "Said behind it.\n", first=1))
    worker = other.add("segment")
    try:
        worker.start()
        for _ in range(2):
            await_true(lambda: "Hardly a record of" in worker.client.get("/readyz").text, "it does not say so")
            assert worker.client.get("/readyz").status_code == 200
            assert len(set_aside(kafka)) == MAX_DEAD_LETTERS
            worker.kill()
            worker.start()
        write(kafka, kafka.lines, far.encode(), lines(far, "Elsewhere.\n", first=1))
        await_true(
            lambda: {one.key for one in records(kafka, kafka.turns)} == {f"{far}.en".encode()}, "it stops others"
        )
        wrong = run_command("dead-letters", "accept", "--until", f"{kafka.turns}/0/1", **other.settings)
        assert wrong.returncode == REFUSED
        place = f"{kafka.lines}/{home}/{MAX_DEAD_LETTERS + 19}"
        accepted = run_command("dead-letters", "accept", "--until", place, **other.settings)
        assert accepted.stdout.decode() == f"{kafka.lines}/{home}/{MAX_DEAD_LETTERS + 20}\n"
        await_true(lambda: set_aside(kafka) == written, "it does not go on")
        await_true(lambda: b"flood.en" in {one.key for one in records(kafka, kafka.turns)}, "good ones are left out")
        assert worker.client.get("/readyz").json()["without"] == {}
    finally:
        other.close()


def set_aside(kafka: Any) -> set[str]:
    return {headers(record)["origin"] for record in records(kafka, kafka.dead_letters)}
