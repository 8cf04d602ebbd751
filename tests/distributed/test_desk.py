"""What the desk does, with two ingests and two apis on Kafka: take-over, hot spare, corrections, names and silence."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.distributed.installation import Installation
from tests.distributed.reader import Reader
from tests.real_program import Server
from tests.waiting import await_true, came_true

SECONDS = 30
MINUTE = 60


@pytest.fixture(scope="module")
def ingests(installation: Installation) -> Iterator[tuple[Server, Server]]:
    with installation.another("ingest", "ingest-desk") as second:
        yield installation.ingest, second


@pytest.fixture(scope="module")
def apis(installation: Installation) -> Iterator[tuple[Server, Server]]:
    with installation.another("api", "api-desk") as second:
        yield installation.api, second


def call(server: Server, method: str, path: str, json: Any = None) -> Any:
    answer = httpx.request(method, f"{server.url}/v1/sessions{path}", json=json, timeout=30)
    assert answer.is_success, answer.text
    return answer.json()


def announce(server: Server, session: str, **fields: Any) -> None:
    call(server, "POST", "", {"id": session, "title": session, **fields})


def say(server: Server, session: str, sender: str, number: int, text: str, **fields: Any) -> int:
    line = {"number": number, "text": text, "eol": False, **fields}
    told = call(server, "POST", f"/{session}/lines", {"sender": sender, "lines": [line]})
    return int(told["receipts"][0]["seq"])


def put(server: Server, session: str, source: str, *spares: str, after_seconds: float = 10) -> None:
    body = {"source": source, "spares": spares, "after_seconds": after_seconds}
    assert call(server, "PUT", f"/{session}/on-air", body)["source"] == source


def paragraphs(server: Server, session: str) -> list[str]:
    turns = server.get(f"/v1/sessions/{session}/transcript.json")["turns"]
    return [paragraph for turn in turns for paragraph in turn["paragraphs"]]


def says(servers: tuple[Server, Server], session: str, *wanted: str) -> None:
    """Both have exactly this, and so has the archive."""
    for server in servers:
        if not came_true(lambda at=server: paragraphs(at, session) == list(wanted), SECONDS):
            assert paragraphs(server, session) == list(wanted)


class Silence(NamedTuple):
    """One that has begun, between these times, and who reads in the meantime."""

    begun: tuple[float, float]
    readers: tuple[Reader, Reader]


@pytest.fixture(scope="module", autouse=True)
def silence(ingests: tuple[Server, Server], apis: tuple[Server, Server]) -> Iterator[Silence]:
    """It lasts a minute, so it begins before the first test."""
    announce(ingests[0], "silent", ends_after_minutes=1)
    before = time.monotonic()
    assert say(ingests[0], "silent", "desk-1", 0, ">> ANA: Good morning. ") == 1
    begun = before, time.monotonic()
    with Reader([apis[0].url], "silent") as first, Reader([apis[1].url], "silent") as second:
        yield Silence(begun, (first, second))


def test_a_take_over_by_hand_says_nothing_twice_whichever_process_is_told(
    installation: Installation, ingests: tuple[Server, Server], apis: tuple[Server, Server]
) -> None:
    announce(ingests[0], "over-hand")
    put(apis[1], "over-hand", "desk-1", "asr")
    say(ingests[0], "over-hand", "desk-1", 0, ">> ANA: Good morning. ")
    say(ingests[0], "over-hand", "desk-1", 1, "Let us begin with ")
    say(ingests[1], "over-hand", "asr", 0, "Let us begin with ")
    say(ingests[1], "over-hand", "asr", 1, "the first point. ")
    says(apis, "over-hand", "Good morning. Let us begin with")
    put(ingests[0], "over-hand", "asr", "desk-1")
    say(ingests[1], "over-hand", "desk-1", 2, "Not heard. ")
    say(ingests[0], "over-hand", "asr", 2, "It is short. ")
    put(apis[0], "over-hand", "desk-1", "asr")
    say(ingests[0], "over-hand", "desk-1", 3, "And thank you.")
    whole = "Good morning. Let us begin with the first point. It is short. And thank you."
    assert paragraphs_are(apis, "over-hand", whole)
    for server in (*ingests, *apis):
        assert call(server, "GET", "/over-hand/on-air") == {
            "source": "desk-1",
            "spares": ["asr"],
            "after_seconds": 10.0,
        }
    assert installation.verify("over-hand")


def paragraphs_are(servers: tuple[Server, Server], session: str, *wanted: str) -> bool:
    says(servers, session, *wanted)
    return True


def test_a_hot_spare_at_another_ingest_goes_on_where_the_first_fell_silent(
    installation: Installation, ingests: tuple[Server, Server], apis: tuple[Server, Server]
) -> None:
    announce(ingests[0], "hot-spare")
    put(apis[0], "hot-spare", "desk-1", "asr", after_seconds=2)
    words = ["We ", "open ", "the ", "meeting ", "of ", "today. "]
    for number, word in enumerate(words):
        say(ingests[0], "hot-spare", "desk-1", number, word)
        say(ingests[1], "hot-spare", "asr", number, word)
    says(apis, "hot-spare", "We open the meeting of today.")
    rest = ["It ", "has ", "three ", "points, ", "and ", "the ", "first ", "is ", "short. "]
    for number, word in enumerate(rest, len(words)):
        say(ingests[number % 2], "hot-spare", "asr", number, word)
        time.sleep(0.4)  # the pace of speech: the spare takes over by the times of its lines
    say(ingests[0], "hot-spare", "desk-1", len(words), "Late words. ")
    says(apis, "hot-spare", f"We open the meeting of today. {''.join(rest).strip()}")
    for server in (*ingests, *apis):
        assert call(server, "GET", "/hot-spare/on-air")["source"] == "asr"
    assert installation.verify("hot-spare")


def test_words_are_corrected_and_speakers_named_for_all_who_read(
    installation: Installation, ingests: tuple[Server, Server], apis: tuple[Server, Server]
) -> None:
    announce(ingests[0], "corrected")
    with Reader([apis[0].url], "corrected") as first, Reader([apis[1].url], "corrected") as second:
        seq = say(ingests[0], "corrected", "asr", 0, "We thank mister Lupo ", speaker="speaker 0")
        says(apis, "corrected", "We thank mister Lupo")
        turn = f"corrected.en.{seq}"
        body = {"turn_id": turn, "was": "We thank mister Lupo", "now": "We thank Mr Lupu"}
        call(apis[1], "POST", "/corrected/corrections", body)
        revised = say(ingests[1], "corrected", "asr", 1, "We thank mister Lupo, all ", revises=seq, speaker="speaker 0")
        call(ingests[1], "PATCH", "/corrected", {"speakers": {"speaker 0": "Ana Lupu"}})
        last = say(ingests[0], "corrected", "asr", 2, "of us.", speaker="speaker 0")
        assert last > revised
        for reader in (first, second):
            reader.wait_until(last)
            assert [one.text for one in reader.turns()] == ["We thank Mr Lupu, all of us."]
    says(apis, "corrected", "We thank Mr Lupu, all of us.")
    for server in apis:
        await_true(
            lambda at=server: at.get("/v1/sessions/corrected/transcript.json")["turns"][0]["speaker"] == "Ana Lupu",
            "the name is not known",
        )
    assert installation.verify("corrected")
    installation.wait_until_archived("corrected", last)
    (hit,) = apis[1].get("/v1/search", q="Lupu", session="corrected")["hits"]
    assert hit["speaker"] == "Ana Lupu"
    actions = [one["action"] for one in apis[0].get("/v1/audit") if one["subject"] == "corrected"]
    assert {"words_corrected", "speakers_named", "session_announced"} <= set(actions)


def test_a_silence_ends_a_session_once_and_stays_as_a_gap_with_its_length(
    installation: Installation,
    ingests: tuple[Server, Server],
    apis: tuple[Server, Server],
    silence: Silence,
) -> None:
    for reader in silence.readers:
        await_true(lambda at=reader: "finished" in at.events, "viewers are not told", MINUTE + SECONDS)
    await_true(lambda: apis[1].get("/v1/sessions/silent")["status"] == "finished", "it has not ended")
    before = time.monotonic()
    assert say(ingests[1], "silent", "desk-1", 1, ">> ANA: We go on.", eol=True) == 3  # one line ended it
    least, most = before - silence.begun[1], time.monotonic() - silence.begun[0]
    says(apis, "silent", "Good morning.", "We go on.")
    for server in apis:
        (gap,) = server.get("/v1/sessions/silent/transcript.json")["gaps"]
        assert max(MINUTE, least - 1) <= gap["seconds"] <= most + 1
        await_true(lambda at=server: at.get("/v1/sessions/silent")["status"] == "live", "more words have not opened it")
    assert installation.verify("silent")
