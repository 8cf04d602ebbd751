"""What is said off the record is read live through four services, and minutes later in no file of theirs."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from captionflow.adapters.kafka.topics import OFF_RECORD_RETENTION_MS
from tests.distributed.installation import Installation, running
from tests.off_record_doors import Doors, Words, found
from tests.stack.servers import Server as Stack
from tests.waiting import await_true

GONE_SECONDS = 120
"""This broker looks for what is to be deleted every few seconds, others every 5 minutes."""


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, kafka_broker: Stack, elasticsearch_node: Stack
) -> Iterator[Installation]:
    """One whose logs say all that they can."""
    folder = tmp_path_factory.mktemp("off-record")
    with running(folder, kafka_broker, elasticsearch_node, LOG_LEVEL="debug") as made:
        yield made


class Reader:
    """Somebody who reads live all the while, and what is on their screen of what is off the record."""

    def __init__(self, installation: Installation) -> None:
        self._client = installation.api.client
        self.seen = ""
        self.opened = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        shown, name = "", ""
        with self._client.stream("GET", "/v1/sessions/talk/events", timeout=None) as answer:
            for row in answer.iter_lines():
                field, _, value = row.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name == "off_record":
                    change = json.loads(value)
                    shown = shown[: change["keep"]] + change["text"]
                    self.seen += shown
                elif field == "data" and name == "snapshot":
                    self.opened.set()


def a_minute_passes(servers: object, topic: str) -> None:
    """For what the broker deletes when it is old enough: nothing else looks at the time that the topic keeps it."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    of_topic = ConfigResource(ConfigResourceType.TOPIC, topic)
    kept = admin.describe_configs([of_topic])["topic"][topic]["retention.ms"]["value"]
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": "1"})])
    admin.close()
    assert int(kept) == OFF_RECORD_RETENTION_MS


def test_no_word_of_a_passage_is_in_any_file_and_every_other_one_is(
    installation: Installation, stack_folder: Path
) -> None:
    kafka, elasticsearch = stack_folder / "kafka", stack_folder / "elasticsearch"
    if not (kafka / "data").is_dir() or not elasticsearch.is_dir():
        pytest.skip("the files of the servers are in containers")
    words = Words()
    installation.ingest.announce("talk")
    doors = Doors(installation.ingest, words)
    reader = Reader(installation)
    assert reader.opened.wait(60)
    doors.passage()
    shown = words.secret[:3]  # by all doors, in the passage; what came after it is not shown
    await_true(lambda: all(word in reader.seen for word in shown), "what is off the record is not read live")
    (receipt,) = installation.ingest.send("talk", 0, words.on(), sender="last").json()["receipts"]
    installation.wait_until_archived("talk", receipt["seq"])
    everywhere = [installation.folder, stack_folder]
    topic = f"{installation.name}.off-record-0"
    for word in found(everywhere, words.secret).values():
        assert {path.parent.name for path in word} == {topic}  # on its way to viewers
    a_minute_passes(installation.settings["KAFKA"], topic.removesuffix("-0"))
    await_true(
        lambda: not found([kafka / "data" / topic], words.secret), "the topic still has what was said", GONE_SECONDS
    )
    for name in installation.services:
        assert installation.services[name].stop() == 0
    assert found(everywhere, words.secret) == {}
    places = {"the log": kafka, "the segmenter": installation.folder / "segment", "the archive": elasticsearch}
    for place, path in places.items():
        assert found([path], words.kept), f"the search would not find what {place} has"
    installation.start(*installation.services)
    turns = installation.api.wait_for_seq("talk", receipt["seq"])
    assert sum(note.text.startswith("[Off the record for ") for turn in turns for note in turn.notes) == 1
    assert installation.verify("talk")
