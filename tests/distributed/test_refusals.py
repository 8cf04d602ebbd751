"""What can't work is refused at the start by each service, with a sentence that says what to do."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from tests.distributed.installation import Installation, metric
from tests.distributed.refused import MISCONFIGURED, refusals
from tests.needs import missing
from tests.real_program import Server, start_command
from tests.stack.servers import Server as Stack

ALL = ("ingest", "segment", "index", "api")
SECONDS = 60


def test_without_the_address_of_a_server_that_it_needs_none_starts(tmp_path: Path) -> None:
    for said in refusals(tmp_path, *ALL).values():
        assert "Set CAPTIONFLOW_KAFKA to the brokers" in said
    for said in refusals(tmp_path, "index", "api", KAFKA="127.0.0.1:9").values():
        assert "Set CAPTIONFLOW_ELASTICSEARCH to the nodes" in said
    for said in refusals(tmp_path, "ingest", KAFKA="127.0.0.1:9", KAFKA_USER="captionflow").values():
        assert "Set both CAPTIONFLOW_KAFKA_USER and CAPTIONFLOW_KAFKA_PASSWORD" in said


def test_without_the_topics_none_starts(installation: Installation, tmp_path: Path) -> None:
    for said in refusals(tmp_path, *ALL, **(installation.settings | {"TOPICS": "nobody-made-them"})).values():
        assert "run `captionflow topics create` first" in said


def test_with_another_number_of_partitions_none_starts(installation: Installation, tmp_path: Path) -> None:
    for said in refusals(tmp_path, *ALL, **(installation.settings | {"PARTITIONS": 5})).values():
        assert "set CAPTIONFLOW_PARTITIONS to 4" in said


def test_topics_create_says_what_differs_and_changes_nothing(installation: Installation) -> None:
    process = start_command("topics", "create", **(installation.settings | {"PARTITIONS": 5}))
    _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == MISCONFIGURED
    assert "has 4 partitions, and 5 are set" in errors.decode()
    again = start_command("topics", "create", **installation.settings)
    output, errors = again.communicate(timeout=SECONDS)
    assert (again.returncode, output) == (0, b"")
    assert "All topics are there." in errors.decode()


def test_a_port_in_use_is_told_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start_command("serve", "segment", DATA=tmp_path, KAFKA="127.0.0.1:9", OPS_PORT=port)
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == MISCONFIGURED
    assert "CAPTIONFLOW_OPS_PORT" in errors.decode()


def test_an_older_elasticsearch_is_refused_by_the_index(installation: Installation, older: str, tmp_path: Path) -> None:
    (said,) = refusals(tmp_path, "index", **(installation.settings | {"ELASTICSEARCH": older})).values()
    assert "captionflow needs Elasticsearch 9; the server is 8.19.0" in said


def test_with_the_right_password_captions_go_all_the_way(
    installation: Installation, door_with_password: str, tmp_path: Path
) -> None:
    settings = {"KAFKA": door_with_password, "KAFKA_USER": "captionflow", "KAFKA_MECHANISM": "plain"}
    everything = installation.settings | settings | {"KAFKA_PASSWORD": "right-password"}
    with Server(tmp_path / "segment", command=("serve", "segment"), **everything) as segment:
        text = segment.client.get("/metrics").text
        assert "right-password" not in text + segment.log.read_text()
        for number in range(8):  # among all partitions, which it shares with another worker
            installation.ingest.announce(f"secured-{number}")
            installation.ingest.send(f"secured-{number}", 0, ">> ANA: Hello.\n")
        for number in range(8):
            assert installation.api.wait_for_seq(f"secured-{number}", 1, SECONDS)
        assert metric(segment, "captionflow_steps_written_total") > 0


def test_a_wrong_password_is_told_and_not_tried_for_ever(
    installation: Installation, door_with_password: str, tmp_path: Path
) -> None:
    settings = {"KAFKA": door_with_password, "KAFKA_USER": "captionflow", "KAFKA_MECHANISM": "plain"}
    everything = installation.settings | settings | {"KAFKA_PASSWORD": "wrong-password"}
    for said in refusals(tmp_path, *ALL, **everything).values():
        assert "check the user, the password" in said
        assert "wrong-password" not in said


@pytest.fixture
def door_with_password(kafka_broker: Stack) -> str:
    """Where the broker asks for a password."""
    admin = KafkaAdminClient(bootstrap_servers=kafka_broker.address)
    broker = ConfigResource(ConfigResourceType.BROKER, "1")
    doors = admin.describe_configs([broker], config_filter="all")["broker"]["1"]["advertised.listeners"]["value"]
    admin.close()
    found = [door.removeprefix("SASL://") for door in doors.split(",") if door.startswith("SASL://")]
    if not found:
        missing("the broker has no door that asks for passwords")
    return found[0]


@pytest.fixture
def older() -> Iterator[str]:
    """The address of something that says of itself that it is Elasticsearch 8: a real one can't be had here."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"nodes": {"one": {"version": "8.19.0"}}}'
            self.send_response(200)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
