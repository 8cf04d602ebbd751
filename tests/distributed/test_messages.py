"""Every message on every topic is one that the published AsyncAPI document describes."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.distributed.installation import Installation, expected
from tests.distributed.raw_topics import records, topics, write
from tests.waiting import await_true

FORMATS = jsonschema.Draft7Validator.FORMAT_CHECKER


@pytest.fixture(scope="module")
def document(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "docs" / "messages" / "asyncapi.json").read_text())
    return found


def validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator({**schema, "components": document["components"]}, format_checker=FORMATS)


def test_every_message_on_every_topic_fits_the_published_document(
    installation: Installation, talk: Path, document: dict[str, Any]
) -> None:
    kafka = topics(installation)
    installation.replay(talk, "published", "--event", "Forum 2026")
    installation.wait_until_archived("published", expected(talk, "published").seq)
    session = "/v1/sessions/published"
    await_true(lambda: installation.api.get(session)["status"] == "finished", "nobody learns that it has ended")
    poison = kafka.lines, *write(kafka, kafka.lines, b"published", b"no record")
    await_true(lambda: any(about(one) == "published" for one in records(kafka, kafka.dead_letters)), "it is not there")
    seen = Counter[str]()
    for channel in document["channels"].values():
        names = [reference["$ref"].rpartition("/")[2] for reference in channel["messages"].values()]
        for record in records(kafka, channel["address"].replace("captions", kafka.prefix)):
            if about(record) == "published" and (record.topic, record.partition, record.offset) != poison:
                seen[fitting(document, names, record)] += 1
    assert seen["LineRecord"] >= 1
    assert seen["StepRecord"] >= seen["LineRecord"]
    assert seen["Session"] >= 2
    assert seen["DeadLetter"] == 1


def about(record: Any) -> str:
    """The session of a record, by its key; other tests of the installation write what fits nothing."""
    return (record.key or b"").decode().partition(".")[0]


def fitting(document: dict[str, Any], names: list[str], record: Any) -> str:
    """Which of its topic's messages a record is."""
    headers = {name: value.decode() for name, value in record.headers}
    if len(names) > 1:
        (name,) = [one for one in names if validator(document, message(document, one)["headers"]).is_valid(headers)]
        return name
    (name,) = names
    assert re.search(message(document, name)["bindings"]["kafka"]["key"]["pattern"], record.key.decode())
    validator(document, message(document, name)["payload"]).validate(json.loads(record.value))
    return name


def message(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["messages"][name]
    return found
