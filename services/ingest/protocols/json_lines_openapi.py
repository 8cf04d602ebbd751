"""What the API's description says of the lines endpoints: for senders, with examples that work as they stand."""

from typing import Any

_RECEIPTS = {
    "session": "ws-245",
    "language": "en",
    "receipts": [{"number": 0, "seq": 1, "received_at": "2015-11-12T14:00:01.250000Z"}],
    "cleaned": 0,
    "missing": [],
}
_ROW = {
    "type": "object",
    "required": ["number"],
    "additionalProperties": False,
    "properties": {
        "number": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "description": "The sender's own count."},
        "text": {"type": ["string", "null"], "description": "With its line break, at most 2,000 characters."},
        "eol": {"type": ["boolean", "null"], "default": True, "description": "A line break follows the text."},
        "at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it was said; now when left out.",
        },
        "speaker": {"type": ["string", "null"], "maxLength": 200, "description": "When the source knows who speaks."},
        "segment": {
            "type": ["string", "null"],
            "maxLength": 200,
            "description": "A recogniser's id for the utterance.",
        },
        "final": {"type": "boolean", "default": True, "description": "False: interim, replaced by the next."},
        "revises": {
            "type": ["integer", "null"],
            "minimum": 1,
            "description": "seq of the line that this one replaces.",
        },
        "ends": {"type": "boolean", "default": False, "description": "The session is over after this line."},
        "sender": {"type": ["string", "null"], "pattern": r"^[\w.@-]{1,64}$"},
    },
}
_BODY = {
    "type": "object",
    "required": ["lines"],
    "additionalProperties": False,
    "properties": {
        "sender": _ROW["properties"]["sender"],  # type: ignore[index]  # a dict literal of mixed values
        "lines": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _ROW},
    },
}


_NUMBERS = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer"}}
_ANSWER = {
    "type": "object",
    "required": ["session", "language", "receipts", "cleaned", "missing"],
    "properties": {
        "session": {"type": "string"},
        "language": {"type": "string"},
        "receipts": {
            "type": "array",
            "description": "One for each line, in their order.",
            "items": {
                "type": "object",
                "required": ["number", "seq", "received_at"],
                "properties": {
                    "number": {"type": "integer", "description": "The sender's own count."},
                    "seq": {"type": "integer", "minimum": 1, "description": "The line's place in the log."},
                    "received_at": {"type": "string", "format": "date-time"},
                },
            },
        },
        "cleaned": {"type": "integer", "description": "Control characters that were taken out."},
        "missing": {"type": "array", "items": _NUMBERS, "description": "Runs of numbers that were skipped."},
    },
}
_LAST = {"type": "object", "required": ["number"], "properties": {"number": {"type": ["integer", "null"]}}}


def _problem(description: str, code: str, status: int) -> dict[str, Any]:
    example = {"type": f"/problems/{code}", "title": description, "status": status, "code": code, "detail": "…"}
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema, "example": example}}
    return {"description": description, "content": content}


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("Not valid: the detail names the line and the field", "bad-message", 400),
    401: _problem("The token is missing or wrong", "unauthorized", 401),
    404: _problem("No such session: announce it with POST /v1/sessions", "not-found", 404),
    422: _problem("A parameter is missing or can't be", "invalid", 422),
    503: _problem("Nothing was stored: send the very same again after Retry-After", "unavailable", 503),
}

LINES: dict[str, Any] = {
    "summary": "Send lines",
    "description": (
        "Accepts lines of one language in order of arrival, and answers 202 when they are durable. Each line is known "
        "by its sender and number: send it again as often as you like, the answer is that of the first time. A number "
        "that was skipped is reported in `missing` and still taken later."
    ),
    "responses": {
        202: {
            "description": "Durable. `missing` has the runs of numbers that this sender skipped.",
            "content": {"application/json": {"schema": _ANSWER, "example": _RECEIPTS}},
        },
        408: _problem("The body came too slowly", "request-timeout", 408),
        409: _problem("This number was used before for another text", "conflict", 409),
        415: _problem("Neither JSON nor NDJSON: set Content-Type", "unsupported-media-type", 415),
        413: _problem("A line, the lines or the body are above the limit", "too-large", 413),
        **_PROBLEMS,
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": _BODY,
                    "example": {"sender": "desk-1", "lines": [{"number": 0, "text": ">> CHAIR:  Good morning."}]},
                },
                "application/x-ndjson": {
                    "schema": {"type": "string"},
                    "example": '{"number":0,"text":">> CHAIR:  Good morning."}\n{"number":1,"text":"Welcome."}\n',
                },
            },
        }
    },
}
LAST: dict[str, Any] = {
    "summary": "Where a sender stands",
    "description": "The highest number that is durable from this sender, or null: go on with the next one.",
    "responses": {
        200: {
            "description": "The number",
            "content": {"application/json": {"schema": _LAST, "example": {"number": 41}}},
        },
        **{status: _PROBLEMS[status] for status in (400, 404, 422, 503)},
    },
}
