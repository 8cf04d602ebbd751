"""Captioning tools, which can't wait, while the broker is away: what was answered is in the log, once and in order."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from captionflow.settings import read_settings
from captionflow.wiring.tools import open_line_log
from tests.distributed.installation import Installation, metric
from tests.needs import missing
from tests.real_program import Server, environ
from tests.stack.places import CannotStart, listens
from tests.stack.servers import Control
from tests.stack.servers import Server as Stack
from tests.waiting import OUTAGE_SECONDS, await_true

SESSIONS = ("hall-1", "hall-2", "hall-3")
PATIENCE_SECONDS = 5
"""How long the tools wait for an answer."""


@pytest.fixture
def broker(kafka_broker: Stack) -> Iterator[Control]:
    if kafka_broker.control is None:
        missing("the broker was given by TEST_KAFKA and is not ours to disturb")
    yield kafka_broker.control
    with suppress(CannotStart):  # most likely it is not stalled
        kafka_broker.control.go_on()
    if not listens(int(kafka_broker.address.rpartition(":")[2])):
        kafka_broker.control.start()


@pytest.fixture
def alone(kafka_broker: Stack, tmp_path: Path) -> Iterator[Installation]:
    """Topics, and an ingest that is not started yet."""
    made = Installation(tmp_path, kafka_broker.address, "")
    made.settings |= {"ELASTICSEARCH": None}
    made.create_topics()
    ingest = made.add("ingest")
    yield made
    ingest.kill()
    ingest.client.close()


class Typists:
    """One tool a session. Each posts word after word, as Zoom's caption URL takes them, and never sends one again."""

    def __init__(self, ingest: Server) -> None:
        self._ingest = ingest
        self.client = httpx.Client(base_url=ingest.url, timeout=PATIENCE_SECONDS)
        self.answered: dict[str, list[str]] = {session: [] for session in SESSIONS}
        self.refused = 0
        self._number = 0
        self.slowest = 0.0

    def type(self, words: int) -> None:
        """So many words into each session."""
        for _ in range(words):
            self._number += 1
            for session in SESSIONS:
                self.post(session, f"word{self._number} ")

    def post(self, session: str, text: str) -> None:
        query: dict[str, str | int] = {"id": session, "seq": self._number, "lang": "en-US"}
        begun = time.monotonic()
        answer = self.client.post("/closedcaption", params=query, content=text)
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if answer.status_code == httpx.codes.OK:
            self.answered[session].append(text)
        else:
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            self.refused += 1

    def asked(self, session: str) -> str:
        """The number that a tool is told when it asks."""
        return self.client.get("/closedcaption/seq", params={"id": session}).raise_for_status().text


@pytest.fixture
def typists(alone: Installation) -> Iterator[Typists]:
    typists = Typists(alone.ingest)
    yield typists
    typists.client.close()


def start(alone: Installation, **settings: object) -> None:
    """Start ingest, and announce the sessions."""
    alone.ingest.settings = alone.ingest.settings | settings
    alone.start("ingest")
    for session in SESSIONS:
        alone.ingest.announce(session)


def in_log(alone: Installation) -> dict[str, str]:
    """What the log says of each session in the end, every revision made."""
    settings = read_settings(environ(**alone.settings))

    async def read() -> dict[str, str]:
        found = {}
        async with open_line_log(settings) as log:
            for session in SESSIONS:
                texts: dict[int, str] = {}
                async for record in log.read(session, "en"):
                    for line in record.lines:
                        texts[line.seq if line.revises is None else line.revises] = line.text
                found[session] = "".join(text for _, text in sorted(texts.items()))
        return found

    return asyncio.run(read())


def wait_until_drained(ingest: Server) -> None:
    ingest.wait_until_ready(OUTAGE_SECONDS)
    await_true(lambda: metric(ingest, "captionflow_spool_posts") == 0, "the spool is not drained", OUTAGE_SECONDS)


def assert_all_is_there(alone: Installation, typists: Typists) -> None:
    wait_until_drained(alone.ingest)
    assert in_log(alone) == {session: "".join(texts) for session, texts in typists.answered.items()}


@pytest.mark.parametrize("killed", ["broker", "broker and ingest"])
def test_what_was_answered_in_an_outage_is_in_the_log_once_and_in_order(
    alone: Installation, broker: Control, typists: Typists, killed: str
) -> None:
    start(alone)
    typists.type(5)
    broker.kill()
    typists.type(10)
    assert typists.refused == 0
    assert typists.slowest < PATIENCE_SECONDS / 2
    told = alone.ingest.get("/readyz")
    assert told["ready"] is True
    assert "posts of captioning tools" in told["without"]["spooled"]
    assert typists.asked("hall-1") == "15"
    strict = alone.ingest.send("hall-1", 0, "JSON is strict.\n")
    assert strict.status_code == httpx.codes.SERVICE_UNAVAILABLE
    if killed == "broker and ingest":
        alone.ingest.kill()
        alone.ingest.start()
        await_true(lambda: alone.ingest.client.get("/healthz").is_success, "ingest does not start")
        typists.type(1)
        assert typists.refused == len(SESSIONS)  # it knows neither sessions nor keys before it has read them
    broker.start()
    alone.ingest.wait_until_ready(OUTAGE_SECONDS)
    typists.type(5)
    assert_all_is_there(alone, typists)


def test_an_ingest_that_is_killed_while_it_drains_repeats_nothing(
    alone: Installation, broker: Control, typists: Typists
) -> None:
    start(alone)
    typists.type(2)
    broker.kill()
    typists.type(60)
    broker.start()
    for posts in (150, 100, 50):
        await_true(
            lambda posts=posts: metric(alone.ingest, "captionflow_spool_posts") < posts,  # type: ignore[misc]
            "nothing is drained",
            OUTAGE_SECONDS,
        )
        alone.ingest.kill()
        alone.ingest.start()
        alone.ingest.wait_until_ready(OUTAGE_SECONDS)
    assert_all_is_there(alone, typists)


def test_a_broker_that_stands_still_is_waited_for_a_moment_only(
    alone: Installation, broker: Control, typists: Typists
) -> None:
    start(alone)
    typists.type(2)
    broker.stall()
    typists.type(5)
    assert typists.refused == 0
    assert typists.slowest < PATIENCE_SECONDS / 2
    broker.go_on()
    typists.type(5)
    assert_all_is_there(alone, typists)


def test_a_full_spool_refuses_what_comes_and_keeps_what_it_has(
    alone: Installation, broker: Control, typists: Typists
) -> None:
    start(alone, SPOOL=10_000)
    broker.kill()
    typists.type(30)
    assert typists.refused > 0
    assert all(typists.answered.values())
    assert metric(alone.ingest, "captionflow_spool_used_ratio") > 0.9
    broker.start()
    wait_until_drained(alone.ingest)
    typists.refused = 0
    typists.type(1)
    assert typists.refused == 0
    assert_all_is_there(alone, typists)


def test_without_a_spool_posts_are_refused_in_an_outage(alone: Installation, broker: Control, typists: Typists) -> None:
    start(alone, SPOOL=0)
    typists.type(1)
    broker.stall()
    typists.client.timeout = httpx.Timeout(30)
    typists.post("hall-1", "lost ")
    assert typists.refused == 1
    assert not (alone.ingest.folder / "spool").exists()
