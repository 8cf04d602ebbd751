"""docs/messages/: JSON Schema and AsyncAPI of the messages, generated from captionflow/messages.py.

``python -m captionflow.schema`` writes them; with ``--check`` it only compares, and fails when they are stale.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from captionflow import messages
from captionflow.field_docs import described
from captionflow.identity import SESSION_ID
from captionflow.messages import (
    Apart,
    Facts,
    Line,
    LineRecord,
    Note,
    Part,
    Session,
    SourceReport,
    SourceWarning,
    Stamp,
    StepRecord,
)
from captionflow.stamps import pack

RECORDS = (LineRecord, StepRecord, Session, SourceReport)
FOLDER = Path(__file__).parent.parent / "docs" / "messages"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_AT = datetime(2026, 9, 14, 9, 0, 1, 250_000, tzinfo=UTC)

EXAMPLES: dict[str, msgspec.Struct] = {
    "LineRecord": LineRecord(
        session="opening",
        language="en",
        lines=(
            Line(sender="desk-1", number=41, text=">> CHAIR:  Good morn", at=_AT, seq=42, received_at=_AT),
            Line(sender="desk-1", number=42, text="ing.  [Applause]\n", seq=43, received_at=_AT),
        ),
    ),
    "StepRecord": StepRecord(
        session="opening",
        language="en",
        first_seq=42,
        last_seq=43,
        parts=(
            Part(
                turn_id="opening.en.42",
                number=0,
                session="opening",
                language="en",
                ordinal=7,
                version=43,
                speaker="CHAIR",
                role=True,
                paragraphs=("Good morning.",),
                notes=(Note(text="[Applause]", at=13),),
                apart=(Apart(text="(1.45 pm)", why="mark", at=13),),
                times=pack([Stamp(offset=0, at=_AT)]),
            ),
        ),
        facts=Facts(title="Opening session", date="2026-09-14", edition="raw"),
        missing=(39, 41),
    ),
    "Session": Session(
        id="opening",
        version=3,
        created_at=_AT,
        updated_at=_AT,
        title="Opening session",
        event="Forum 2026",
        room="Room 3",
        date="2026-09-14",
        languages=("en", "fr"),
        starts_at=_AT,
        status="live",
    ),
    "SourceReport": SourceReport(
        session="opening",
        language="en",
        source="desk-1",
        door="json",
        process="5f3a9c01",
        at=_AT,
        since=_AT,
        last_word_at=_AT,
        words=4,
        words_a_minute=24,
        delay_seconds=0.25,
        warnings=(
            SourceWarning(code="numbers-missing", detail="Numbers were left out.", count=1, first_at=_AT, last_at=_AT),
        ),
    ),
}
"""One of each record, with as many of its fields as make sense together."""

_KEY = {"type": "string", "pattern": f"^{SESSION_ID}$", "description": "The session's id as raw bytes."}
_KEYS = {
    "LineRecord": _KEY,
    "StepRecord": {
        "type": "string",
        "pattern": rf"^{SESSION_ID}\.[A-Za-z0-9-]+$",
        "description": (
            "The session's id, a full stop and the language as raw bytes. It does not choose the partition: a step is "
            "in the partition with the number of that of its lines."
        ),
    },
    "Session": _KEY,
    "SourceReport": _KEY,
}
_BESIDES: dict[str, dict[str, Any]] = {
    "StepRecord": {
        "state": {
            "type": "object",
            "description": "The segmenter's state after the step. Its own business: it may change with any release.",
        },
        "offset": {
            "type": "integer",
            "minimum": 0,
            "description": "Where in its partition of captions.lines the last record was that the state reflects.",
        },
    },
    "Session": {
        "learned": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The fields that were filled from the text and that a later reading may better.",
        },
    },
}
"""Fields that a record has on its topic besides those of its message: for its writer alone."""
_CHANNELS = {
    "lines": (
        "captions.lines",
        "LineRecord",
        (
            "The truth: consecutive lines of one session and language. Everything else can be rebuilt from it. "
            "Kept for ever (retention.ms=-1, cleanup.policy=delete), acknowledged by all replicas."
        ),
    ),
    "turns": (
        "captions.turns",
        "StepRecord",
        (
            "What each step of the segmenter changed. Derived: kept for days (cleanup.policy=delete), never compacted, "
            "since a record holds only what one step changed. As many partitions as captions.lines."
        ),
    ),
    "sessions": (
        "captions.sessions",
        "Session",
        (
            "What is known of each session, a record for each change. A record whose version is not the one after the "
            "last valid one of its session is void: it lost a race. Kept for ever and never compacted, since that "
            "could keep the one that lost. One partition."
        ),
    ),
    "sources": (
        "captions.sources",
        "SourceReport",
        (
            "What each ingest knows of its sources, said again and again: for the people who watch over the rooms. "
            "Kept for an hour (cleanup.policy=delete). One partition."
        ),
    ),
}
_DEAD_LETTER = {
    "address": "captions.dead-letter",
    "description": "Records that can't be used, as they came, with the reason. Kept for 30 days. One partition.",
    "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in ("DeadLetter", "PutBack")},
}


def json_schema() -> dict[str, Any]:
    """One JSON Schema (2020-12) document with a definition for every message; validates any of the records."""
    refs, definitions = msgspec.json.schema_components(RECORDS, ref_template="#/$defs/{name}")
    return {
        "$schema": _DRAFT,
        "title": "captionflow messages",
        "description": f"Version {messages.VERSION}. Unknown fields are ignored; times are RFC 3339 with an offset.",
        "anyOf": list(refs),
        "$defs": described(definitions, [messages]),
    }


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of the topics."""
    _, definitions = msgspec.json.schema_components(RECORDS, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "captionflow",
            "version": str(messages.VERSION),
            "description": "What travels between the services. The embedded mode has the same messages without topics.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            **{
                name: {
                    "address": address,
                    "description": description,
                    "messages": {record: {"$ref": f"#/components/messages/{record}"}},
                }
                for name, (address, record, description) in _CHANNELS.items()
            },
            "deadLetters": _DEAD_LETTER,
        },
        "operations": dict(_operations()),
        "components": {
            "messages": {
                **{record: _message(record) for _, record, _ in _CHANNELS.values()},
                "DeadLetter": _dead_letter(),
                "PutBack": _put_back(),
            },
            "schemas": _draft_07(described(definitions, [messages])),
        },
    }


def documents() -> dict[str, bytes]:
    """File name to content, as they must be in docs/messages/."""
    made = {"schema.json": json_schema(), "asyncapi.json": asyncapi()}
    return {name: msgspec.json.format(msgspec.json.encode(one), indent=2) + b"\n" for name, one in made.items()}


def stale(folder: Path = FOLDER) -> tuple[str, ...]:
    """The names of the files that are not as ``documents`` says."""
    return tuple(
        name
        for name, content in documents().items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    )


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    summaries = {
        ("lines", "send"): "ingest appends lines",
        ("lines", "receive"): "segment reads lines",
        ("turns", "send"): "segment says what changed",
        ("turns", "receive"): "index stores it, and api delivers it",
        ("sessions", "send"): "ingest and api announce and change sessions",
        ("sessions", "receive"): "index and api learn of sessions",
        ("sources", "send"): "ingest says what it knows of its sources",
        ("sources", "receive"): "api shows them to who watches over the rooms",
        ("deadLetters", "send"): "a service that can't use a record sets it aside",
        ("deadLetters", "receive"): "`captionflow dead-letters` shows them, and puts them back",
    }
    for (channel, action), summary in summaries.items():
        name = f"{action}{channel[0].upper()}{channel[1:]}"
        yield name, {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _message(record: str) -> dict[str, Any]:
    example = msgspec.json.decode(msgspec.json.encode(EXAMPLES[record]))
    return {
        "name": record,
        "contentType": "application/json",
        "payload": _payload(record),
        "bindings": {"kafka": {"key": _KEYS[record]}},
        "examples": [{"name": "example", "payload": example}],
    }


def _payload(record: str) -> dict[str, Any]:
    message = {"$ref": f"#/components/schemas/{record}"}
    besides = _BESIDES.get(record)
    return {"allOf": [message, {"type": "object", "properties": besides}]} if besides else message


def _dead_letter() -> dict[str, Any]:
    return {
        "name": "DeadLetter",
        "summary": "The value of the refused record, byte for byte.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": ["origin", "reason"],
            "properties": {
                "origin": {
                    "type": "string",
                    "description": (
                        "topic/partition/offset that it was read from; of a part of a turn that the search index "
                        "refused, turn_id/number"
                    ),
                },
                "reason": {"type": "string", "description": "one sentence, without captions"},
            },
        },
        "payload": {"type": "string", "format": "binary"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The refused record's key, as it was."}}},
    }


def _put_back() -> dict[str, Any]:
    return {
        "name": "PutBack",
        "summary": "A note that a person has put a dead letter back: no value, the dead letter's key.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": ["put-back", "origin"],
            "properties": {
                "put-back": {"type": "string", "pattern": "^[0-9]+$", "description": "the dead letter's offset"},
                "origin": {"type": "string", "description": "topic/partition/offset where its bytes are now"},
            },
        },
        "payload": {"type": "string", "maxLength": 0},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The refused record's key, as it was."}}},
    }


def _draft_07(value: Any) -> Any:
    """AsyncAPI's schemas are JSON Schema draft 07, where a tuple of fixed length is written in another way."""
    if isinstance(value, list):
        return [_draft_07(one) for one in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _draft_07(one) for key, one in value.items()}
    if "prefixItems" in changed:
        changed["items"] = changed.pop("prefixItems")
        changed["additionalItems"] = False
    return changed


def main(arguments: list[str]) -> int:
    """Write the documents; with ``--check`` say which are stale. Gives the exit code."""
    if arguments == ["--check"]:
        names = stale()
        sys.stderr.writelines(f"docs/messages/{name} is stale: run `make schema`\n" for name in names)
        return 1 if names else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in documents().items():
        (FOLDER / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
