"""Overlays and the operator's own style sheets: which address gives what, and what no address can bring in."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from captionflow.messages import Session
from services.api.pages.own_sheets import MOST_BYTES
from tests.integration.api_server import problem_of, serving

AT = datetime(2030, 1, 1, 9, tzinfo=UTC)
PAGES = ["/rooms/hall", "/rooms/hall/overlay", "/s/opening/screen", "/s/opening/overlay"]


@pytest.fixture
async def announced(client: httpx.AsyncClient) -> None:
    body = {"id": "opening", "room": "Hall", "languages": ["en", "fr"]}
    (await client.post("/v1/sessions", json=body)).raise_for_status()


@pytest.mark.parametrize("path", ["/rooms/hall/overlay", "/s/opening/overlay"])
async def test_a_session_and_a_room_have_an_overlay_that_waits_unseen(client: httpx.AsyncClient, path: str) -> None:
    before = await client.get(path)
    assert before.status_code == 404
    assert "data-overlay" in before.text
    body = {"id": "opening", "room": "Hall", "languages": ["en", "fr"]}
    (await client.post("/v1/sessions", json=body)).raise_for_status()
    page = await client.get(f"{path}?lang=fr")
    assert page.status_code == 200
    assert " data-overlay" in page.text
    assert 'data-lang="fr"' in page.text
    assert " data-overlay" not in (await client.get("/s/opening/screen")).text


@pytest.mark.usefixtures("announced")
@pytest.mark.parametrize("path", PAGES)
async def test_a_sheet_is_named_and_nothing_else(client: httpx.AsyncClient, path: str) -> None:
    page = await client.get(f"{path}?css=lower-third_2")
    assert '<link rel="stylesheet" href="/styles/lower-third_2.css">' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert "/styles/" not in (await client.get(path)).text
    for nonsense in (
        "https://elsewhere.example/a.css",
        "//elsewhere.example/a",
        "../secret",
        "a/b",
        "a.css",
        "body{color:red}",
        '"><script>',
        "",
        "a" * 61,
        "a\n",
        "é",
    ):
        problem_of(await client.get(path, params={"css": nonsense}), 422, "invalid")


async def test_what_lies_in_the_folder_is_served_as_it_is_now_and_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "styles"
    folder.mkdir()
    (folder / "wall.css").write_text(".line { color: red }")
    (folder / "Brand-1.woff2").write_bytes(b"wOF2")
    (folder / "page.html").write_text("<script>")
    (folder / "large.css").write_bytes(b" " * (MOST_BYTES + 1))
    (folder / "folder.css").mkdir()
    (tmp_path / "secret.css").write_text("secret")
    (folder / "leads.css").symlink_to(tmp_path / "secret.css")
    (folder / "kept.css").symlink_to(folder / "wall.css")
    async with serving(tmp_path / "data", styles=folder) as api, api.client() as client:
        sheet = await client.get("/styles/wall.css")
        assert (sheet.text, sheet.headers["content-type"]) == (".line { color: red }", "text/css; charset=utf-8")
        assert sheet.headers["cache-control"] == "no-cache"
        assert sheet.headers["x-content-type-options"] == "nosniff"
        known = {"If-None-Match": sheet.headers["etag"]}
        assert (await client.get("/styles/wall.css", headers=known)).status_code == 304
        (folder / "wall.css").write_text(".line { color: blue }")
        assert (await client.get("/styles/wall.css", headers=known)).text == ".line { color: blue }"
        assert (await client.get("/styles/kept.css")).text == ".line { color: blue }"
        assert (await client.get("/styles/Brand-1.woff2")).headers["content-type"] == "font/woff2"
        for name in (
            "none.css",
            "page.html",
            "large.css",
            "folder.css",
            "leads.css",
            "%2e%2e%2fsecret.css",
            "..%5csecret.css",
            ".css",
            "wall.css%00",
            "a" * 300 + ".css",
        ):
            problem_of(await client.get(f"/styles/{name}"), 404, "not-found")


async def test_without_a_folder_there_are_no_sheets_and_the_page_is_shown(tmp_path: Path) -> None:
    async with serving(tmp_path) as api, api.client() as client:
        await api.adapters.sessions.create(Session("opening", 1, AT, AT, room="Hall"))
        assert (await client.get("/s/opening/overlay?css=wall")).status_code == 200
        problem_of(await client.get("/styles/wall.css"), 404, "not-found")
    async with serving(tmp_path, styles=tmp_path / "gone") as api, api.client() as client:
        problem_of(await client.get("/styles/wall.css"), 404, "not-found")
