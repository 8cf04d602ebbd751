"""As where others share the servers: three brokers and a node by TLS, logins with no more rights than are written down,
and the proxy that is shipped before the four services."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from captionflow.caption_urls import caption_urls
from tests.distributed.installation import SERVICES, Installation
from tests.needs import missing
from tests.real_program import run_command
from tests.stack import elastic, kafka
from tests.stack.certificates import Certificate, certificate
from tests.stack.places import CannotStart
from tests.stack.process import Process
from tests.stack.proxy import proxy
from tests.waiting import await_true

USER = ("captionflow", "right-password")
TOKEN = "an-admin-of-this-test-alone"  # noqa: S105 - of servers that live for a minute
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
PREFIX = "captionflow-secured"


@dataclass
class Secured:
    """The four services, on servers that ask who they are."""

    installation: Installation
    brokers: Sequence[Process]
    secrets: Sequence[str]


@pytest.fixture(scope="module")
def secured(stack_folder: Path, root: Path) -> Iterator[Secured]:
    folder = stack_folder / "by-tls"
    signed = certificate(folder / "certificates")
    try:
        brokers = kafka.cluster(folder, signed, USER)
        node = elastic.prepared(folder / "elasticsearch", user=USER, certificate=signed)
    except CannotStart as error:
        missing(f"no servers by TLS: {error}")
    servers = [*brokers, node]
    made = Installation(folder, ",".join(f"127.0.0.1:{one.port}" for one in brokers), f"https://127.0.0.1:{node.port}")
    try:
        for one in servers:
            one.start(wait=False)
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(Process.wait_until_ready, servers))
        keys = {service: api_key(made.elasticsearch, service, signed, root) for service in ("index", "api")}
        made.settings |= {
            "KAFKA_USER": USER[0],
            "KAFKA_PASSWORD": USER[1],
            "KAFKA_CA": signed.authority,
            "ELASTICSEARCH_CA": signed.authority,
            "INDICES": PREFIX,
            "INGEST_TOKEN": TOKEN,
        }
        done = run_command("topics", "create", "--replication", 3, **made.settings)
        assert done.returncode == 0, done.stderr.decode()
        for kind in SERVICES:
            own = {"ELASTICSEARCH_API_KEY": keys[kind]} if kind in keys else {}
            made.add(kind, **own)
        made.start(*SERVICES)
        yield Secured(made, brokers, [USER[1], TOKEN, *keys.values()])
    finally:
        for service in made.services.values():
            service.kill()
            service.client.close()
        for one in servers:
            one.kill()


def api_key(address: str, service: str, signed: Certificate, root: Path) -> str:
    """A key for a service, with the rights that are written down for it."""
    role = json.loads((root / "deploy" / "elasticsearch" / "roles.json").read_text())[f"captionflow-{service}"]
    answer = httpx.post(
        f"{address}/_security/api_key",
        json={"name": service, "role_descriptors": {service: role}},
        auth=USER,
        verify=signed.trusted,
        timeout=30,
    )
    key: str = answer.raise_for_status().json()["encoded"]
    return key


def shows(client: httpx.Client, words: str) -> bool:
    return words in client.get("/v1/sessions/talk/transcript.txt").text


def finds(client: httpx.Client, **query: str) -> bool:
    answer = client.get("/v1/search", params=query)
    return answer.is_success and answer.json()["total"] == 1


def test_captions_go_through_the_proxy_to_all_who_read_also_with_a_broker_less(secured: Secured) -> None:
    made = secured.installation
    with (
        proxy(made.folder, [made.ingest.port], [made.api.port]) as base,
        httpx.Client(base_url=base, headers=ADMIN, timeout=30) as client,
    ):
        assert client.get("/metrics").status_code == httpx.codes.NOT_FOUND
        assert client.post("/v1/sessions", json={"id": "talk"}).status_code == httpx.codes.CREATED
        draft = {"name": "tool", "role": "captioner", "session": "talk"}
        key = client.post("/v1/keys", json=draft).raise_for_status().json()["key"]
        urls = {one.tool: one.url for one in caption_urls(base, "talk", key=key)}
        with client.stream("GET", "/v1/sessions/talk/events") as live:
            lines = live.iter_lines()
            assert next(line for line in lines if line.startswith("event:")) == "event: snapshot"
            assert httpx.post(f"{urls['Zoom']}&seq=1", content=">> ANA: First words.\n").is_success
            assert any("First words." in line for line in lines)
        await_true(lambda: finds(client, q='"first words"'), "they are not found")

        secured.brokers[0].kill()
        body = {"sender": "asr", "lines": [{"number": 0, "text": "Second words.", "speaker": "speaker 0"}]}
        assert client.post("/v1/sessions/talk/lines", json=body).status_code == httpx.codes.ACCEPTED
        await_true(lambda: shows(client, "Second words."), "they are not shown")
        assert client.patch("/v1/sessions/talk", json={"speakers": {"speaker 0": "Bo"}}).is_success
        await_true(lambda: finds(client, q='"second words"', speaker="bo"), "they are not found by the given name")

    logs = "".join(service.log.read_text() for service in made.services.values())
    assert not [secret for secret in (*secured.secrets, key) if secret in logs]


def test_reindex_works_with_the_same_logins(secured: Secured) -> None:
    made = secured.installation
    settings = made.services["index"].settings
    done = run_command("reindex", **settings)
    assert done.returncode == 0, done.stderr.decode()
