"""Docstrings of fields become descriptions in JSON schemas (captionflow.field_docs)."""

import sys

import msgspec

from captionflow.field_docs import described


class Plain(msgspec.Struct):
    number: int
    """How many, and
    of what."""
    other: int = 0


class Heir(Plain):
    """It has a docstring."""

    more: str = ""
    """What it adds."""


def test_fields_are_described_by_their_docstrings_also_in_heirs() -> None:
    _, found = msgspec.json.schema_components([Plain, Heir])
    described(found, [sys.modules[__name__]])
    assert found["Plain"]["properties"]["number"]["description"] == "How many, and of what."
    assert "description" not in found["Plain"]["properties"]["other"]
    assert found["Heir"]["properties"]["number"]["description"] == "How many, and of what."
    assert found["Heir"]["properties"]["more"]["description"] == "What it adds."
    assert found["Heir"]["description"] == "It has a docstring."
