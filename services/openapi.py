"""Writes the description of all calls (OpenAPI): ``python -m services.openapi``, ``--check`` only looks.

Each room describes its own calls and types; this joins the rooms of all services, which never import each other. Every
web process serves the same document, whichever calls it takes itself.
"""

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.routing import APIRoute

from captionflow.access import Who
from captionflow.field_docs import described
from services.api.app import ROOMS as READING
from services.http.access import declared
from services.http.application import ALWAYS, OPENAPI_FILE
from services.http.credentials import COOKIE
from services.http.openapi import PROBLEM, problem_response, problems
from services.http.rooms import Room
from services.ingest.app import ROOMS as WRITING

DESCRIPTION: Final = """Live captions on a room screen, on phones and in a searchable archive.

Announce a session, send its lines, follow it live, download its transcript, search all of them. Errors are problem
documents (RFC 9457) whose `detail` says what to do. Times are UTC; positions (`seq`) count the lines of one session and
language."""

_KEYS: Final = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key, or `CAPTIONFLOW_INGEST_TOKEN` where it is set."},
    "address": {"type": "apiKey", "in": "query", "name": "key", "description": "For tools that can't set a header."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Of the pages, for pages alone."},
}
"""Ways to show a key. An installation without keys asks nobody for one who is at its machine."""

_TIMES: Final = frozenset({"created_at", "updated_at", "starts_at", "ends_at", "received_at", "at"})


def rooms() -> tuple[Room, ...]:
    """All rooms, each once."""
    return tuple({id(room): room for room in (*READING, *WRITING, *ALWAYS)}.values())


def document() -> dict[str, Any]:
    """The description of all calls."""
    app = FastAPI(
        title="captionflow",
        version="1",
        summary="Live captions and their archive",
        description=DESCRIPTION,
        responses={"default": {"$ref": "#/components/responses/Problem"}},
    )
    for room in rooms():
        app.include_router(room.routes)
    found = app.openapi()
    components = found.setdefault("components", {})
    components["schemas"] = _schemas()
    components["responses"] = {"Problem": problem_response("internal") | {"description": "Another problem."}}
    components["securitySchemes"] = _KEYS
    for path, method, who in _calls():
        operation = found["paths"][path][method]
        security = _security(who)
        if security is not None:
            operation["security"] = security
        operation["responses"] = _failures(method, who) | operation["responses"]
    return found


def _calls() -> Iterator[tuple[str, str, Who | None]]:
    """The path, the method, and who may make the call, of all that are described."""
    for room in rooms():
        for route in room.routes.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    yield route.path_format, method.lower(), declared(route.endpoint)


def _security(who: Who | None) -> list[dict[str, list[str]]] | None:
    """How a key is shown, if one is needed. A reader needs one where a session is closed."""
    if who == "anyone":
        return None
    shown: list[dict[str, list[str]]] = [{name: []} for name in _KEYS]
    return [{}, *shown] if who == "reader" else shown


def _failures(method: str, who: Who | None) -> dict[str, Any]:
    """What can go wrong with every call of this kind."""
    codes = ["too-many-requests"]
    if who != "anyone":
        codes += ["unauthorized", "forbidden"]
    if method != "get":
        codes += ["request-timeout", "too-large", "unsupported-media-type"]
    return {str(status): one for status, one in problems(*codes).items()}


def _schemas() -> dict[str, Any]:
    types = [one for room in rooms() for one in room.types]
    _, found = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    described(found, [sys.modules[name] for name in sorted({one.__module__ for one in types})])
    for one in found.values():
        for name, schema in one.get("properties", {}).items():
            if name in _TIMES:
                for choice in schema.get("anyOf", [schema]):
                    if choice.get("type") == "string":
                        choice["format"] = "date-time"
    further = {name: schema for room in rooms() for name, schema in room.schemas.items()}
    return found | {"Problem": PROBLEM} | further


def encoded() -> bytes:
    """As the file has it."""
    return msgspec.json.format(msgspec.json.encode(document(), order="sorted"), indent=2) + b"\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` tell whether it is as it must be."""
    file = Path(str(files("services.http"))) / OPENAPI_FILE
    wanted = encoded()
    if "--check" not in arguments:
        file.write_bytes(wanted)
        return 0
    if file.is_file() and file.read_bytes() == wanted:
        return 0
    sys.stderr.write(f"{file.name} is not what the calls say: run `make schema`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
