"""The list of sessions in pages, and a home page that does not grow with the number of sessions."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from captionflow.messages import Session
from captionflow.ports import SessionFilter
from tests.integration.api_server import Api, problem_of, serving

AT = datetime(2015, 11, 1, 9, tzinfo=UTC)
MANY = 120


@pytest.fixture
async def many(tmp_path: Path) -> AsyncIterator[Api]:
    """Three sessions a day for forty days, and one that is live."""
    async with serving(tmp_path) as api:
        for n in range(MANY):
            day = (AT + timedelta(days=n // 3)).date().isoformat()
            await api.adapters.sessions.create(
                Session(f"s{n:03}", 1, AT, AT, title=f"Talk {n}", date=day, status="finished", room=f"Room {n % 3}")
            )
        await api.adapters.sessions.create(Session("now", 1, AT, AT, title="Now", status="live"))
        yield api


async def all_pages(client: httpx.AsyncClient, path: str) -> tuple[list[str], int]:
    """The ids of all pages, and how many pages there were."""
    found: list[str] = []
    pages = 0
    while path:
        answer = (await client.get(path)).raise_for_status()
        found += [one["id"] for one in answer.json()]
        path = answer.links.get("next", {}).get("url", "")
        pages += 1
    return found, pages


async def test_who_follows_the_pages_gets_every_session_once_and_who_does_not_a_bounded_list(many: Api) -> None:
    async with many.client() as client:
        assert len((await client.get("/v1/sessions")).json()) == 100
        found, pages = await all_pages(client, "/v1/sessions?limit=30&status=")
    assert pages == 5
    assert found == [one.id for one in await many.adapters.sessions.list(SessionFilter())]


async def test_filters_hold_on_every_page(many: Api) -> None:
    async with many.client() as client:
        found, pages = await all_pages(client, "/v1/sessions?room=ROOM%201&status=finished&limit=15")
        assert (len(found), pages) == (40, 3)
        assert (await all_pages(client, "/v1/sessions?day=2015-11-02"))[0] == ["s005", "s004", "s003"]
        assert (await all_pages(client, "/v1/sessions?day=2015-11-02&limit=3"))[1] == 1
        problem_of(await client.get("/v1/sessions?day=yesterday"), 422, "invalid")
        problem_of(await client.get("/v1/sessions?cursor=x"), 400, "bad-message")
        problem_of(await client.get("/v1/sessions?limit=0"), 422, "invalid")


async def test_the_home_page_shows_what_is_live_the_nearest_days_and_the_way_to_all_others(many: Api) -> None:
    async with many.client() as client:
        page = (await client.get("/")).text
        assert page.count("<li>") <= 40
        assert "/s/now/follow" in page
        seen: set[str] = set()
        days = re.findall(r'href="/\?day=([0-9-]+)"', page)
        while days:  # from day to day, as a reader without scripts goes
            seen |= set(days)
            page = (await client.get(f"/?day={min(days)}")).text
            assert "/s/now/follow" in page
            days = [day for day in re.findall(r'href="/\?day=([0-9-]+)"', page) if day not in seen]
        assert len(seen) == 40
        page = (await client.get("/?day=2015-11-02")).text
        assert [name in page for name in ("Talk 2<", "Talk 3<", "Talk 5<", "Talk 6<")] == [False, True, True, False]
        assert (await client.get("/?day=nonsense")).status_code == 200
        assert "No sessions on" in (await client.get("/?day=2014-01-01")).text
