"""One address for a room, all days: what it shows, in which language, and its QR code."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from captionflow.messages import Session
from services.api.pages.routes import qr_code
from tests.integration.api_server import problem_of, serving

AT = datetime(2030, 1, 1, 9, tzinfo=UTC)
ADDRESS = "/rooms/main-hall/follow"


async def announce(client: httpx.AsyncClient, session: str, **fields: object) -> None:
    body = {"id": session, "title": session.title(), "room": "Main hall", **fields}
    (await client.post("/v1/sessions", json=body)).raise_for_status()


async def state(client: httpx.AsyncClient, session: str, status: str) -> None:
    (await client.patch(f"/v1/sessions/{session}", json={"status": status})).raise_for_status()


async def shown(client: httpx.AsyncClient, query: str = "") -> str:
    answer = await client.get(f"{ADDRESS}{query}")
    assert answer.status_code == 200
    return answer.text


async def test_a_room_shows_what_is_on_else_what_comes_else_what_was_last(client: httpx.AsyncClient) -> None:
    unknown = await client.get(ADDRESS)
    assert unknown.status_code == 404
    assert f'data-ask="{ADDRESS}"' in unknown.text  # it begins by itself
    await announce(client, "first", starts_at="2099-01-01T09:00:00Z")
    await announce(client, "second", starts_at="2099-01-01T10:00:00Z")
    assert 'data-session="first"' in await shown(client)
    await state(client, "second", "live")
    assert 'data-session="second"' in await shown(client)
    await state(client, "second", "finished")
    waiting = await shown(client)
    assert 'data-session="first"' in waiting
    assert "This page will begin by itself." in waiting
    await state(client, "first", "finished")
    last = await shown(client)
    assert 'data-status="finished"' in last
    assert "Nothing more is announced in <bdi>Main hall</bdi>" in last


async def test_another_rooms_sessions_and_closed_ones_are_not_shown(client: httpx.AsyncClient) -> None:
    await announce(client, "here")
    await announce(client, "there", room="Main hall 2")
    await announce(client, "closed", closed=True)
    await state(client, "there", "live")
    page = await shown(client)
    assert 'data-session="here"' in page
    assert "there" not in page.partition("<main")[2]


async def test_the_wanted_language_is_kept_where_a_session_lacks_it(client: httpx.AsyncClient) -> None:
    await announce(client, "opening", languages=["en", "fr"])
    french = await shown(client, "?lang=fr-CA")
    assert 'data-lang="fr"' in french
    assert f'data-follow="{ADDRESS}?lang=fr-CA"' in french
    assert f'href="{ADDRESS}?lang=en" hreflang="en"' in french
    spanish = await shown(client, "?lang=es")
    assert 'data-lang="en"' in spanish
    assert f'data-follow="{ADDRESS}?lang=es"' in spanish
    for nonsense in ("?lang=%22%3E%3Cb%3E", "?lang=1", "?lang="):
        page = await shown(client, nonsense)
        assert 'data-lang="en"' in page
        assert f'data-follow="{ADDRESS}"' in page
    problem_of(await client.get(f"{ADDRESS}?lang={'x' * 36}"), 422, "invalid")


@pytest.mark.parametrize("typed", ["Main-Hall", "MAIN%20HALL", "main_hall"])
async def test_an_address_may_be_typed_as_the_room_is_written(client: httpx.AsyncClient, typed: str) -> None:
    await announce(client, "opening")
    assert 'data-session="opening"' in (await client.get(f"/rooms/{typed}/follow")).text


async def test_the_code_and_the_poster_have_the_address_that_people_reach(tmp_path: Path) -> None:
    public = "https://captions.example.org"
    async with serving(tmp_path, public_url=public) as api, api.client() as client:
        await api.adapters.sessions.create(Session("talk", 1, AT, AT, title="Talk", room="Main hall"))
        code = await client.get("/rooms/main-hall/qr.svg")
        assert code.headers["content-type"] == "image/svg+xml"
        assert code.content == qr_code(f"{public}{ADDRESS}", "").body
        french = await client.get("/rooms/Main%20Hall/qr.svg?lang=fr")
        assert french.content == qr_code(f"{public}{ADDRESS}?lang=fr", "").body
        assert f"{public}{ADDRESS}</p>" in (await client.get("/rooms/main-hall/poster")).text
        french_poster = (await client.get("/rooms/main-hall/poster?lang=fr")).text
        assert f"{public}{ADDRESS}?lang=fr</p>" in french_poster
        assert 'src="/rooms/main-hall/qr.svg?lang=fr"' in french_poster
        card = (await client.get("/rooms/main-hall?lang=fr")).text
        assert f"{public}{ADDRESS}?lang=fr</span>" in card
        assert 'src="/rooms/main-hall/qr.svg?lang=fr"' in card
        one = (await client.get("/s/talk/screen")).text
        assert 'src="/s/talk/qr.svg"' in one
        assert (await client.get("/rooms/nowhere/poster")).status_code == 404
        problem_of(await client.get("/rooms/%21%21/qr.svg"), 404, "not-found")


async def test_a_screen_with_a_look_has_a_code_too(tmp_path: Path) -> None:
    public = "https://captions.example.org"
    look = "?lines=2&font=%22%3E%3Cb%3E"
    async with serving(tmp_path, public_url=public) as api, api.client() as client:
        await api.adapters.sessions.create(Session("talk", 1, AT, AT, title="Talk", room="Main hall"))
        for screen in ("/rooms/main-hall", "/s/talk/screen"):
            at = "/s/talk" if screen.startswith("/s/") else screen
            assert f'data-code="{at}/screen-qr.svg"' in (await client.get(screen)).text
            assert (await client.get(f"{at}/screen-qr.svg")).content == qr_code(f"{public}{screen}", "").body
            assert (await client.get(f"{at}/screen-qr.svg{look}")).content == qr_code(
                f"{public}{screen}{look}", ""
            ).body
            problem_of(await client.get(f"{at}/screen-qr.svg?font={'x' * 3000}"), 400, "bad-message")


async def test_a_rooms_name_in_any_script_is_an_address(client: httpx.AsyncClient) -> None:
    await announce(client, "hall", room="قاعة ١ & <b>")
    page = await client.get("/rooms/قاعة-١-b/poster")
    assert page.status_code == 200
    assert '<h1 dir="auto">قاعة ١ &amp; &lt;b&gt;</h1>' in page.text
    assert "/rooms/%D9%82%D8%A7%D8%B9%D8%A9-%D9%A1-b/follow" in page.text
