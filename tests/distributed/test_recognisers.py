"""Recognisers' webhooks, typing over a WebSocket and polling for captions, on Kafka, with several ingests."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest
from websockets.sync.client import connect

from tests.distributed.installation import Installation
from tests.real_program import Server
from tests.recogniser_twins import AGAIN, SENTENCES, TWINS, Post, Twin, late_and_repeated
from tests.waiting import await_true, came_true

Play = Callable[[str, Twin], Sequence[str]]
"""Plays a twin into a session, and says which sentences it is to have then."""


@pytest.fixture(scope="module")
def second(installation: Installation) -> Iterator[Server]:
    with installation.another("ingest", "ingest-2") as server:
        yield server


def announce(installation: Installation, session: str) -> None:
    answer = httpx.post(f"{installation.ingest.url}/v1/sessions", json={"id": session}, timeout=30)
    assert answer.status_code == 201, answer.text


def post(server: Server, session: str, twin: Twin, body: Post) -> None:
    answer = httpx.request(
        twin.method,
        f"{server.url}/hooks/{twin.tool}?id={session}",
        content=msgspec.json.encode(body),
        headers={"Content-Type": twin.kind},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def said(installation: Installation, session: str) -> str:
    turns = installation.api.get(f"/v1/sessions/{session}/transcript.json")["turns"]
    return " ".join(paragraph for turn in turns for paragraph in turn["paragraphs"])


def says(installation: Installation, session: str, sentences: Sequence[str]) -> None:
    wanted = " ".join(sentences)
    if not came_true(lambda: said(installation, session) == wanted, 30):
        assert said(installation, session) == wanted


TROUBLES = ["nothing wrong", "slow answers", "restart of the tool", "two ingests in turn", "late and repeated posts"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_recognisers_said_is_the_transcript(installation: Installation, second: Server, trouble: str) -> None:
    wanted: dict[str, Sequence[str]] = {}
    for twin in TWINS:
        session = f"{twin.name.lower()}-{trouble.replace(' ', '-')}"
        announce(installation, session)
        posts = list(twin.posts(SENTENCES, 0))
        wanted[session] = SENTENCES
        both = [installation.ingest, second if trouble == "two ingests in turn" else installation.ingest]
        if trouble == "restart of the tool":
            posts += twin.posts(AGAIN, 1)
            wanted[session] += AGAIN
        if trouble == "late and repeated posts":
            posts = late_and_repeated(posts, overtaking=not twin.ordered)
        if trouble == "slow answers" and not twin.ordered:
            with ThreadPoolExecutor(3) as pool:  # three are under way at once
                list(pool.map(lambda body, to=session, by=twin: post(installation.ingest, to, by, body), posts))
        else:
            for index, body in enumerate(posts):
                post(both[index % 2], session, twin, body)
    for session, sentences in wanted.items():
        says(installation, session, sentences)


def test_recognisers_go_on_after_a_kill_of_ingest_and_repeat_what_was_not_answered(
    installation: Installation,
) -> None:
    plays = {f"{twin.name.lower()}-killed": (twin, list(twin.posts(SENTENCES, 0))) for twin in TWINS}
    for session, (twin, posts) in plays.items():
        announce(installation, session)
        for body in posts[: len(posts) // 2]:
            post(installation.ingest, session, twin, body)
    installation.ingest.kill()
    installation.start("ingest")
    for session, (twin, posts) in plays.items():
        for body in posts[len(posts) // 2 - 1 :]:  # the last answer was lost
            post(installation.ingest, session, twin, body)
    for session in plays:
        says(installation, session, SENTENCES)


def test_typing_goes_on_at_another_ingest(installation: Installation, second: Server) -> None:
    announce(installation, "typed")
    number = -1
    parts = [["The ", "s", "p", "a", "\b", "eaker is "], ["here", ".", "\b\b\b\b\bgone."], [" Good", "bye."]]
    for texts, server in zip(parts, (installation.ingest, second, installation.ingest), strict=True):
        address = server.url.replace("http", "ws", 1) + "/v1/sessions/typed/type?writer=ana"
        with connect(address) as socket:
            assert msgspec.json.decode(socket.recv())["number"] == (number if number >= 0 else None)
            for text in texts:
                number += 1
                socket.send(msgspec.json.encode({"do": "type", "number": number, "text": text}).decode())
            while msgspec.json.decode(socket.recv()) != {"is": "ack", "number": number}:
                pass
    says(installation, "typed", ["The speaker is gone. Goodbye."])


def test_a_poller_gets_every_word_once_also_from_an_api_that_was_started_anew(installation: Installation) -> None:
    announce(installation, "polled")
    twin = TWINS[2]
    content, last = "", 0

    def poll() -> str:
        nonlocal content, last
        answer = httpx.get(f"{installation.api.url}/captions", params={"event": "polled", "last": last}, timeout=30)
        if answer.status_code == httpx.codes.OK:
            assert len(answer.json()["content"]) <= 32
            content += answer.json()["content"]
            last = answer.json()["lastPosition"]
        return content

    posts = list(twin.posts(SENTENCES, 0))
    for body in posts[:4]:
        post(installation.ingest, "polled", twin, body)
    label = ">> Ana Lupu: "
    await_true(lambda: poll() == label + " ".join(SENTENCES[:3]), "the first sentences are not told")
    assert installation.api.stop(signal.SIGTERM, 5) == 0
    installation.start("api")
    for body in posts[4:]:
        post(installation.ingest, "polled", twin, body)
    await_true(lambda: poll() == label + " ".join(SENTENCES), "the others are not told")
