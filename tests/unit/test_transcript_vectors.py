"""The read model and the page's script say the same of the same parts; ``tests/vectors/transcript.json`` says what."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from captionflow.messages import Part
from captionflow.transcript import PartKey, latest, named, ordered
from services.api.live.delta import PartDelta, apply
from services.api.pages.turn_views import TurnView, turn_views

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).parents[1].joinpath("vectors/transcript.json").read_text(encoding="utf-8")
)


def written(turn: TurnView) -> dict[str, Any]:
    """A turn in the form that the vectors have."""
    return {
        "id": turn.turn_id,
        "ordinal": turn.ordinal,
        "speaker": turn.speaker,
        "at": msgspec.to_builtins(turn.at),
        "paragraphs": [[f"{run.kind}: {run.text}" for run in paragraph.runs] for paragraph in turn.paragraphs],
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_read_model_says_what_the_vectors_say(vector: dict[str, Any]) -> None:
    stream = {"session": "s", "language": "en"}
    snapshot = msgspec.convert([stream | part for part in vector["snapshot"]], list[Part])
    parts: dict[PartKey, Part] = latest(snapshot)
    for change in msgspec.convert(vector["deltas"], list[PartDelta]):
        key = change.turn_id, change.number
        changed = apply(parts.get(key), change, **stream)
        if changed is not None:
            parts[key] = changed
    standing = ordered(parts.values(), last=vector.get("last"))
    views = turn_views(named(standing, vector.get("names", {})))
    assert [written(turn) for turn in views] == vector["turns"]
