"""What is sent is compressed and kept as its kind allows, over a real connection."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.integration.api_server import Api, send, serving, transcript

pytestmark = pytest.mark.asyncio

FORMS = ("json", "txt", "vtt", "srt")
LINES = [f">> ANA: This is the sentence number {n} of a talk that goes on for long." for n in range(120)]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await send(client, *LINES)
        await transcript(client, len(LINES))
        yield api


async def raw(client: httpx.AsyncClient, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer, and its body as it came."""
    async with client.stream(
        "GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()}
    ) as got:
        return got, b"".join([piece async for piece in got.aiter_raw()])


async def test_pages_json_and_exports_are_the_same_packed_and_plain(talk: Api) -> None:
    paths = [f"/v1/sessions/talk/transcript.{form}" for form in FORMS]
    paths += [
        "/",
        "/s/talk",
        "/s/talk?all=1",
        "/s/talk/follow",
        "/search",
        "/s/talk/qr.svg",
    ]
    async with talk.client() as client:
        for path in paths:
            plain, whole = await raw(client, path, accept_encoding="identity")
            packed, small = await raw(client, path, accept_encoding="gzip")
            assert "content-encoding" not in plain.headers, path
            assert packed.headers["content-encoding"] == "gzip", path
            assert gzip.decompress(small) == whole, path
            assert len(small) < len(whole) / 1.8, path
            assert "Accept-Encoding" in plain.headers["vary"], path
            assert plain.headers["vary"] == packed.headers["vary"], path
            for answer in (plain, packed):
                if "etag" not in answer.headers:
                    assert "all=1" in path or "qr" in path
                    continue
                coding = answer.headers.get("content-encoding", "identity")
                again, nothing = await raw(client, path, accept_encoding=coding, if_none_match=answer.headers["etag"])
                assert (again.status_code, nothing) == (304, b""), path


async def test_a_document_has_a_strong_tag_for_each_of_its_forms(talk: Api) -> None:
    async with talk.client() as client:
        plain, _ = await raw(client, "/v1/sessions/talk/transcript.json", accept_encoding="identity")
        packed, _ = await raw(client, "/v1/sessions/talk/transcript.json", accept_encoding="gzip")
    assert plain.headers["etag"] != packed.headers["etag"]
    assert not plain.headers["etag"].startswith("W/")
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])


async def test_home_is_answered_in_a_few_bytes_until_something_changes(talk: Api) -> None:
    async with talk.client() as client:
        first, _ = await raw(client, "/")
        again, _ = await raw(client, "/", if_none_match=first.headers["etag"])
        assert again.status_code == 304
        await client.post("/v1/sessions", json={"id": "next", "title": "Another talk"})
        changed, _ = await raw(client, "/", if_none_match=first.headers["etag"])
        assert changed.status_code == 200


async def test_scripts_and_styles_are_packed_and_fonts_are_not(talk: Api) -> None:
    async with talk.client() as client:
        home = (await client.get("/")).text
        style = next(iter(re.findall(r'href="(/static/[^"]+)icon\.svg"', home))) + "style.css"
        for name, packs in (("style.css", True), ("js/follow.js", True), ("fonts/OFL.txt", True)):
            path = style.replace("style.css", name)
            plain, whole = await raw(client, path, accept_encoding="identity")
            packed, small = await raw(client, path, accept_encoding="gzip")
            assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert ("content-encoding" in packed.headers) is packs
            assert gzip.decompress(small) == whole
            assert (plain.headers["etag"], plain.headers["vary"]) == (packed.headers["etag"], "Accept-Encoding")
            again, _ = await raw(client, path, if_none_match=packed.headers["etag"])
            assert again.status_code == 304
        font = next(iter(re.findall(r"fonts/[\w-]+\.woff2", (await client.get(style)).text)))
        packed, _ = await raw(client, style.replace("style.css", font), accept_encoding="gzip")
        assert "content-encoding" not in packed.headers


async def test_streams_come_at_once_and_as_they_are(talk: Api) -> None:
    async with talk.client() as client:
        async with client.stream(
            "GET", "/v1/sessions/talk/events", headers={"Accept": "text/event-stream", "Accept-Encoding": "gzip"}
        ) as stream:
            assert "content-encoding" not in stream.headers
            assert stream.headers["cache-control"] == "no-store"
            lines = stream.aiter_lines()
            async for line in lines:
                if line.startswith("event: snapshot"):
                    break
            await send(client, ">> BEN: And now this.", first=len(LINES))
            async with asyncio.timeout(30):
                async for line in lines:
                    if "And now this." in line:
                        break
                else:
                    pytest.fail("the stream ended")
        query = {"after": len(LINES) - 1}
        polled = await client.get("/v1/sessions/talk/events", params=query, headers={"Accept": "application/json"})
        assert polled.headers["cache-control"] == "no-store"
        assert "etag" not in polled.headers
        assert "And now this." in polled.text


async def test_what_a_key_opens_is_kept_nowhere_and_never_packed_with_what_was_asked(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        key = (await client.post("/v1/keys", json={"name": "admin", "role": "admin"})).json()["key"]
        async with api.client(Authorization=f"Bearer {key}") as admin:
            for session, closed in (("open", False), ("secret", True)):
                await admin.post("/v1/sessions", json={"id": session, "closed": closed})
                await send(admin, *LINES, session=session)
                await transcript(admin, len(LINES), session)
            for path, packs in (
                ("/", True),
                ("/s/open", True),
                ("/s/secret/follow?lang=en", True),
                ("/v1/sessions/secret/transcript.json", True),
                ("/search?x=sentence", False),
                ("/s/secret?x=sentence", False),
                (f"/s/{'nobody' * 20}", False),
            ):
                answer, _ = await raw(admin, path, accept_encoding="gzip")
                assert ("content-encoding" in answer.headers) is packs, path
                assert answer.headers["cache-control"] == "no-store", path
                assert answer.is_success is not path.startswith("/s/nobody")
        assert (await client.get("/s/open")).headers["cache-control"] == "no-cache"
