"""The JSON schema of a transcript, which is composed of turns and is not a struct."""

from typing import Any

_TEXT = {"type": "string"}
_MARKED = {
    "type": "object",
    "required": ["text", "at"],
    "properties": {"text": _TEXT, "at": {"type": "integer", "minimum": 0, "description": "Offset in code points."}},
}
TRANSCRIPT: dict[str, Any] = {
    "type": "object",
    "description": "`turns` and `apart` are those of `captionflow segment --json`.",
    "required": ["session", "language", "last_seq", "turns", "apart", "apart_at", "stamps"],
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
        "apart_at": {
            "type": "array",
            "description": "For each of `apart` its turn and the offset there; the head is none of `turns`.",
            "items": {
                "type": "object",
                "required": ["turn_id", "offset"],
                "properties": {"turn_id": _TEXT, "offset": {"type": "integer", "minimum": 0}},
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
