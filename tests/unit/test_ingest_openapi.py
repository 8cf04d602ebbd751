"""What the API's description says of lines is what the door takes (services.ingest.protocols.json_lines_openapi)."""

import json

import jsonschema
import pytest

from services.ingest.protocols.json_lines import parse
from services.ingest.protocols.json_lines_openapi import LAST, LINES

BODIES = LINES["openapi_extra"]["requestBody"]["content"]


@pytest.mark.parametrize("kind", BODIES)
def test_an_example_of_a_body_is_accepted_as_it_stands(kind: str) -> None:
    example = BODIES[kind]["example"]
    body = example if isinstance(example, str) else json.dumps(example)
    parsed = parse(body.encode(), kind, sender="desk-1")
    assert parsed.drafts[0].text.startswith(">> CHAIR:  Good morning.")


@pytest.mark.parametrize("described", [LINES, LAST])
def test_examples_are_valid_by_their_schemas(
    described: dict[str, dict[int, dict[str, dict[str, dict[str, object]]]]],
) -> None:
    contents = [*BODIES.values()] if described is LINES else []
    contents += [answer["content"].get("application/json", {}) for answer in described["responses"].values()]
    for content in contents:
        if content:
            jsonschema.validate(content["example"], content["schema"])
