"""The published schemas are those of the code, and describe what really travels."""

import json
from typing import Any

import jsonschema
import msgspec
import pytest

from captionflow import schema
from captionflow.messages import Line, LineRecord, Session, SourceReport, StepRecord

SPECIFICATION: dict[str, tuple[set[str], set[str]]] = {
    "document": (
        {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"},
        {"asyncapi", "info"},
    ),
    "info": (
        {"title", "version", "description", "termsOfService", "contact", "license", "tags", "externalDocs"},
        {"title", "version"},
    ),
    "components": ({"schemas", "messages", "channels", "operations", "replies", "parameters", "tags"}, set()),
    "channel": (
        {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags", "bindings"},
        {"address", "messages"},
    ),
    "operation": (
        {"action", "channel", "title", "summary", "description", "security", "tags", "bindings", "messages", "reply"},
        {"action", "channel"},
    ),
    "message": (
        {"headers", "payload", "correlationId", "contentType", "name", "title", "summary", "description", "tags"}
        | {"externalDocs", "bindings", "examples", "traits"},
        {"payload"},
    ),
}
"""Fields, and those that must be there, by https://www.asyncapi.com/docs/reference/specification/v3.0.0."""

FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER
WHOLE = jsonschema.Draft202012Validator(schema.json_schema(), format_checker=FORMATS)


def validator(record: str) -> jsonschema.Draft202012Validator:
    document = schema.json_schema()
    return WHOLE.evolve(schema={"$ref": f"#/$defs/{record}", "$defs": document["$defs"]})


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [ref for one in value for ref in references(one)]
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for one in value.values() for ref in references(one)]
    return []


def resolve(document: dict[str, Any], ref: str) -> Any:
    node: Any = document
    for step in ref.removeprefix("#/").split("/"):
        node = node[step]
    return node


def test_the_published_documents_are_those_of_the_code() -> None:
    assert schema.stale() == (), "run `make schema`"


def test_a_stale_or_missing_document_is_named(tmp_path: Any) -> None:
    for name, content in schema.documents().items():
        (tmp_path / name).write_bytes(content)
    assert schema.stale(tmp_path) == ()
    (tmp_path / "schema.json").write_bytes(b"{}")
    (tmp_path / "asyncapi.json").unlink()
    assert schema.stale(tmp_path) == ("schema.json", "asyncapi.json")


def test_the_json_schema_is_a_valid_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())


@pytest.mark.parametrize("record", ["LineRecord", "StepRecord", "Session", "SourceReport"])
def test_an_example_is_what_the_code_writes_and_reads(record: str) -> None:
    example = schema.EXAMPLES[record]
    encoded = msgspec.json.encode(example)
    validator(record).validate(json.loads(encoded))
    assert msgspec.json.decode(encoded, type=type(example)) == example


@pytest.mark.parametrize(
    ("record", "key", "value"),
    [
        ("LineRecord", "lines", "not a list"),
        ("LineRecord", "session", None),
        ("StepRecord", "missing", [1]),
        ("StepRecord", "last_seq", "43"),
        ("Session", "status", "over"),
    ],
)
def test_what_the_code_refuses_the_schema_refuses(record: str, key: str, value: object) -> None:
    broken = json.loads(msgspec.json.encode(schema.EXAMPLES[record])) | {key: value}
    assert not validator(record).is_valid(broken)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(broken, type=type(schema.EXAMPLES[record]), strict=True)


def test_a_field_of_a_newer_writer_is_allowed() -> None:
    newer = json.loads(msgspec.json.encode(schema.EXAMPLES["LineRecord"])) | {"colour": "red"}
    validator("LineRecord").validate(newer)


def test_every_field_that_messages_documents_is_documented_in_the_schema() -> None:
    line = schema.json_schema()["$defs"]["Line"]["properties"]
    assert "retry" in line["sender"]["description"]  # inherited from Draft
    assert "without holes" in line["seq"]["description"]


def test_asyncapi_has_every_topic_and_every_reference_resolves() -> None:
    document = schema.asyncapi()
    assert document["asyncapi"].startswith("3.")
    assert {channel["address"] for channel in document["channels"].values()} == {
        "captions.lines",
        "captions.turns",
        "captions.sessions",
        "captions.sources",
        "captions.dead-letter",
    }
    refs = references(document)
    assert refs
    for ref in refs:
        assert resolve(document, ref) is not None


def known_fields(value: dict[str, Any], kind: str) -> None:
    """An object of AsyncAPI 3.0 has the fields that the specification knows, and those that it requires."""
    fields, required = SPECIFICATION[kind]
    assert required <= value.keys() <= fields, kind


def test_asyncapi_has_no_field_that_the_specification_does_not_know() -> None:
    document = schema.asyncapi()
    known_fields(document, "document")
    known_fields(document["info"], "info")
    known_fields(document["components"], "components")
    for channel in document["channels"].values():
        known_fields(channel, "channel")
    for operation in document["operations"].values():
        known_fields(operation, "operation")
        assert operation["action"] in {"send", "receive"}
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]
    for message in document["components"]["messages"].values():
        known_fields(message, "message")
        assert message["bindings"].keys() == {"kafka"}
        assert message["bindings"]["kafka"].keys() <= {"key", "schemaIdLocation", "bindingVersion"}


def test_asyncapi_schemas_are_draft_07_and_its_examples_are_valid() -> None:
    document = schema.asyncapi()
    assert "prefixItems" not in json.dumps(document)
    for name, message in document["components"]["messages"].items():
        for example in message.get("examples", ()):
            root = {**message["payload"], "components": document["components"]}
            jsonschema.Draft7Validator(root).validate(example["payload"])
            assert name in {"LineRecord", "StepRecord", "Session", "SourceReport"}


def test_the_records_are_those_that_carry_a_version() -> None:
    assert set(schema.RECORDS) == {LineRecord, StepRecord, Session, SourceReport}
    assert "v" not in Line.__struct_fields__
    assert all("v" in record.__struct_fields__ for record in schema.RECORDS)
