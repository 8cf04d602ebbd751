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
        "gaps": {
            "type": "array",
            "description": "Where no words came for a minute or longer, and the turn that went on then.",
            "items": {
                "type": "object",
                "required": ["turn_id", "since", "until", "seconds"],
                "properties": {
                    "turn_id": _TEXT,
                    "since": {"type": "string", "format": "date-time", "description": "The last words before."},
                    "until": {"type": "string", "format": "date-time", "description": "The first words after."},
                    "seconds": {"type": "number", "minimum": 60},
                },
            },
        },
        "stamps": {
            "type": "array",
            "description": "When words were said, where the source knows.",
            "items": {
                "type": "object",
                "required": ["turn_id", "offset", "start"],
                "properties": {
                    "turn_id": _TEXT,
                    "offset": {"type": "integer", "minimum": 0, "description": "In the turn's text, in code points."},
                    "start": {
                        "type": ["number", "null"],
                        "description": (
                            "Seconds on the clock of the WebVTT export: from the source's own zero, or, if dates are "
                            "known, from the start of the session or the first words. Null: it is on another clock."
                        ),
                    },
                    "end": {
                        "type": ["number", "null"],
                        "description": "When these words had been said, if the source knows.",
                    },
                    "at": {"type": "string", "format": "date-time", "description": "If the date is known."},
                    "until": {"type": "string", "format": "date-time", "description": "Of `end`, if it is known."},
                },
            },
        },
    },
}
