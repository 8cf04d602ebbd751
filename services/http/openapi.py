"""What the API's description says besides what FastAPI finds out: schemas, examples, each problem of each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from captionflow.messages import Part, Session
from captionflow.ports import SearchPage
from services.api.live.delta import PartDelta
from services.http.problems import KINDS
from services.sessions.drafts import SessionDraft, SessionPatch

if TYPE_CHECKING:
    from collections.abc import Iterator

Responses = dict[int | str, dict[str, Any]]

_TIMES = frozenset({"created_at", "updated_at", "starts_at", "ends_at", "received_at", "at"})
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `detail` says what is wrong and what to do; `code` is for programs.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"enum": list(KINDS)},
        "detail": {"type": "string"},
        "available": {"type": "array", "items": {"type": "string"}, "description": "406: what can be had."},
        "limit": {"type": "integer", "description": "413: the most bytes of a body."},
        "errors": {
            "type": "array",
            "description": "422: each parameter that is wrong.",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
_TEXT = {"type": "string"}
_MARKED = {
    "type": "object",
    "required": ["text", "at"],
    "properties": {"text": _TEXT, "at": {"type": "integer", "minimum": 0, "description": "Offset in code points."}},
}
_TRANSCRIPT: dict[str, Any] = {
    "type": "object",
    "description": "`turns` and `apart` are those of `captionflow segment --json`.",
    "required": ["session", "language", "last_seq", "turns", "apart", "stamps"],
    "properties": {
        "session": {"$ref": "#/components/schemas/Session"},
        "language": _TEXT,
        "last_seq": {"type": "integer", "description": "Position in the line log that this reflects."},
        "turns": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["turn_id", "ordinal", "version", "speaker", "role", "language", "paragraphs", "notes"],
                "properties": {
                    "turn_id": _TEXT,
                    "ordinal": {"type": "integer", "minimum": 1},
                    "version": {"type": "integer", "minimum": 1},
                    "speaker": {"type": ["string", "null"], "description": "As captioned; null if nobody knows."},
                    "role": {"type": "boolean", "description": "The label is a role (MODERATOR) and no person."},
                    "language": _TEXT,
                    "paragraphs": {"type": "array", "items": _TEXT},
                    "notes": {"type": "array", "items": _MARKED},
                },
            },
        },
        "apart": {
            "type": "array",
            "description": "Words that nobody spoke.",
            "items": {
                "type": "object",
                "required": ["text", "why"],
                "properties": {"text": _TEXT, "why": {"enum": ["head", "furniture", "mark", "end"]}},
            },
        },
        "stamps": {
            "type": "array",
            "description": "When words were said, where the source knows.",
            "items": {
                "type": "object",
                "required": ["turn_id", "offset", "at"],
                "properties": {
                    "turn_id": _TEXT,
                    "offset": {"type": "integer", "minimum": 0},
                    "at": {"type": "string", "format": "date-time"},
                },
            },
        },
    },
}
_EVENTS: dict[str, Any] = {
    "type": "object",
    "required": ["events"],
    "properties": {
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["event", "id", "data"],
                "properties": {
                    "event": {"enum": ["snapshot", "delta", "session", "reset", "finished"]},
                    "id": {"type": ["integer", "null"], "description": "Give the last one as `after` next time."},
                    "data": {
                        "type": "object",
                        "properties": {
                            "seq": {"type": "integer"},
                            "parts": {
                                "type": "array",
                                "items": {
                                    "anyOf": [
                                        {"$ref": "#/components/schemas/Part"},
                                        {"$ref": "#/components/schemas/PartDelta"},
                                    ]
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


def schemas() -> dict[str, Any]:
    """The components that the calls refer to."""
    types = [Session, SearchPage, SessionDraft, SessionPatch, Part, PartDelta]
    _, found = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    for one in found.values():
        for name, schema in one.get("properties", {}).items():
            if name in _TIMES:
                for choice in schema.get("anyOf", [schema]):
                    if choice.get("type") == "string":
                        choice["format"] = "date-time"
    return found | {"Problem": _PROBLEM, "Transcript": _TRANSCRIPT, "Events": _EVENTS}


def answers(schema: str | dict[str, Any], example: object, description: str = "Done") -> dict[str, Any]:
    """A JSON response: the name of its schema or the schema itself, and an example."""
    shape = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    return {"description": description, "content": {"application/json": {"schema": shape, "example": example}}}


def problems(*codes: str) -> Responses:
    """The responses of these codes."""
    return {KINDS[code].status: _problem(code) for code in sorted(codes, key=lambda code: KINDS[code].status)}


def finish(document: dict[str, Any]) -> dict[str, Any]:
    """Add the components, and what is the same for all calls that change something."""
    components = document.setdefault("components", {})
    components["schemas"] = schemas()
    components["responses"] = {"Problem": _problem("internal") | {"description": "Another problem."}}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "`CAPTIONFLOW_INGEST_TOKEN`, where it is set."}
    }
    for method, operation in _operations(document):
        if method not in {"get", "head"}:
            operation["security"] = [{"token": []}, {}]
            operation["responses"] |= {
                str(status): one for status, one in problems("unauthorized", "too-large").items()
            }
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in document["paths"].values():
        yield from methods.items()


def _problem(code: str) -> dict[str, Any]:
    kind = KINDS[code]
    example = {
        "type": f"/problems/{code}",
        "title": kind.title,
        "status": kind.status,
        "code": code,
        "detail": _DETAILS.get(code, kind.remedy),
    }
    if code == "not-acceptable":
        example["available"] = ["application/json", "text/plain", "text/vtt", "application/x-subrip"]
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{kind.title}. {kind.remedy}",
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }


_DETAILS = {
    "not-found": "There is no session 'opening': announce it first.",
    "not-acceptable": "It can be had as application/json, text/plain, text/vtt, application/x-subrip.",
    "conflict": "The session is at version 7: read it again.",
    "invalid": "date: it is not a day like 2015-11-12 of the years 1900 to 2199.",
    "unavailable": "The disk is full: nothing was stored. Free space, then send the same again.",
}
