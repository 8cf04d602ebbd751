"""Whatever a tool sends, a door answers 200, and no word is lost."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.messages import Session
from services.ingest.protocols.post_bodies import text_of
from tests.twins.ingest import ingest

_PATHS = (
    "closedcaption?id=",
    "closedcaption?cid=",
    "closedcaption/seq?id=",
    "cartcaption?meetingid=",
    "streamtext?event=",
)
_TYPES = st.sampled_from(
    ["", "text/plain", "text/plain; charset=utf-16", "application/x-www-form-urlencoded", "a/b; \xff"]
)
_TAGS = st.sampled_from(["", "en", "en-US", "jp-JP", "not a tag", "\0", "x" * 90]) | st.text(max_size=8)
_NUMBERS = st.sampled_from(["", "0", "1", "007", "9" * 5_000, "-1", "1e9", "٣"]) | st.integers(0, 30).map(str)
_BODIES = (
    st.binary(max_size=80)
    | st.text(max_size=80).map(str.encode)
    | st.sampled_from([b"\x08" * 50, b"x" * 70_000, b"2026-11-24T09:00:01.250\nOne \n" * 300, b"\n" * 9_000])
)
_SHORT = st.text(st.sampled_from("abc .\n"), min_size=1, max_size=12)


async def _served(folder: Path, posts: list[tuple[str, bytes, str]]) -> tuple[list[int], str]:
    """The answers, and what the log says then."""
    database = Database.open(folder / "captionflow.db")
    log, sessions = SqliteLineLog(database), SqliteSessionStore(database)
    now = datetime.now(UTC)
    app, _ = ingest(log, sessions)
    session = f"talk-{now.timestamp():.6f}".replace(".", "-")
    try:
        await sessions.create(Session(session, 1, now, now))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 5_000))
        answers = []
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for path, body, kind in posts:
                address = path.replace("{session}", session)
                headers = {b"content-type": kind.encode("latin-1")}
                answers.append((await client.post(address, content=body, headers=headers)).status_code)
        texts: dict[int, str] = {}
        async for record in log.read(session, "en"):
            for line in record.lines:
                texts[line.revises or line.seq] = line.text
        return answers, "".join(texts.values())
    finally:
        await database.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(_PATHS), _NUMBERS, _TAGS, _TYPES, _BODIES), min_size=1, max_size=8))
def test_whatever_comes_is_answered_with_200(tmp_path: Path, posts: list[tuple[str, str, str, str, bytes]]) -> None:
    sent = [
        (f"/{path}{{session}}&seq={quote(number)}&lang={quote(tag)}", body, kind)
        for path, number, tag, kind, body in posts
    ]
    answers, _ = asyncio.run(_served(tmp_path, sent))
    assert set(answers) == {200}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(_SHORT | st.binary(max_size=12), min_size=1, max_size=20))
def test_of_new_posts_no_character_is_lost(tmp_path: Path, bodies: list[str | bytes]) -> None:
    """Each has a number of its own, and begins with it, so that none repeats another."""
    encoded = [
        f"{number}: ".encode() + (body.encode() if isinstance(body, str) else body)
        for number, body in enumerate(bodies, 1)
    ]
    sent = [(f"/closedcaption?id={{session}}&seq={number}", body, "") for number, body in enumerate(encoded, 1)]
    answers, said = asyncio.run(_served(tmp_path, sent))
    assert set(answers) == {200}
    wanted = Counter("".join("".join(text_of(body, "").text for body in encoded).split()))
    assert Counter("".join(said.split())) == wanted
