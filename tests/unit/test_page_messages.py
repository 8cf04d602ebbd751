"""The types of what the pages' scripts get are those of the API, and no script does without."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "services" / "api" / "pages"
SCHEMAS = json.loads((ROOT / "services" / "http" / "openapi.json").read_text("utf-8"))["components"]["schemas"]
ALWAYS_WHOLE = {"Session", "SourceReport", "SourceWarning", "HandOver", "KeyView", "AuditEntry"} | {
    "Figures",
    "SpeakerFigures",
}
"""Of these, fields that have their default are sent too."""

_INTERFACE = re.compile(r"^export interface (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^  (\w+)(\??): (.+);$", re.MULTILINE)
INTERFACES = {
    name: {field: (optional == "?", kind) for field, optional, kind in _FIELD.findall(body)}
    for name, body in _INTERFACE.findall((PAGES / "messages.d.ts").read_text("utf-8"))
}


def in_typescript(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(in_typescript(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema["type"] == "array":
        return f"{in_typescript(schema['items'])}[]"
    if "additionalProperties" in schema:
        return f"Record<string, {in_typescript(schema['additionalProperties'])}>"
    return {"integer": "number"}.get(schema["type"], str(schema["type"]))


@pytest.mark.parametrize(
    "name",
    [
        "Session",
        "Part",
        "PartDelta",
        "Stretch",
        "Note",
        "Stamp",
        "Apart",
        "SourceReport",
        "SourceWarning",
        "HandOver",
        "Figures",
        "SpeakerFigures",
        "KeyView",
        "AuditEntry",
    ],
)
def test_the_types_are_those_of_the_api(name: str) -> None:
    schema = SCHEMAS[name]
    wanted = {
        field: (name not in ALWAYS_WHOLE and field not in schema["required"], set(in_typescript(kind).split(" | ")))
        for field, kind in schema["properties"].items()
    }
    assert {field: (left_out, set(kind.split(" | "))) for field, (left_out, kind) in INTERFACES[name].items()} == wanted


@pytest.mark.parametrize("script", sorted((PAGES / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_no_script_says_that_something_may_be_anything(script: Path) -> None:
    assert re.findall(r"\{[^{}\n]*\bany\b[^{}\n]*\}", script.read_text("utf-8")) == []
