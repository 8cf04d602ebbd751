"""Several languages of one session: each its own stream, reached by any tag that means it."""

import httpx
import pytest

from captionflow.identity import MAX_LANGUAGES
from tests.integration.api_server import problem_of, send, transcript

TALK = {"id": "many", "title": "Opening", "room": "Main hall", "languages": ["en", "fr", "zh-Hans", "ar"]}


@pytest.fixture(autouse=True)
async def announced(client: httpx.AsyncClient) -> None:
    await client.post("/v1/sessions", json=TALK)


async def lines(client: httpx.AsyncClient, language: str) -> str:
    sent = {"sender": "desk", "lines": [{"number": 0, "text": f">> CHAIR: In {language}.\n"}]}
    answer = await client.post("/v1/sessions/many/lines", params={"lang": language}, json=sent)
    assert answer.status_code == 202
    found: str = answer.json()["language"]
    return found


@pytest.mark.parametrize(
    ("tag", "stream"), [("FR", "fr"), ("fr-CA", "fr"), ("en-US", "en"), ("zh-Hant", "zh-Hant"), ("es", "es")]
)
async def test_a_tag_means_the_language_of_the_session_that_it_is_near_to(
    client: httpx.AsyncClient, tag: str, stream: str
) -> None:
    assert await lines(client, tag) == stream
    languages = (await client.get("/v1/sessions/many")).json()["languages"]
    assert languages == [*TALK["languages"], *([stream] if stream not in TALK["languages"] else [])]


async def test_each_language_has_turns_and_exports_of_its_own(client: httpx.AsyncClient) -> None:
    await send(client, ">> CHAIR: Good morning.\n", session="many")
    await lines(client, "fr-FR")
    await transcript(client, 1, "many")
    floor = await client.get("/v1/sessions/many/transcript.txt?lang=en-GB")
    assert floor.text == ">> CHAIR:  Good morning.\n"
    assert "Good morning" not in (await client.get("/v1/sessions/many/transcript.txt?lang=fr-CH")).text
    assert (await client.get("/v1/sessions/many/transcript.txt?lang=es")).status_code == 404


async def test_a_session_has_a_bounded_number_of_languages(client: httpx.AsyncClient) -> None:
    tags = [f"en-x-{n}" for n in range(MAX_LANGUAGES)]
    await client.patch("/v1/sessions/many", json={"languages": tags})
    assert await lines(client, "en-x-49") == "en-x-49"
    sent = {"sender": "desk", "lines": [{"number": 0, "text": "Words."}]}
    answer = await client.post("/v1/sessions/many/lines", params={"lang": "fr"}, json=sent)
    assert "50 languages already" in problem_of(answer, 400, "bad-message")


@pytest.mark.parametrize("path", ["/s/many", "/s/many/follow", "/s/many/screen", "/rooms/main-hall", "/caption/many"])
async def test_every_page_of_a_session_leads_to_its_other_languages_by_their_own_names(
    client: httpx.AsyncClient, path: str
) -> None:
    page = (await client.get(path, params={"lang": "fr"})).text
    for tag, name in (("en", "English"), ("zh-Hans", "中文 (简体)"), ("ar", "العربية")):
        assert f'href="{path}?lang={tag}" hreflang="{tag}"' in page
        assert f">{name}</bdi>" in page
    assert '<bdi lang="ar" dir="rtl">' in page


async def test_home_leads_to_the_languages_beside_the_floors(client: httpx.AsyncClient) -> None:
    await client.patch("/v1/sessions/many", json={"status": "live"})
    page = (await client.get("/")).text
    assert 'href="/s/many/follow?lang=fr" hreflang="fr"><bdi lang="fr" dir="ltr">français</bdi>' in page


async def test_the_screen_of_a_room_is_in_the_wanted_language_or_in_the_floors(client: httpx.AsyncClient) -> None:
    french = (await client.get("/rooms/main-hall?lang=fr-CA")).text
    assert 'data-lang="fr"' in french
    assert 'data-fixed-lang="fr" data-wanted-lang="fr-CA"' in french
    spanish = (await client.get("/rooms/main-hall?lang=es")).text
    assert 'data-lang="en"' in spanish
    assert 'data-fixed-lang="" data-wanted-lang="es"' in spanish
