"""Pages that are asked for together: each gets what they may see, at the address by which they came."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from captionflow.secret import Secret
from tests.integration.api_server import Api, send, serving, transcript

TOKEN = "of-an-organiser-of-the-forum"  # noqa: S105 - of a server of this test alone
CROWD = 8


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True, ingest_token=Secret(TOKEN)) as api:
        async with api.client(Authorization=f"Bearer {TOKEN}") as organiser:
            for fields in (
                {"id": "talk", "title": "Open to all", "room": "Hall"},
                {"id": "shut", "title": "Behind doors"},
            ):
                (
                    await organiser.post("/v1/sessions", json=fields | {"closed": fields["id"] == "shut"})
                ).raise_for_status()
            await send(organiser, ">> ANA: Good morning.")
            await transcript(organiser, 1)
        yield api


async def test_who_may_not_see_a_session_never_gets_the_page_of_who_may(api: Api) -> None:
    async with api.client() as anybody, api.client(Authorization=f"Bearer {TOKEN}") as organiser:
        asked = [client.get("/") for _ in range(CROWD) for client in (organiser, anybody)]
        answers = await asyncio.gather(*asked)
    assert ["Behind doors" in answer.text for answer in answers] == [True, False] * CROWD
    assert all("Open to all" in answer.text for answer in answers)


PATHS = (
    "/s/talk/follow",
    "/s/talk",
    "/rooms/hall/follow",
    "/embed/talk",
    "/s/talk/qr.svg",
    "/v1/sessions/talk/parts?before=9.0",
)


@pytest.mark.parametrize("path", PATHS)
async def test_each_gets_a_whole_answer_of_their_own(api: Api, path: str) -> None:
    async with api.client() as client:
        alone = await client.get(path)
        plain = {"Accept-Encoding": "identity"}
        asked = [client.get(path, headers=headers) for _ in range(CROWD) for headers in (None, plain)]
        asked += [client.get(path, headers={"If-None-Match": alone.headers["etag"]})] if "etag" in alone.headers else []
        answers = await asyncio.gather(*asked)
    assert alone.status_code == 200
    for answer in answers[: 2 * CROWD]:
        assert answer.content == alone.content
        assert names(answer) - {"content-encoding"} == names(alone) - {"content-encoding"}
    assert [answer.status_code for answer in answers[2 * CROWD :]] == [304] * len(answers[2 * CROWD :])


async def test_each_is_led_on_at_the_address_by_which_they_came(api: Api) -> None:
    async with api.client() as client:
        hosts = [f"{name}.example.org" for name in ("a", "b")] * CROWD
        asked = [client.get("/s/talk", headers={"Host": host}) for host in hosts]
        answers = await asyncio.gather(*asked)
    for host, answer in zip(hosts, answers, strict=True):
        assert f"http://{host}/" in answer.text
        assert f"http://{'ab'.replace(host[0], '')}.example.org/" not in answer.text


@pytest.mark.parametrize("path", ["/s/nobody/follow", "/v1/sessions/nobody/parts?before=9.0"])
async def test_what_is_not_there_is_told_to_all(api: Api, path: str) -> None:
    async with api.client() as client:
        answers = await asyncio.gather(*(client.get(path) for _ in range(CROWD)))
    assert [answer.status_code for answer in answers] == [404] * CROWD


def names(answer: httpx.Response) -> set[str]:
    return set(answer.headers)
