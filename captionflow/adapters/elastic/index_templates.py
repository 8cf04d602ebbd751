"""The component and index templates, and the mapping in them: the JSON files beside this module.

An installation changes replicas, shards or an analyzer in a component template of its own,
``captionflow-turns@custom``, and never in ours.
"""

from functools import cache
from importlib import resources
from typing import Any, cast

import msgspec

from captionflow.adapters.elastic.schema import Names


def component_templates(names: Names) -> dict[str, dict[str, Any]]:
    """Our component templates by name."""
    return {
        f"{names.template}-mappings": _component("turns-mappings"),
        f"{names.template}-settings": _component("turns-settings"),
    }


def index_template(names: Names) -> dict[str, Any]:
    """The index template: ours, and what the installation adds."""
    custom = f"{names.template}@custom"
    return {
        "index_patterns": [names.pattern],
        "composed_of": [*component_templates(names), custom],
        "ignore_missing_component_templates": [custom],
        "priority": 500,
    }


def mappings() -> dict[str, Any]:
    """The mapping that every index of ours has."""
    return cast("dict[str, Any]", _component("turns-mappings")["template"]["mappings"])


@cache
def _component(name: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("templates", f"{name}.json").read_bytes()
    return cast("dict[str, Any]", msgspec.json.decode(text))
