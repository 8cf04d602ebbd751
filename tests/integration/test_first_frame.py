"""What a page's first frame needs comes with it: its style, which its policy allows, and a screen's last words."""

import base64
import hashlib
import re

import httpx
import pytest

from tests.integration.api_server import send, transcript

INLINE = re.compile(r"<(script|style)(?: data-file=\"[^\"]+\")?>(.*?)</\1>", re.DOTALL)


@pytest.fixture
async def said(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await send(client, ">> ANA: Net <neutrality>.", ">> BO: Yes.")
    await transcript(client, 2)
    return client


async def test_a_page_is_drawn_without_another_request_and_its_policy_allows_what_it_brings(
    said: httpx.AsyncClient,
) -> None:
    for path in ("/", "/search", "/s/talk", "/s/talk/follow", "/s/talk/screen", "/embed/talk", "/s/none", "/nowhere"):
        page = await said.get(path, headers={"Accept": "text/html"})
        policy = page.headers["content-security-policy"]
        brought = INLINE.findall(page.text)
        assert {kind for kind, _ in brought} == {"script", "style"}, path
        for kind, text in brought:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in re.search(f"{kind}-src ([^;]*)", policy)[1], path  # type: ignore[index]
        assert "unsafe" not in policy
        assert not re.search(r'rel="stylesheet"|<script src', page.text), path
        if "etag" in page.headers:
            again = await said.get(path, headers={"If-None-Match": page.headers["etag"]})
            assert (again.status_code, again.headers["content-security-policy"]) == (304, policy)
    assert "sha256" not in (await said.get("/v1/sessions")).headers["content-security-policy"]


async def test_a_script_that_looks_for_what_is_new_at_home_is_not_sent_the_files_again(said: httpx.AsyncClient) -> None:
    whole = await said.get("/", headers={"Sec-Fetch-Dest": "document"})
    again = await said.get("/", headers={"Sec-Fetch-Dest": "empty"})
    assert "Sec-Fetch-Dest" in whole.headers["vary"]
    assert not INLINE.search(again.text)
    main = re.compile("<main.*</main>", re.DOTALL)
    assert main.findall(again.text) == main.findall(whole.text)


async def test_a_screen_comes_with_the_last_words_where_they_will_stand(said: httpx.AsyncClient) -> None:
    words = (
        '<p class="line"><b><bdi>ANA</bdi></b> Net &lt;neutrality&gt;.</p><p class="line"><b><bdi>BO</bdi></b> Yes.</p>'
    )
    for place in ("screen", "overlay"):
        assert words in (await said.get(f"/s/talk/{place}")).text
        for query in ("position=top", "contrast=box", "clear_after=5", "delay=9"):
            assert 'id="first"' not in (await said.get(f"/s/talk/{place}?{query}")).text, (place, query)
    (await said.patch("/v1/sessions/talk", json={"status": "finished"})).raise_for_status()
    for place in ("screen", "overlay"):
        assert 'id="first"' not in (await said.get(f"/s/talk/{place}")).text
