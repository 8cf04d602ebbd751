"""What deploy/kubernetes promises: read from both overlays as a cluster would be given them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from captionflow.settings import read_settings
from services.cli.main import app
from tests.stack import elastic, kafka

OVERLAYS = ("small", "forum")
Objects = list[dict[str, Any]]


def put_together(folder: Path) -> Objects:
    """The objects of an overlay; skips where there is nothing to put them together with."""
    for command in (["kubectl", "kustomize"], ["kustomize", "build"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, folder], capture_output=True, text=True, check=True)
            return list(yaml.safe_load_all(done.stdout))
    pytest.skip("neither kubectl nor kustomize is here")


@pytest.fixture(scope="module", params=OVERLAYS)
def overlay(request: pytest.FixtureRequest, root: Path) -> Objects:
    return put_together(root / "deploy" / "kubernetes" / "overlays" / request.param)


@pytest.fixture(scope="module")
def forum(root: Path) -> Objects:
    return put_together(root / "deploy" / "kubernetes" / "overlays" / "forum")


def of_kind(objects: Objects, *kinds: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in objects if one["kind"] in kinds}


def pods(objects: Objects) -> dict[str, dict[str, Any]]:
    """Pod templates, by what makes them."""
    makers = of_kind(objects, "Deployment", "StatefulSet", "Job")
    return {name: maker["spec"]["template"] for name, maker in makers.items()}


def environment(objects: Objects, pod: dict[str, Any]) -> dict[str, str]:
    """What a container is given, less what comes from secrets."""
    maps = of_kind(objects, "ConfigMap")
    container = pod["spec"]["containers"][0]
    given: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            given |= maps[source["configMapRef"]["name"]]["data"]
    return given | {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}


def selected(objects: Objects, labels: dict[str, str]) -> set[str]:
    return {name for name, pod in pods(objects).items() if labels.items() <= pod["metadata"]["labels"].items()}


def test_every_pod_is_held_to_the_restricted_standard(overlay: Objects) -> None:
    namespace = of_kind(overlay, "Namespace")["captionflow"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, pod in pods(overlay).items():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True, name
        assert pod["spec"]["securityContext"]["runAsUser"] > 0, name
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["spec"]["automountServiceAccountToken"] is False, name
        for container in pod["spec"]["containers"]:
            held = container["securityContext"]
            assert held["allowPrivilegeEscalation"] is False, name
            assert held["capabilities"]["drop"] == ["ALL"], name
            assert set(held["capabilities"].get("add", [])) <= {"NET_BIND_SERVICE"}, name
            assert held["readOnlyRootFilesystem"] is (name not in {"kafka", "elasticsearch"}), name
            assert container["resources"]["limits"]["memory"], name
            assert container["resources"]["requests"]["cpu"], name


def test_no_pod_is_given_variables_that_are_named_after_services(overlay: Objects) -> None:
    """captionflow refuses a CAPTIONFLOW_… that is no setting, and Kafka takes each KAFKA_… for one."""
    assert {name for name, pod in pods(overlay).items() if pod["spec"]["enableServiceLinks"] is not False} == set()


def test_every_service_accepts_the_settings_that_it_is_given(root: Path, overlay: Objects) -> None:
    text = (root / "deploy" / "kubernetes" / "secrets.env.example").read_text()
    secrets = dict.fromkeys(re.findall(r"^(\w+)=$", text, re.MULTILINE), "0123456789abcdef")
    assert len(secrets) == 2
    for name in ("ingest", "segment", "index", "api", "topics"):
        pod = pods(overlay)[name]
        assert {"secretRef": {"name": "captionflow"}} in pod["spec"]["containers"][0]["envFrom"]
        settings = read_settings(environment(overlay, pod) | secrets)
        assert (settings.port, settings.ops_port) == (8000, 8000)
        assert settings.ingest_token is not None


def test_the_commands_of_containers_are_commands_of_the_program(overlay: Objects) -> None:
    for name in ("ingest", "segment", "index", "api", "topics"):
        pod = pods(overlay)[name]
        words = [
            re.sub(r"\$\((\w+)\)", lambda found, pod=pod: environment(overlay, pod)[found[1]], word)
            for word in pod["spec"]["containers"][0]["args"]
        ]
        command: Any = typer.main.get_command(app)
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        command.make_context("captionflow", words)


def test_what_is_killed_is_noticed_and_what_is_not_ready_is_left_alone(overlay: Objects) -> None:
    for name, pod in pods(overlay).items():
        if name == "topics":
            continue
        container = pod["spec"]["containers"][0]
        ports = {port["name"] for port in container["ports"]}
        for probe in ("readinessProbe", "livenessProbe"):
            how = container[probe].get("httpGet") or container[probe]["tcpSocket"]
            assert how["port"] in ports, name
        if name in {"ingest", "segment", "index", "api"}:
            assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
            ready = "startupProbe" if name == "api" else "readinessProbe"
            assert container[ready]["httpGet"]["path"] == "/readyz"


def test_an_outage_of_the_servers_takes_no_running_api_away_from_its_readers(overlay: Objects) -> None:
    assert pods(overlay)["api"]["spec"]["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_everything_that_selects_pods_selects_some(overlay: Objects) -> None:
    for name, service in of_kind(overlay, "Service").items():
        assert len(selected(overlay, service["spec"]["selector"])) == 1, name
    for name, maker in of_kind(overlay, "Deployment", "StatefulSet").items():
        assert selected(overlay, maker["spec"]["selector"]["matchLabels"]) == {name}
    for name, budget in of_kind(overlay, "PodDisruptionBudget").items():
        assert selected(overlay, budget["spec"]["selector"]["matchLabels"]) == {name}


def test_nobody_talks_to_anybody_unless_a_policy_says_so(overlay: Objects) -> None:
    nobody = of_kind(overlay, "NetworkPolicy")["nobody"]["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert talks(overlay, "proxy") == {"ingest", "api"}
    assert talks(overlay, "ingest") == talks(overlay, "segment") == talks(overlay, "topics") == {"kafka"}
    assert talks(overlay, "index") == talks(overlay, "api") == {"kafka", "elasticsearch"}
    assert talks(overlay, "kafka") == {"kafka"}
    assert talks(overlay, "elasticsearch") == {"elasticsearch"}


def test_who_asks_and_how_is_what_the_proxy_says_and_nobody_else(overlay: Objects) -> None:
    for name in ("ingest", "api"):
        assert environment(overlay, pods(overlay)[name])["FORWARDED_ALLOW_IPS"] == "*"
        assert {other for other in pods(overlay) if name in talks(overlay, other)} == {"proxy"}
    assert environment(overlay, pods(overlay)["proxy"])["BEFORE"] == "private_ranges"  # where the Ingress is


def talks(objects: Objects, name: str) -> set[str]:
    """Where a pod may connect to: it may go out, and the other may let it in."""
    return {
        other
        for other in pods(objects)
        if other in set(peers(objects, name, "Egress")) and name in set(peers(objects, other, "Ingress"))
    }


def peers(objects: Objects, name: str, way: str) -> Iterator[str]:
    labels = {"egress": "to", "ingress": "from"}
    for policy in of_kind(objects, "NetworkPolicy").values():
        if way in policy["spec"]["policyTypes"] and chosen(pods(objects)[name], policy["spec"]["podSelector"]):
            for rule in policy["spec"].get(way.lower(), []):
                for peer in rule.get(labels[way.lower()], []):
                    if "podSelector" in peer:
                        yield from (other for other, pod in pods(objects).items() if chosen(pod, peer["podSelector"]))


def chosen(pod: dict[str, Any], selector: dict[str, Any]) -> bool:
    labels = pod["metadata"]["labels"]
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", [])
    )


@pytest.mark.parametrize("name", ["segment", "ingest"])
def test_a_worker_finds_its_tables_again_and_an_ingest_its_spool(overlay: Objects, name: str) -> None:
    made = of_kind(overlay, "StatefulSet")[name]["spec"]
    (claim,) = made["volumeClaimTemplates"]
    mounts = made["template"]["spec"]["containers"][0]["volumeMounts"]
    assert {"name": claim["metadata"]["name"], "mountPath": "/data"} in mounts
    kept = made.get("persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Retain", "whenScaled": "Retain"})
    assert kept["whenScaled"] == ("Retain" if name == "ingest" else "Delete")


def test_a_spool_fits_into_its_volume(overlay: Objects) -> None:
    (claim,) = of_kind(overlay, "StatefulSet")["ingest"]["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "1Gi"
    assert (
        read_settings(environment(overlay, pods(overlay)["ingest"])).spool_bytes <= 1024**3 // 3
    )  # and a WAL as large


def test_the_servers_are_those_that_the_tests_run_on(overlay: Objects) -> None:
    made = pods(overlay)
    assert made["kafka"]["spec"]["containers"][0]["image"] == f"apache/kafka:{kafka.VERSION}"
    assert made["elasticsearch"]["spec"]["containers"][0]["image"].endswith(f"/elasticsearch:{elastic.VERSION}")


def test_in_the_forum_any_machine_may_die(forum: Objects) -> None:
    makers = of_kind(forum, "Deployment", "StatefulSet")
    scaled = of_kind(forum, "HorizontalPodAutoscaler")
    copies = {name: maker["spec"].get("replicas") for name, maker in makers.items()}
    copies |= {name: scaler["spec"]["minReplicas"] for name, scaler in scaled.items()}
    assert all(count is not None and count >= 2 for count in copies.values()), copies
    assert copies["kafka"] == copies["elasticsearch"] == 3
    assert set(of_kind(forum, "PodDisruptionBudget")) == set(makers)
    for name, maker in makers.items():
        (spread,) = maker["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert spread["topologyKey"] == "kubernetes.io/hostname"
        assert spread["labelSelector"]["matchLabels"] == {"app.kubernetes.io/component": name}


def test_in_the_forum_every_record_is_on_three_brokers_and_counts_when_two_have_it(forum: Objects) -> None:
    broker = environment(forum, pods(forum)["kafka"])
    assert broker["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"] == "3"
    assert broker["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"] == "2"
    assert broker["KAFKA_CONTROLLER_QUORUM_VOTERS"].count("@") == 3
    assert "KAFKA_LOG_FLUSH_INTERVAL_MESSAGES" not in broker
    assert environment(forum, pods(forum)["topics"])["REPLICATION"] == "3"
