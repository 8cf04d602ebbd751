"""What is on in a room, found among any number of its sessions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from captionflow.keys import Key, digest_of
from captionflow.messages import Session
from services.api.pages.programme import FORGOTTEN, LATE
from services.api.pages.room_sessions import MOST
from services.api.pages.routes import local_now
from tests.integration.api_server import Api, serving

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path) as api:
        yield api


@pytest.fixture
async def client(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client


async def announce(api: Api, name: str, **fields: Any) -> None:
    now = local_now()
    given = Session(name, 1, now, now, title=f"Title of {name}", room="Hall")
    await api.adapters.sessions.create(msgspec.structs.replace(given, **fields))


async def now_in(client: httpx.AsyncClient, shown: str = "") -> tuple[str | None, str | None, str | None]:
    found = (await client.get("/rooms/hall/now", params={"shown": shown})).raise_for_status().json()
    on, coming, here = ((found[one] or {}).get("id") for one in ("on", "next", "shown"))
    return on, coming, here


async def test_what_comes_next_is_found_behind_more_that_never_began_than_are_read_at_once(
    api: Api, client: httpx.AsyncClient
) -> None:
    now = local_now()
    for n in range(3 * MOST):
        await announce(api, f"missed-{n}", starts_at=now - LATE - (n + 1) * MINUTE)
        await announce(api, f"forgotten-{n}", updated_at=now - FORGOTTEN - MINUTE)
        await announce(api, f"done-{n}", status="finished", updated_at=now - (n + 2) * MINUTE)
    assert await now_in(client, "missed-7") == (None, None, "missed-7")
    await announce(api, "last", status="finished", updated_at=now - MINUTE, date="2015-11-12")
    assert "Title of last" in (await client.get("/rooms/hall")).text
    await announce(api, "whenever")
    assert await now_in(client) == (None, "whenever", None)
    await announce(api, "later", starts_at=now + 2 * MINUTE)
    await announce(api, "next", starts_at=now + MINUTE)
    assert await now_in(client, "next") == (None, "later", "next")
    assert "Title of next" in (await client.get("/rooms/hall")).text
    await announce(api, "on", status="live")
    assert await now_in(client, "last") == ("on", "next", None)
    assert "Title of on" in (await client.get("/rooms/HALL".lower())).text


async def test_a_screen_is_not_told_of_what_is_in_another_room(api: Api, client: httpx.AsyncClient) -> None:
    await announce(api, "elsewhere", room="Hall 2", status="live")
    await announce(api, "nowhere", room="", status="live")
    assert await now_in(client, "elsewhere") == (None, None, None)
    assert await now_in(client, "no such session") == (None, None, None)
    assert (await client.get("/rooms/hall")).status_code == 404


async def test_who_may_not_see_a_session_gets_the_next_one(api: Api, client: httpx.AsyncClient) -> None:
    now = local_now()
    await api.adapters.keys.put(Key("1", "admin", "admin", digest_of("somebody's"), now))  # others are nobody now
    for n in range(2 * MOST):
        await announce(api, f"closed-{n}", closed=True, starts_at=now + MINUTE)
        await announce(api, f"secret-{n}", closed=True, status="live")
    await announce(api, "open", starts_at=now + 2 * MINUTE)
    assert await now_in(client, "closed-1") == (None, "open", None)
