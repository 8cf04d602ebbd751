"""Captions on other sites: which pages they may frame, and what oEmbed tells them."""

import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from structlog.testing import capture_logs

from captionflow.secret import Secret
from tests.integration.api_server import Api, problem_of, send, serving, transcript

SITE = "https://www.example.org"
PUBLIC = "https://captions.example.net"
TOKEN = "of-an-organiser-of-the-forum"  # noqa: S105 - of a server of this test alone
PAGE = {"Accept": "text/html"}


def served(folder: Path, **settings: Any) -> AbstractAsyncContextManager[Api]:
    return serving(folder, pipeline=True, ingest_token=Secret(TOKEN), **settings)


async def prepared(api: Api) -> None:
    async with api.client(Authorization=f"Bearer {TOKEN}") as client:
        for fields in ({"id": "talk", "title": "A talk", "languages": ["en", "fr"]}, {"id": "shut", "closed": True}):
            (await client.post("/v1/sessions", json=fields)).raise_for_status()
        await send(client, ">> ANA: Net <neutrality>.", ">> BO: Yes.")
        await transcript(client, 2)


def ancestors(answer: httpx.Response) -> str:
    found = re.search("frame-ancestors ([^;]*)", answer.headers["content-security-policy"])
    assert found
    return found[1]


async def test_nobody_may_frame_anything_as_long_as_nothing_is_set(tmp_path: Path) -> None:
    async with served(tmp_path) as api, api.client() as client:
        await prepared(api)
        for path in ("/embed/talk", "/embed/nobody", "/s/talk", "/s/talk/follow", "/oembed?url=x"):
            answer = await client.get(path)
            assert ancestors(answer) == "'self'", path
            assert "access-control-allow-origin" not in answer.headers
        told = (await client.get("/oembed", params={"url": f"{client.base_url}/s/talk"})).json()
        assert (told["type"], "html" in told) == ("link", False)


async def test_sites_that_are_named_may_frame_what_is_embedded_and_nothing_else(tmp_path: Path) -> None:
    named = (SITE, "https://*.example.com")
    async with served(tmp_path, frame_ancestors=named) as api, api.client(**PAGE) as client:
        await prepared(api)
        statuses = []
        for path in ("/embed/talk", "/embed/nobody", "/embed/talk?lang=de", "/embed/shut", "/embed/a/b"):
            answer = await client.get(path)
            statuses.append(answer.status_code)
            assert ancestors(answer) == f"'self' {' '.join(named)}", path
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "text/html" in answer.headers["content-type"]
        assert statuses == [200, 404, 404, 401, 404]
        for path in (
            "/",
            "/s/talk",
            "/s/talk/follow",
            "/s/talk/screen",
            "/search",
            "/desk",
            "/embed",
            "/embedded/talk",
        ):
            answer = await client.get(path)
            assert ancestors(answer) == "'self'", path
            assert "access-control-allow-origin" not in answer.headers, path


async def test_anybody_may_if_everybody_is_named(tmp_path: Path) -> None:
    async with served(tmp_path, frame_ancestors=("*",)) as api, api.client() as client:
        await prepared(api)
        assert ancestors(await client.get("/embed/talk")) == "*"


async def test_what_is_embedded_keeps_language_and_theme_and_leads_out_of_the_frame(tmp_path: Path) -> None:
    async with served(tmp_path, frame_ancestors=(SITE,)) as api, api.client() as client:
        await prepared(api)
        page = (await client.get("/embed/talk?lang=fr&theme=dark")).text
        full = re.search(r'<a id="full" href="([^"]*)" target="_blank" rel="noopener">', page)
        assert full
        assert full[1] == "/s/talk/follow?lang=fr&amp;theme=dark"
        assert 'href="/embed/talk?lang=en&amp;theme=dark"' in page
        assert "Net &lt;neutrality&gt;." in (await client.get("/embed/talk")).text


async def asked(client: httpx.AsyncClient, url: str, **query: Any) -> httpx.Response:
    return await client.get("/oembed", params={"url": url, **query})


async def test_oembed_answers_as_its_specification_says(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"frame_ancestors": (SITE,), "public_url": PUBLIC}
    async with served(tmp_path, **settings) as api, api.client() as client:
        await prepared(api)
        answer = await asked(client, f"{PUBLIC}/s/talk/follow?lang=fr", maxwidth=320, maxheight=5_000, format="json")
        assert answer.headers["content-type"] == "application/json"
        told = answer.json()
        assert (told["type"], told["version"], told["width"], told["height"]) == ("rich", "1.0", 320, 400)
        assert (told["title"], told["provider_url"]) == ("A talk", PUBLIC)
        assert f'src="{PUBLIC}/embed/talk?lang=fr"' in told["html"]

        quoted = (await asked(client, f"{PUBLIC}/s/talk?turn=t1", maxheight=10)).json()
        assert (quoted["type"], quoted["author_name"], quoted["height"]) == ("rich", "ANA", 10)
        assert "<p>Net &lt;neutrality&gt;.</p>" in quoted["html"]
        assert f'<a href="{PUBLIC}/s/talk?turn=t1#t1">A talk</a>' in quoted["html"]
        assert (await asked(client, f"{PUBLIC}/s/talk/follow#t2")).json()["author_name"] == "BO"

        with capture_logs() as logs:
            problem_of(await asked(client, f"{PUBLIC}/s/talk", format="xml"), 501, "not-implemented")
        assert {one["log_level"] for one in logs} <= {"debug"}  # anybody may ask for what there is not
        for url in (
            f"{PUBLIC}/s/nobody",
            f"{PUBLIC}/s/talk?lang=de",
            f"{PUBLIC}/s/talk#t99",
            f"{PUBLIC}/s/talk?lang=fr#t1",
            f"{PUBLIC}/s/{'x' * 999}",
            f"{client.base_url}/s/talk",
            f"{SITE}/s/talk",
        ):
            problem_of(await asked(client, url), 404, "not-found")
        problem_of(await asked(client, f"{PUBLIC}/s/shut"), 401, "unauthorized")
        problem_of(await client.get("/oembed"), 422, "invalid")
        problem_of(await asked(client, f"{PUBLIC}/s/talk", maxwidth=0), 422, "invalid")


@pytest.mark.parametrize(
    "path", ["/s/talk", "/s/talk?all=1", "/s/talk/follow?lang=fr", "/s/talk?turn=t1", "/embed/talk"]
)
async def test_pages_say_where_oembed_is_and_it_knows_their_address(tmp_path: Path, path: str) -> None:
    async with served(tmp_path, public_url=PUBLIC) as api, api.client() as client:
        await prepared(api)
        page = (await client.get(path)).text
        link = re.search('<link rel="alternate" type="application/json\\+oembed" href="([^"]*)"', page)
        assert link
        there = urlsplit(link[1].replace("&amp;", "&"))
        assert f"{there.scheme}://{there.netloc}{there.path}" == f"{PUBLIC}/oembed"
        query = {name: value for name, (value,) in parse_qs(there.query).items()}
        assert query["url"].startswith(PUBLIC + path.partition("?")[0])
        told = (await client.get("/oembed", params=query)).json()
        assert told["type"] == ("rich" if "turn=" in path else "link")
