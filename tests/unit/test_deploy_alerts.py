"""Alerts and dashboard ask for metrics that there are, and each alert says what to do."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture(scope="module")
def groups(root: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((root / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]


@pytest.fixture(scope="module")
def alerts(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def dashboard(root: Path) -> dict[str, Any]:
    return json.loads((root / "deploy" / "grafana" / "dashboards" / "captionflow.json").read_text())


@pytest.fixture(scope="module")
def metrics(root: Path) -> set[str]:
    """What docs/metrics.md has, with what Prometheus makes of a histogram."""
    table = re.findall(r"^\| `(captionflow_\w+)` \| (\w+) \|", (root / "docs" / "metrics.md").read_text(), re.MULTILINE)
    made = {"histogram": ("_bucket", "_sum", "_count")}
    return {name + suffix for name, kind in table for suffix in made.get(kind, ("",))}


def named(expression: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"\bcaptionflow_\w+", expression))


def test_alerts_and_dashboard_ask_for_metrics_that_there_are(
    alerts: list[dict[str, Any]], dashboard: dict[str, Any], metrics: set[str]
) -> None:
    asked = [alert["expr"] for alert in alerts]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert {name for expression in asked for name in named(expression)} - metrics == set()


def test_what_is_counted_or_waited_for_is_on_the_dashboard(dashboard: dict[str, Any], metrics: set[str]) -> None:
    text = json.dumps(dashboard)
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in metrics}
    assert {name for name in bare if name not in text} <= {"captionflow_search_behind_records"}


def test_each_alert_says_how_bad_it_is_and_where_it_is_written_what_to_do(
    root: Path, alerts: list[dict[str, Any]]
) -> None:
    sections = re.findall(r"^### (Captionflow\w+)$", (root / "docs" / "operations.md").read_text(), re.MULTILINE)
    assert set(sections) == {alert["alert"] for alert in alerts}
    for alert in alerts:
        assert alert["labels"]["severity"] in {"critical", "warning"}
        assert alert["annotations"]["summary"].endswith(".")
        assert alert["annotations"]["runbook"] == f"docs/operations.md#{alert['alert'].lower()}"


def test_each_alert_is_tested_ringing_and_silent(root: Path, alerts: list[dict[str, Any]]) -> None:
    file = yaml.safe_load((root / "deploy" / "prometheus" / "alerts_test.yml").read_text())
    cases = [case for test in file["tests"] for case in test["alert_rule_test"]]
    for name in {alert["alert"] for alert in alerts}:
        expected = [bool(case.get("exp_alerts")) for case in cases if case["alertname"] == name]
        assert {True, False} == set(expected), name


def test_the_cluster_has_the_same_alerts(root: Path, groups: list[dict[str, Any]]) -> None:
    file = root / "deploy" / "kubernetes" / "components" / "monitoring" / "alerts.yaml"
    assert yaml.safe_load(file.read_text())["spec"]["groups"] == groups


def test_prometheus_asks_each_service_under_the_name_that_the_alerts_know(root: Path) -> None:
    config = yaml.safe_load((root / "deploy" / "prometheus" / "prometheus.yml").read_text())
    for job in config["scrape_configs"]:
        (found,) = job["dns_sd_configs"]
        assert (found["names"], found["port"]) == ([job["job_name"]], 8000)
    assert {job["job_name"] for job in config["scrape_configs"]} == {"ingest", "segment", "index", "api"}


def test_the_dashboard_stands_on_its_own(dashboard: dict[str, Any]) -> None:
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(numbers) == len(set(numbers))
    places = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in dashboard["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
