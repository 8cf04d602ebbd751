"""How rooms describe their calls (OpenAPI): answers, bodies, problems. ``services.openapi`` puts all of it together."""

from typing import Any

from services.http.problems import KINDS

Responses = dict[int | str, dict[str, Any]]

PROBLEM: dict[str, Any] = {
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


def answers(schema: str | dict[str, Any], example: object, description: str = "Done") -> dict[str, Any]:
    """A JSON response: the name of its schema or the schema itself, and an example."""
    shape = {"$ref": f"#/components/schemas/{schema}"} if isinstance(schema, str) else schema
    return {"description": description, "content": {"application/json": {"schema": shape, "example": example}}}


def problems(*codes: str) -> Responses:
    """The responses of these codes."""
    return {KINDS[code].status: problem_response(code) for code in sorted(codes, key=lambda code: KINDS[code].status)}


def body(schema: str, example: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    """``openapi_extra`` of a call with a JSON body: the name of its schema, and an example."""
    return request_body({kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}})


def request_body(content: dict[str, Any]) -> dict[str, Any]:
    """``openapi_extra`` of a call with a body, by media type."""
    return {"requestBody": {"required": True, "content": content}}


def query(name: str, description: str, example: str) -> dict[str, Any]:
    """A parameter of the query that the handler reads by itself, as text."""
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", "examples": [example]},
    }


def event_stream(description: str, example: str) -> dict[str, Any]:
    """A response of server-sent events, with an example of what is sent. ``itemSchema`` is as in OpenAPI 3.2."""
    text = {"type": "string"}
    one = {"type": "object", "required": ["data"], "properties": dict.fromkeys(("event", "id", "data"), text)}
    return {
        "description": description,
        "content": {"text/event-stream": {"schema": text, "itemSchema": one, "example": example}},
    }


def problem_response(code: str) -> dict[str, Any]:
    """The response of one code, with an example."""
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
    "not-implemented": "It can be had as json.",
    "unavailable": "The disk is full: nothing was stored. Free space, then send the same again.",
}
