"""An archive that takes no captions costs search and nothing else: live goes on, and all is found when it is mended."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from tests.distributed.installation import PARTITIONS, Installation
from tests.real_program import run_command, start_command
from tests.waiting import await_true

MISCONFIGURED = 5
STOP_SECONDS = 10


@pytest.fixture
def index(installation: Installation) -> str:
    """The address of the index that is written."""
    return f"{installation.elasticsearch}/{installation.name}-turns-write"


def put(url: str, body: object) -> None:
    httpx.put(url, json=body, timeout=30).raise_for_status()


@pytest.fixture
def full_disk(index: str) -> Iterator[None]:
    """What Elasticsearch does to an index when the disk reaches its last watermark."""
    put(f"{index}/_settings", {"index.blocks.read_only_allow_delete": True})
    yield
    put(f"{index}/_settings", {"index.blocks.read_only_allow_delete": None})


def test_captions_go_on_while_the_search_servers_disk_is_full_and_are_found_afterwards(
    installation: Installation, index: str, full_disk: None
) -> None:
    session = "on-a-full-disk"
    installation.ingest.announce(session)
    installation.ingest.send(session, 0, ">> ANA: Said on a full disk.\n", ends=True).raise_for_status()
    (turn,) = installation.api.wait_for_seq(session, 1, 60)
    assert turn.paragraphs == ("Said on a full disk.",)
    archive = installation.services["index"].client
    await_true(lambda: "free its disks" in archive.get("/readyz").text, "nobody tells")
    assert archive.get("/readyz").status_code == 503
    put(f"{index}/_settings", {"index.blocks.read_only_allow_delete": None})
    installation.wait_until_archived(session, 1)
    assert installation.verify(session)
    dead = run_command("dead-letters", "list", **installation.settings).stdout.decode()
    assert session not in dead


def test_a_mapping_that_is_not_ours_ends_a_new_index_service_with_what_to_do_and_reindex_does_it(
    installation: Installation, index: str, tmp_path: Path
) -> None:
    put(f"{index}/_mapping", {"properties": {"room": {"type": "keyword"}}})
    refused = start_command("serve", "index", "--port", 0, DATA=tmp_path, LOG_LEVEL="error", **installation.settings)
    _, errors = refused.communicate(timeout=60)
    assert refused.returncode == MISCONFIGURED
    assert "it differs in room): run `captionflow reindex`" in errors.decode()
    rebuilt = run_command("reindex", **installation.settings)
    assert rebuilt.returncode == 0, rebuilt.stderr.decode()
    with installation.another("index", "index-2"):
        session = "after-the-rebuild"
        installation.ingest.announce(session)
        installation.ingest.send(session, 0, ">> ANA: Found again.\n", ends=True).raise_for_status()
        installation.wait_until_archived(session, 1)
    dropped = run_command("reindex", "--drop-old", **installation.settings)
    assert dropped.returncode == 0, dropped.stderr.decode()


def test_what_expired_before_it_was_indexed_is_made_again_from_the_log(installation: Installation) -> None:
    """Of a session that is over and of one that goes on; both would have been missing, and nobody told."""
    over, goes_on = "over-meanwhile", "going-on"
    index, ingest = installation.services["index"], installation.ingest
    for session in (over, goes_on):
        ingest.announce(session)
    ingest.send(goes_on, 0, ">> ANA: Indexed in time. ").raise_for_status()
    installation.wait_until_archived(goes_on, 1)
    assert index.stop(signal.SIGTERM, STOP_SECONDS) == 0
    ingest.send(over, 0, ">> BEN: Said while nobody indexed.\n", ends=True).raise_for_status()
    ingest.send(goes_on, 1, "Not indexed.\n").raise_for_status()
    for session, seq in ((over, 1), (goes_on, 2)):
        installation.api.wait_for_seq(session, seq, 60)
    expire_turns(installation)
    ingest.send(goes_on, 2, ">> BEN: Indexed again.\n").raise_for_status()
    index.start()
    installation.wait_until_archived(over, 1)
    installation.wait_until_archived(goes_on, 3)
    assert installation.verify(over)
    assert installation.verify(goes_on)
    told = index.log.read_text()
    assert "steps_expired" in told
    assert told.count("turns_made_again") == 2


def expire_turns(installation: Installation) -> None:
    """What the brokers do to records that are older than the topic keeps them."""
    topic = f"{installation.name}.turns"
    admin = KafkaAdminClient(bootstrap_servers=installation.settings["KAFKA"])
    admin.delete_records({TopicPartition(topic, partition): -1 for partition in range(PARTITIONS)})
    admin.close()
