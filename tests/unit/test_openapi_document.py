"""There is one description of the API, whichever process answers, and all calls are in it."""

import json
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute

from captionflow.settings import Settings
from captionflow.wiring.embedded import open_embedded
from services import openapi
from services.api import app as api
from services.http.application import create_application
from services.http.gate import Access
from services.http.rooms import Room
from services.ingest import app as ingest


def test_the_file_is_what_the_calls_say() -> None:
    assert openapi.main(["--check"]) == 0


@pytest.mark.parametrize("rooms", [api.ROOMS, ingest.ROOMS])
async def test_every_process_serves_the_whole_description(rooms: tuple[Room, ...], tmp_path: Path) -> None:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        access = Access(ports.keys, ports.sessions, Settings())
    app = httpx.ASGITransport(create_application(rooms, Settings(), access))
    async with httpx.AsyncClient(transport=app, base_url="http://here") as client:
        assert (await client.get("/openapi.json")).json() == json.loads(openapi.encoded())


def test_every_call_of_every_room_is_described() -> None:
    described = openapi.document()["paths"]
    for room in openapi.rooms():
        for route in room.routes.routes:
            if isinstance(route, APIWebSocketRoute):
                continue  # OpenAPI has no word for them; docs/ingest.md describes what they take
            assert isinstance(route, APIRoute)
            if route.include_in_schema:
                assert {method.lower() for method in route.methods} <= described[route.path].keys()
