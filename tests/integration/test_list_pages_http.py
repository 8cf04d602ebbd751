"""Keys, the audit trail and sources in pages: each entry once, whatever is written meanwhile (services.http.paging)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.audit import AuditEntry
from captionflow.keys import ALPHABET, PREFIX, SECRET_CHARS, Key, digest_of, revoked
from captionflow.messages import SourceReport
from captionflow.secret import Secret
from captionflow.settings import Settings
from services.cli.key_places import open_keys
from services.http import paging
from tests.integration.api_server import Api, problem_of, serving

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ADMIN, ORGANISER = (PREFIX + one * SECRET_CHARS for one in ALPHABET[10:12])


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path) as api:
        for name, secret, event in (("admin", ADMIN, None), ("igf", ORGANISER, "IGF")):
            role = "admin" if event is None else "organiser"
            await api.adapters.keys.put(Key(name, name, role, digest_of(secret), AT, event=event))  # type: ignore[arg-type]
        yield api


def client(api: Api, key: str = ADMIN) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{api.port}", headers={"Authorization": f"Bearer {key}"}, timeout=60
    )


async def add_keys(api: Api, count: int) -> None:
    for n in range(count):
        event = "IGF" if n % 3 == 0 else "RIPE"
        at = AT + timedelta(seconds=n + 1)
        await api.adapters.keys.put(Key(f"k{n:03}", f"k{n:03}", "viewer", digest_of(str(n)), at, event=event))


async def pages(asking: httpx.AsyncClient, path: str) -> AsyncIterator[list[Any]]:
    while path:
        answer = (await asking.get(path)).raise_for_status()
        assert answer.headers["cache-control"] == "no-store"
        found = answer.json()
        yield found["sources"] if isinstance(found, dict) else found
        path = answer.links.get("next", {}).get("url", "")


async def test_keys_come_in_pages_and_each_once_though_others_are_made_and_revoked(api: Api) -> None:
    await add_keys(api, 10)
    names: list[str] = []
    async with client(api) as asking:
        async for page in pages(asking, "/v1/keys?limit=4"):
            assert len(page) <= 4
            names += [one["name"] for one in page]
            new = Key(f"new{len(names)}", "new", "viewer", digest_of(f"new{len(names)}"), AT + timedelta(days=1))
            await api.adapters.keys.put(new)
            await api.adapters.keys.put(revoked(new, AT + timedelta(days=1)))
        assert len((await asking.get("/v1/keys")).json()) == 12 + len(names) // 4 + bool(len(names) % 4)
    assert [one for one in names if one != "new"] == [*(f"k{n:03}" for n in range(9, -1, -1)), "admin", "igf"]


async def test_an_organiser_gets_their_own_on_whatever_pages_they_are(api: Api) -> None:
    await add_keys(api, 10)
    for n in range(10):
        await api.adapters.audit.add(AuditEntry(AT, "session_started", "x", f"t{n}", "IGF" if n % 3 == 0 else "RIPE"))
    async with client(api, ORGANISER) as asking:
        theirs = [one["name"] async for page in pages(asking, "/v1/keys?limit=2") for one in page]
        done = [page async for page in pages(asking, "/v1/audit?limit=3")]
    assert theirs == ["k009", "k006", "k003", "k000"]
    assert [[one["subject"] for one in page] for page in done] == [["t9", "t6", "t3"], ["t0"]]


async def test_the_audit_trail_is_read_back_to_its_beginning(api: Api) -> None:
    for n in range(7):
        await api.adapters.audit.add(AuditEntry(AT, "session_started", "x", f"t{n}"))
    found: list[str] = []
    async with client(api) as asking:
        async for page in pages(asking, "/v1/audit?limit=3"):
            found += [one["subject"] for one in page]
            await api.adapters.audit.add(AuditEntry(AT, "session_started", "x", "meanwhile"))
    assert found == [f"t{n}" for n in range(6, -1, -1)]


async def test_a_source_that_reports_meanwhile_comes_again_and_none_is_left_out(api: Api) -> None:
    def report(n: int, later: int = 0) -> SourceReport:
        at = AT + timedelta(seconds=n + later)
        return SourceReport(f"talk-{n % 3}", "en", f"desk-{n}", "json", "one", at, since=AT)

    await api.adapters.source_reports.publish([report(n) for n in range(8)])
    found: list[str] = []
    async with client(api) as asking:
        async for page in pages(asking, "/v1/sources?limit=3"):
            found += [one["source"] for one in page]
            await api.adapters.source_reports.publish([report(5, 60), report(0, 60)])
        only = [one["source"] async for page in pages(asking, "/v1/sources?limit=1&session=talk-1") for one in page]
    assert found == ["desk-0", "desk-1", "desk-2", "desk-3", "desk-4", "desk-6", "desk-7", "desk-0", "desk-5"]
    assert only == ["desk-1", "desk-4", "desk-7"]


@pytest.mark.parametrize("path", ["/v1/sessions", "/v1/keys", "/v1/audit", "/v1/sources"])
async def test_every_list_has_the_same_bounds_and_refuses_what_is_no_cursor(api: Api, path: str) -> None:
    async with client(api) as asking:
        for cursor in ("x", "bnVsbA", "LTE", "W10", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "WzEsMl0"):
            problem_of(await asking.get(path, params={"cursor": cursor}), 400, "bad-message")
        problem_of(await asking.get(path, params={"cursor": "x" * 501}), 422, "invalid")
        for limit in (0, paging.MAX_PAGE + 1, "x"):
            problem_of(await asking.get(path, params={"limit": limit}), 422, "invalid")
        assert (await asking.get(path, params={"limit": paging.MAX_PAGE})).status_code == 200


async def test_the_command_line_lists_all_keys_of_a_running_server(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cli.key_places.MAX_PAGE", 4)
    await add_keys(api, 10)
    settings = Settings(data_folder=tmp_path, key=Secret(ADMIN))
    async with open_keys(settings, f"http://127.0.0.1:{api.port}") as keys:
        names = [one.name async for one in keys.list()]
    assert names == [*(f"k{n:03}" for n in range(9, -1, -1)), "admin", "igf"]
