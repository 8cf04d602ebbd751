"""Writes the description of all calls (OpenAPI): ``python -m services.openapi``, ``--check`` only looks.

Each room describes its own calls and types; this joins the rooms of all services, which never import each other. Every
web process serves the same document, whichever calls it takes itself.
"""

import sys
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI

from captionflow.field_docs import described
from services.api.app import ROOMS as READING
from services.http.application import ALWAYS, OPENAPI_FILE
from services.http.openapi import PROBLEM, problem_response, problems
from services.http.rooms import Room
from services.ingest.app import ROOMS as WRITING

DESCRIPTION: Final = """Live captions on a room screen, on phones and in a searchable archive.

Announce a session, send its lines, follow it live, download its transcript, search all of them. Errors are problem
documents (RFC 9457) whose `detail` says what to do. Times are UTC; positions (`seq`) count the lines of one session and
language."""

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
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "`CAPTIONFLOW_INGEST_TOKEN`, where it is set."}
    }
    of_writes = {str(status): one for status, one in problems("unauthorized", "request-timeout", "too-large").items()}
    for methods in found["paths"].values():
        for method, operation in methods.items():
            if method not in {"get", "head"}:
                operation["security"] = [{"token": []}, {}]
                operation["responses"] |= of_writes
    return found


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
