"""``GET /captions``, polled as overlays and readers' tools do."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.integration.api_server import Api, send, transcript


class Poller:
    """A reader that asks again and again; three answers in a row that are not 2xx are "disconnected"."""

    def __init__(self, client: httpx.AsyncClient, *, last: int = -1, **query: str) -> None:
        self.client = client
        self.query = query
        self.last = last
        self.content = ""

    async def ask(self) -> httpx.Response:
        query: dict[str, Any] = {"event": "talk", "last": self.last, **self.query}
        answer = await self.client.get("/captions", params=query)
        assert answer.headers["access-control-allow-origin"] == "*"
        if answer.status_code == 200:
            body = answer.json()
            assert set(body) == {"content", "lastPosition", "languageCode"}
            assert len(body["content"]) <= int(self.query.get("length") or 32)
            assert "\n" not in body["content"]
            self.content += body["content"]
            self.last = body["lastPosition"]
        return answer

    async def until(self, content: str) -> None:
        async with asyncio.timeout(20):
            while self.content != content:
                await self.ask()
                assert content.startswith(self.content)


async def test_a_poller_gets_every_word_once_from_the_beginning_or_from_now(
    api: Api, client: httpx.AsyncClient
) -> None:
    early, late = Poller(client, length="20"), Poller(client)
    answer = await early.ask()
    assert answer.status_code == 404
    assert answer.json() == {"content": "", "lastPosition": -1, "languageCode": ""}
    await send(client, ">> ANA:  Good morning, everybody, and welcome.")
    await transcript(client, 1)
    early.last = 0
    await early.until(">> ANA: Good morning, everybody, and welcome.")
    assert (await late.ask()).json()["content"] == ""
    for _ in range(3):  # a silence is no 404
        answer = await late.ask()
        assert (answer.status_code, answer.json()["lastPosition"]) == (200, late.last)
    await send(client, ">> BEN:  Thank you.", "And on", first=1)
    await transcript(client, 3)
    await late.until(" >> BEN: Thank you. And on")
    await early.until(">> ANA: Good morning, everybody, and welcome. >> BEN: Thank you. And on")
    assert api.port


@pytest.mark.parametrize(
    "query",
    [{"event": "nothing"}, {"event": "../etc"}, {"event": ""}, {}, {"event": "talk", "last": "x", "length": "-5"}],
)
async def test_whatever_is_asked_a_reader_gets_an_answer_of_the_known_shape(
    client: httpx.AsyncClient, query: dict[str, str]
) -> None:
    answer = await client.get("/captions", params=query)
    assert answer.status_code == 404
    assert answer.json() == {"content": "", "lastPosition": -1, "languageCode": ""}


async def test_numbers_that_are_none_and_languages_that_there_are_not_are_guessed(client: httpx.AsyncClient) -> None:
    await send(client, "Good morning.")
    await transcript(client, 1)
    odd = {"event": "TALK", "last": "0", "length": "much", "language": "xx"}
    answer = (await client.get("/captions", params=odd)).json()
    assert (answer["content"], answer["languageCode"]) == (">> Good morning.", "en")
    answer = (await client.get("/captions", params={"event": "talk", "last": "9" * 400})).json()
    assert answer["content"] == ""
    answer = (await client.get("/captions", params={"event": "talk", "last": str(2**53)})).json()
    assert answer == {"content": "", "lastPosition": 2**53, "languageCode": "en"}
    answer = (await client.get("/captions", params={"event": "talk", "last": "0", "length": "0"})).json()
    assert answer["content"] == ">"


async def test_who_comes_after_many_turns_gets_all_of_them(client: httpx.AsyncClient) -> None:
    for number in range(30):
        await send(client, f">> ANA:  Turn {number}.", first=number)
    await transcript(client, 30)
    poller = Poller(client, last=0, length="500")
    await poller.until(" ".join(f">> ANA: Turn {number}." for number in range(30)))
    for number in range(30, 60):
        await send(client, f">> BEN:  Turn {number}.", first=number)
    await transcript(client, 60)
    before = poller.content
    await poller.until(before + "".join(f" >> BEN: Turn {number}." for number in range(30, 60)))
