"""As where others share the servers: three brokers and a node by TLS, logins with no more rights than are written down,
and the proxy that is shipped before the four services."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.caption_urls import caption_urls
from tests.distributed.installation import SERVICES, Installation
from tests.distributed.refused import refusals
from tests.needs import missing
from tests.real_program import Server, run_command
from tests.stack import elastic, kafka
from tests.stack.certificates import Certificate, certificate
from tests.stack.kafka import client_security
from tests.stack.places import CannotStart
from tests.stack.process import Process
from tests.stack.proxy import proxy
from tests.waiting import OUTAGE_SECONDS, await_true, until

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
    certificate: Certificate


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
        made.create_topics(replication=3)
        for kind in SERVICES:
            own = {"ELASTICSEARCH_API_KEY": keys[kind]} if kind in keys else {}
            made.add(kind, **own)
        made.start(*SERVICES)
        yield Secured(made, brokers, [USER[1], TOKEN, *keys.values()], signed)
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


def test_what_another_broker_leads_is_read_at_once_though_that_one_holds_a_fetch(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a partition that moved would wait for the fetch, here until the test has failed.

    It comes before a broker is lost: who leads is told by the third one, which holds no fetch.
    """
    monkeypatch.setattr("captionflow.adapters.kafka.journal._FETCH_WAIT_MS", OUTAGE_SECONDS * 1000)
    asyncio.run(_read_from_the_next_leader(secured))


async def _read_from_the_next_leader(secured: Secured) -> None:
    servers, security = secured.installation.settings["KAFKA"], client_security(secured.certificate, USER)
    kafka = Kafka(servers=str(servers), prefix="moved", partitions=2, security=security)
    patient = replace(kafka, security=security | {"request_timeout_ms": 2 * OUTAGE_SECONDS * 1000})
    first, second = kafka.topic_partitions(kafka.turns)
    admin, producer = kafka.admin(), kafka.producer()
    found = []

    async def take(records: Sequence[Record]) -> None:
        found.extend(record.value for record in records)

    journal = Journal(patient, kafka.turns, take, start="kept")
    try:
        admin.create_topics({kafka.turns: {"assignments": {0: [2, 3], 1: [3, 2]}}}, wait_for_metadata=True)
        journal.start()
        await journal.ready()
        producer.send(kafka.turns, b"before", partition=0).get()
        await until(lambda: found == [b"before"])
        admin.alter_partition_reassignments({first: [3, 2], second: [3, 2]})
        admin.elect_leaders(0, {kafka.turns: [0]})
        producer.send(kafka.turns, b"after", partition=0).get()
        await until(lambda: found == [b"before", b"after"])
    finally:
        await journal.close()
        admin.close()
        producer.close()


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
        wait = partial(await_true, otherwise="no other broker takes it", seconds=OUTAGE_SECONDS)  # 503: come again
        wait(lambda: client.post("/v1/sessions/talk/lines", json=body).status_code == httpx.codes.ACCEPTED)
        await_true(lambda: shows(client, "Second words."), "they are not shown")
        wait(lambda: client.patch("/v1/sessions/talk", json={"speakers": {"speaker 0": "Bo"}}).is_success)
        await_true(lambda: finds(client, q='"second words"', speaker="bo"), "they are not found by the given name")

    logs = "".join(service.log.read_text() for service in made.services.values())
    assert not [secret for secret in (*secured.secrets, key) if secret in logs]


@pytest.mark.parametrize("command", ["topics create --replication 3", "keys list", "reindex"])
def test_commands_work_with_the_same_logins_also_with_a_broker_less(secured: Secured, command: str) -> None:
    done = run_command(*command.split(), **secured.installation.services["index"].settings)
    assert done.returncode == 0, done.stderr.decode()


def test_with_a_password_in_place_of_a_key_the_index_writes(secured: Secured, tmp_path: Path) -> None:
    user = {"ELASTICSEARCH_USER": USER[0], "ELASTICSEARCH_PASSWORD": USER[1]}
    settings = secured.installation.settings | user | {"INDICES": "by-password"}
    with Server(tmp_path / "index", command=("serve", "index"), **settings) as index:
        turns = f"{secured.installation.elasticsearch}/by-password-turns"
        trusted = secured.certificate.trusted
        await_true(lambda: httpx.get(turns, auth=USER, verify=trusted).is_success, "there is no index")
        assert USER[1] not in index.client.get("/metrics").text + index.log.read_text()


@pytest.mark.parametrize(
    "user", [{}, {"ELASTICSEARCH_USER": USER[0], "ELASTICSEARCH_PASSWORD": "wrong-password"}], ids=["none", "wrong"]
)
def test_without_the_right_password_the_index_is_refused_and_the_api_goes_on_without_search(
    secured: Secured, tmp_path: Path, user: dict[str, str]
) -> None:
    settings = secured.installation.settings | user
    (said,) = refusals(tmp_path, "index", **settings).values()
    assert "credentials" in said
    assert "wrong-password" not in said
    with Server(tmp_path / "api", command=("serve", "api"), **settings) as api:
        assert api.client.get("/v1/sessions", headers=ADMIN).is_success
        answer = api.client.get("/v1/search", params={"q": "hello"}, headers=ADMIN)
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert int(answer.headers["retry-after"]) > 0
        assert "ELASTICSEARCH" not in answer.text
        told = api.log.read_text()
        assert "check CAPTIONFLOW_ELASTICSEARCH_USER" in told
        assert "wrong-password" not in told
