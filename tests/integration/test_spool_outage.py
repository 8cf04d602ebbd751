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
from tests.off_record_doors import found
from tests.real_program import Server, environ, run_command
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


def restart_without_kafka(alone: Installation) -> None:
    """Kill ingest if it runs, and start it."""
    alone.ingest.kill()
    alone.ingest.start()
    await_true(lambda: alone.ingest.client.get("/healthz").is_success, "ingest does not start")


def made_key(alone: Installation, *arguments: str) -> str:
    made = run_command("keys", "create", *arguments, **alone.settings)
    assert made.returncode == 0, made.stderr.decode()
    return made.stdout.decode().strip()


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
        restart_without_kafka(alone)
        assert typists.asked("hall-1") == "15"  # by what an earlier process spooled
        typists.type(10)
        assert typists.refused == 0
        assert typists.asked("hall-1") == "25"
        strict = alone.ingest.send("hall-1", 0, "JSON is strict.\n")
        assert strict.status_code == httpx.codes.SERVICE_UNAVAILABLE
    broker.start()
    alone.ingest.wait_until_ready(OUTAGE_SECONDS)
    typists.type(5)
    assert_all_is_there(alone, typists)


def test_keys_are_known_and_what_was_revoked_stays_so_at_a_start_without_kafka(
    alone: Installation, broker: Control
) -> None:
    alone.settings["KEY"] = admin = made_key(alone, "admin", "--role", "admin")
    keys = {name: made_key(alone, name, "--role", "captioner", "--session", "hall-1") for name in ("used", "lost")}
    alone.start("ingest")
    client, bearer = alone.ingest.client, {"Authorization": f"Bearer {admin}"}
    client.post("/v1/sessions", json={"id": "hall-1"}, headers=bearer).raise_for_status()
    client.delete("/v1/keys/lost", headers=bearer).raise_for_status()
    broker.kill()
    restart_without_kafka(alone)
    posts = [f"key={keys['used']}", f"cid={keys['used']}", f"key={keys['used']}"]
    for number, query in enumerate(posts, 1):
        answer = client.post(f"/closedcaption?{query}&seq={number}", content=f"word{number} ")
        assert (answer.status_code, query[:3]) == (httpx.codes.OK, query[:3])
    for query in (f"key={keys['lost']}", f"cid={keys['lost']}", "key=nonsense", "id=hall-1"):
        answer = client.post(f"/closedcaption?{query}&seq=1", content="never ")
        assert answer.status_code in {httpx.codes.FORBIDDEN, httpx.codes.UNAUTHORIZED}, query
    line = {"sender": "desk", "lines": [{"number": 0, "text": "JSON is strict.\n"}]}
    strict = client.post("/v1/sessions/hall-1/lines", json=line, headers=bearer)
    assert strict.status_code == httpx.codes.SERVICE_UNAVAILABLE
    announced = client.post("/v1/sessions", json={"id": "hall-9"}, headers=bearer)
    assert announced.status_code == httpx.codes.SERVICE_UNAVAILABLE
    written = list((alone.ingest.folder / "spool").iterdir())
    assert written
    for file in written:
        assert file.stat().st_mode & 0o077 == 0
        assert not any(secret.encode() in file.read_bytes() for secret in (admin, *keys.values()))
    broker.start()
    wait_until_drained(alone.ingest)
    assert sorted(in_log(alone)["hall-1"].split()) == ["word1", "word2", "word3"]
    assert (
        client.post(f"/closedcaption?key={keys['lost']}&seq=1", content="never ").status_code == httpx.codes.FORBIDDEN
    )


def test_what_the_desk_takes_off_the_record_in_an_outage_is_on_no_disk_and_not_in_the_log(
    alone: Installation, broker: Control, typists: Typists
) -> None:
    start(alone)
    spool = alone.ingest.folder / "spool"
    typists.post("hall-1", "before ")
    broker.kill()
    off = alone.ingest.client.put("/v1/sessions/hall-1/off-the-record", json={"on": True}, timeout=30)
    assert (off.status_code, off.json()["on"]) == (httpx.codes.ACCEPTED, True)
    typists.type(2)
    assert found([spool], ["word1", "word2"]).keys() == {"word1", "word2"}  # of the other sessions
    for text in ("secret0 ", "secret1 "):
        typists.post("hall-1", text)
    restart_without_kafka(alone)
    typists.post("hall-1", "secret2 ")
    on = alone.ingest.client.put("/v1/sessions/hall-1/off-the-record", json={"on": False}, timeout=30)
    assert (on.status_code, on.json()["on"]) == (httpx.codes.ACCEPTED, False)
    typists.post("hall-1", "onrecord ")
    secret = ["secret0", "secret1", "secret2"]
    assert not found([spool, alone.ingest.log], secret)
    broker.start()
    wait_until_drained(alone.ingest)
    said = in_log(alone)
    assert said["hall-2"].split() == ["word1", "word2"]
    assert said["hall-1"].split() == ["before", "onrecord"]
    await_true(lambda: not found([spool], ["word1", "onrecord"]), "what was drained is still on the disk")


def test_without_a_copy_posts_are_refused_until_kafka_has_been_read(
    alone: Installation, broker: Control, typists: Typists
) -> None:
    broker.kill()
    restart_without_kafka(alone)
    typists.type(1)
    assert typists.refused == len(SESSIONS)
    assert alone.ingest.client.get("/readyz").status_code == httpx.codes.SERVICE_UNAVAILABLE
    broker.start()
    alone.ingest.wait_until_ready(OUTAGE_SECONDS)


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
