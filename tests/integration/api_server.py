"""A real server in the test's own loop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from captionflow.messages import Facts, Part, StepRecord
from captionflow.settings import Settings
from captionflow.wiring.embedded import open_embedded
from captionflow.wiring.shared import Ports
from services.api.app import create_app
from services.api.live.hub import HEARTBEAT_SECONDS
from services.http.bodies import BODY_SECONDS
from services.http.connections import BoundedConnection, Config
from services.http.provided import provide
from services.http.sockets import QuietSockets
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.ingest import door_routes, hook_routes, presence_routes, routes, typing_routes
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.source_reporter import report_sources, sources_of_this_process
from services.ingest.typing_connection import Writers
from services.segment.runner import Runner
from services.sessions.on_air import OnAirKnown
from tests.waiting import until


@dataclass
class Api:
    app: FastAPI
    adapters: Ports
    port: int
    said: dict[str, list[str]] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def client(self, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=30) as client:
            yield client

    async def announce(self, session: str = "talk", **fields: Any) -> None:
        async with self.client() as client:
            answer = await client.post("/v1/sessions", json={"id": session, "title": "A talk", **fields})
            assert answer.status_code == 201

    async def say(
        self, session: str, *words: str, stored: bool = True, published: bool = True, end: bool = False
    ) -> int:
        """One step per word of one growing turn; returns the last seq."""
        said = self.said.setdefault(session, [])
        for word in words:
            said.append(word)
            step = step_of(session, said, end=end and word is words[-1])
            if published:
                await self.adapters.step_feed.publish(step)
            if stored:
                await self.adapters.turn_store.apply([step])
        await asyncio.sleep(0)
        return len(said)


def step_of(session: str, said: list[str], *, end: bool = False) -> StepRecord:
    seq = len(said)
    part = Part(
        turn_id=f"{session}.en.1",
        number=0,
        session=session,
        language="en",
        ordinal=1,
        version=seq,
        speaker="ANA",
        paragraphs=(" ".join(said),),
        closed=end,
    )
    facts = Facts(status="finished" if end else "live") if end or seq == 1 else None
    return StepRecord(session, "en", seq, seq, (part,), facts)


def problem_of(answer: httpx.Response, status: int, code: str) -> str:
    """What a problem document says to do, once it is sure that it is one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["status"], document["code"], document["type"]) == (status, code, f"/problems/{code}")
    assert document["title"]
    assert document["detail"].endswith(".")
    return str(document["detail"])


async def send(
    client: httpx.AsyncClient, *texts: str, session: str = "talk", first: int = 0, sender: str = "desk"
) -> httpx.Response:
    """Lines as a captioner's program sends them."""
    lines = [{"number": first + n, "text": text} for n, text in enumerate(texts)]
    return await client.post(f"/v1/sessions/{session}/lines", json={"sender": sender, "lines": lines})


async def transcript(
    client: httpx.AsyncClient, seq: int, session: str = "talk", *, language: str | None = None
) -> dict[str, Any]:
    """The JSON transcript, as soon as it reflects a position."""
    query = {"lang": language} if language else {}
    document: dict[str, Any] = {}

    async def reached() -> bool:
        answer = await client.get(f"/v1/sessions/{session}/transcript.json", params=query)
        document.update(answer.json())
        return bool(document["last_seq"] >= seq)

    await until(reached)
    return document


def said(document: dict[str, Any]) -> str:
    """All words that somebody spoke."""
    return " ".join(paragraph for turn in document["turns"] for paragraph in turn["paragraphs"])


async def nothing_came_of_it(client: httpx.AsyncClient) -> None:
    """What was refused left no trace in session ``talk``, and the sender goes on as if it had not been."""
    assert (await client.get("/v1/sessions/talk/lines/last?sender=desk")).json() == {"number": None}
    assert (await send(client, "Good morning.")).json()["receipts"][0]["seq"] == 1
    assert said(await transcript(client, 1)) == "Good morning."


@contextlib.asynccontextmanager
async def serving(
    folder: Path,
    *,
    http: type[asyncio.Protocol] | str = BoundedConnection,
    pipeline: bool = False,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
    body_seconds: float = BODY_SECONDS,
    **settings: Any,
) -> AsyncIterator[Api]:
    """The API alone, for tests that make the steps themselves; or the ``pipeline`` from lines to turns with it."""
    configured = Settings(data_folder=folder, **settings)
    async with open_embedded(configured) as adapters, contextlib.AsyncExitStack() as running:
        if pipeline:
            sources = sources_of_this_process()
            gateway = Gateway(
                adapters.line_log,
                adapters.sessions,
                sources=sources,
                off_record=adapters.off_record,
                on_air=OnAirKnown(adapters.line_log).now,
            )
            app = create_app(
                adapters,
                configured,
                extra_rooms=[routes.ROOM, door_routes.ROOM, presence_routes.ROOM, typing_routes.ROOM, hook_routes.ROOM],
                heartbeat_seconds=heartbeat_seconds,
                body_seconds=body_seconds,
            )
            provide(app, gateway, Doors(gateway, adapters.line_log, adapters.sessions), Writers(gateway))
            facts, parts = adapters.index_queues()
            for work in (
                FactsIndexer(facts, adapters.sessions, on_session=app.state.hub.session_changed).run(),
                PartIndexer(parts, adapters.turn_store).run(),
                Runner(adapters.line_log, adapters.step_feed, adapters.turn_store).run(),
                report_sources(sources, adapters.source_reports, seconds=0.05),
            ):
                await running.enter_async_context(_working(work))
        else:
            app = create_app(adapters, configured, heartbeat_seconds=heartbeat_seconds)
        config = Config(
            app, port=0, http=http, ws=QuietSockets, log_config=None, lifespan="on", timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve())
        await until(lambda: server.started)
        try:
            yield Api(app, adapters, server.servers[0].sockets[0].getsockname()[1])
        finally:
            app.state.hub.close()
            server.should_exit = True
            await task


@contextlib.asynccontextmanager
async def _working(part: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(part)
    await asyncio.sleep(0)  # it has begun: it has subscribed to what it follows
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
