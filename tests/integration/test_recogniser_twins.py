"""Recognisers that post to webhooks, with everything that goes wrong on their way."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import httpx
import msgspec
import pytest

from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.protocols.heard import MAX_HEARD
from tests.integration.api_server import Api, problem_of, said, serving
from tests.recogniser_twins import AGAIN, SENTENCES, TWINS, Post, Twin, late_and_repeated
from tests.waiting import until

twins = pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)


async def posted(client: httpx.AsyncClient, twin: Twin, post: Post) -> None:
    answer = await client.request(
        twin.method,
        f"/hooks/{twin.tool}?id=talk",
        content=msgspec.json.encode(post),
        headers={"Content-Type": twin.kind},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"


async def play(client: httpx.AsyncClient, twin: Twin, posts: Sequence[Post]) -> None:
    for post in posts:
        await posted(client, twin, post)


async def says(client: httpx.AsyncClient, sentences: Sequence[str]) -> None:
    """The transcript becomes these sentences, each once."""
    found = ""

    async def reached() -> bool:
        nonlocal found
        found = said((await client.get("/v1/sessions/talk/transcript.json")).json())
        return found == " ".join(sentences)

    try:
        await until(reached, 15)
    except TimeoutError:
        assert found == " ".join(sentences)


@twins
async def test_nothing_wrong(client: httpx.AsyncClient, twin: Twin) -> None:
    await play(client, twin, list(twin.posts(SENTENCES, 0)))
    await says(client, SENTENCES)
    if twin.tells_ends:
        (turn,) = (await client.get("/v1/sessions/talk/transcript.json")).json()["turns"]
        assert turn["paragraphs"] == list(SENTENCES)


@twins
async def test_dropped_answers_and_the_same_post_again(client: httpx.AsyncClient, twin: Twin, api: Api) -> None:
    for post in twin.posts(SENTENCES, 0):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        body = msgspec.json.encode(post)
        head = f"{twin.method} /hooks/{twin.tool}?id=talk HTTP/1.1\r\nHost: 127.0.0.1:{api.port}\r\n"
        writer.write(f"{head}Content-Type: {twin.kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()  # whatever the answer was, nobody has read it
        with suppress(ConnectionError):
            await writer.wait_closed()
        del reader
        await posted(client, twin, post)
    await says(client, SENTENCES)


@twins
async def test_slow_answers_that_nobody_waits_for(api: Api, client: httpx.AsyncClient, twin: Twin) -> None:
    posts = list(twin.posts(SENTENCES, 0))
    if twin.ordered:
        await play(client, twin, posts)
    else:
        tasks: list[asyncio.Task[None]] = []
        lock = api.app.state.provided[Doors].spooler.lock("talk")
        async with lock:  # the log is busy while they come
            for post in posts:
                tasks.append(asyncio.create_task(posted(client, twin, post)))
                await until(
                    lambda: tasks[-1].done() or len(lock._waiters or ()) == sum(not one.done() for one in tasks)
                )
        await asyncio.gather(*tasks)
    await says(client, SENTENCES)


@twins
async def test_a_restart_of_the_tool(client: httpx.AsyncClient, twin: Twin) -> None:
    await play(client, twin, list(twin.posts(SENTENCES, 0)))
    await play(client, twin, list(twin.posts(AGAIN, 1)))
    await says(client, SENTENCES + AGAIN)


@twins
async def test_a_restart_of_ingest(tmp_path: Path, twin: Twin) -> None:
    posts = list(twin.posts(SENTENCES, 0))
    for index in range(0, len(posts), 4):
        async with serving(tmp_path / "data", pipeline=True) as api, api.client() as client:
            if not index:
                await api.announce()
            await play(client, twin, posts[max(index - 1, 0) : index + 4])
    async with serving(tmp_path / "data", pipeline=True) as api, api.client() as client:
        await says(client, SENTENCES)


@twins
async def test_two_ingests_in_turn(api: Api, client: httpx.AsyncClient, twin: Twin) -> None:
    provided = api.app.state.provided
    gateway, ports = provided[Gateway], api.adapters
    both = [provided[Doors], Doors(gateway, ports.line_log, ports.sessions)]
    for index, post in enumerate(twin.posts(SENTENCES, 0)):
        provided[Doors] = both[index % 2]
        await posted(client, twin, post)
    await says(client, SENTENCES)


@twins
async def test_late_and_repeated_posts(client: httpx.AsyncClient, twin: Twin) -> None:
    await play(client, twin, late_and_repeated(list(twin.posts(SENTENCES, 0)), overtaking=not twin.ordered))
    await says(client, SENTENCES)


async def test_an_interim_is_shown_and_is_no_part_of_the_transcript(api: Api, client: httpx.AsyncClient) -> None:
    deepgram = TWINS[5]
    first, *others = deepgram.posts(SENTENCES, 0)
    steps = api.adapters.step_feed.follow()
    following = asyncio.ensure_future(anext(steps))
    await asyncio.sleep(0)  # it follows from here on
    await posted(client, deepgram, first)
    async with asyncio.timeout(20):
        assert [part.interim for part in (await following).parts] == ["Good"]
    assert said((await client.get("/v1/sessions/talk/transcript.json")).json()) == ""
    await play(client, deepgram, others)
    await says(client, SENTENCES)


async def test_utterances_are_paragraphs_and_speakers_are_turns(client: httpx.AsyncClient) -> None:
    jigasi = next(twin for twin in TWINS if twin.tool == "jigasi")
    await play(client, jigasi, list(jigasi.posts(SENTENCES[:2], 0)))
    await says(client, SENTENCES[:2])
    document = (await client.get("/v1/sessions/talk/transcript.json")).json()
    assert [turn["speaker"] for turn in document["turns"]] == ["Ana Lupu"]


async def test_what_can_not_be_read_is_refused_and_told(api: Api, client: httpx.AsyncClient) -> None:
    answer = await client.post("/hooks/deepgram?id=talk", content=b"not json")
    assert "not JSON" in problem_of(answer, 400, "bad-message")
    problem_of(await client.post("/hooks/nothing?id=talk", content=b"{}"), 404, "not-found")
    problem_of(await client.post("/hooks/aws?id=no such", content=b"{}"), 404, "not-found")

    segments = [{"start": place, "text": "word"} for place in range(MAX_HEARD + 1)]
    answer = await client.post("/hooks/whisperlive?id=talk", json={"segments": segments})
    assert str(MAX_HEARD) in problem_of(answer, 413, "too-large")

    async def told() -> bool:
        sources = (await client.get("/v1/sources")).text
        return "unreadable" in sources and "too-long" in sources

    await until(told)
    allowed = await client.options("/hooks/webcaptioner?id=talk", headers={"Origin": "https://captioner.example"})
    assert "PUT" in allowed.headers["access-control-allow-methods"]
    assert api.port


async def test_a_page_of_another_site_posts_with_its_key_alone(tmp_path: Path) -> None:
    twin, site = TWINS[0], {"Origin": "https://captioner.example", "Sec-Fetch-Site": "cross-site"}
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        first, *_ = twin.posts(SENTENCES, 0)
        body = msgspec.json.encode(first)
        assert (await client.post("/hooks/webcaptioner?id=talk", content=body, headers=site)).status_code in {401, 403}
        made = await client.post("/v1/keys", json={"name": "admin", "role": "admin"})
        admin = {"Authorization": f"Bearer {made.json()['key']}"}
        wanted = {"name": "web-captioner", "role": "captioner", "session": "talk"}
        key = (await client.post("/v1/keys", json=wanted, headers=admin)).json()["key"]
        other = key[:-1] + ("y" if key.endswith("x") else "x")
        wrong = await client.post("/hooks/webcaptioner", params={"key": other}, content=body, headers=site)
        assert wrong.status_code == 403
        for post in twin.posts(SENTENCES, 0):
            body = msgspec.json.encode(post)
            answer = await client.post("/hooks/webcaptioner", params={"key": key}, content=body, headers=site)
            assert answer.status_code == 200, answer.text
        await says(client, SENTENCES)
