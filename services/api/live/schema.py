"""The JSON schema of a long poll's answer: events as the stream has them."""

from typing import Any

EVENTS: dict[str, Any] = {
    "type": "object",
    "required": ["events"],
    "properties": {
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["event", "id", "data"],
                "properties": {
                    "event": {
                        "enum": ["snapshot", "delta", "session", "interrupted", "off_record", "reset", "finished"]
                    },
                    "id": {"type": ["integer", "null"], "description": "Give the last one as `after` next time."},
                    "data": {
                        "type": "object",
                        "properties": {
                            "seq": {"type": "integer"},
                            "since": {"type": ["string", "null"], "format": "date-time"},
                            "seconds": {"type": "number", "minimum": 0},
                            "earlier": {"type": "string", "description": "Of a snapshot: see the parts of a session."},
                            "begin": {"type": ["string", "null"], "format": "date-time"},
                            "keep": {"type": "integer", "minimum": 0},
                            "text": {"type": "string"},
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
