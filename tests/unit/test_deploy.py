"""What deploy/ and docker-compose.yml promise, as far as it can be told without a Docker engine."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
import yaml

from captionflow.settings import Settings, read_settings
from services.cli.main import app
from tests.stack import elastic, kafka

OURS = {"ingest", "segment", "index", "api", "topics", "tools"}
ONE_SHOT = {"topics", "tools", "certificates"}
WRITES_ITS_ROOT = {"kafka", "elasticsearch"}
"""Images that make their own configuration when they start."""


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    return yaml.safe_load((root / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return compose["services"]


@pytest.fixture(scope="module")
def caddyfile(root: Path) -> str:
    return (root / "deploy" / "proxy" / "Caddyfile").read_text()


class Refused(Exception):
    """Compose would not start."""


def filled_in(value: object, given: dict[str, str] | None = None) -> str:
    """As Compose does: ``${NAME}``, ``${NAME:-default}``, ``${NAME:+if set}``, ``${NAME:?what to do}``, nested."""
    given = given or {}
    text, variable = str(value), re.compile(r"\$\{(\w+)(?::([-+?])([^{}]*))?\}")

    def chosen(found: re.Match[str]) -> str:
        name, how, word = found[1], found[2], found[3] or ""
        unset = {None: "", "-": word, "+": "", "?": f"\0{word}"}
        return (word if how == "+" else given[name]) if given.get(name) else unset[how]

    while variable.search(text):
        text = variable.sub(chosen, text)
    if "\0" in text:
        raise Refused(text)
    return text


def environment(service: dict[str, Any], given: dict[str, str] | None = None) -> dict[str, str]:
    return {name: filled_in(value, given) for name, value in service["environment"].items()}


def image_environment(root: Path) -> dict[str, str]:
    """What deploy/Dockerfile sets."""
    return dict(re.findall(r"(CAPTIONFLOW_\w+)=(\S+)", (root / "deploy" / "Dockerfile").read_text()))


def example(root: Path) -> dict[str, str]:
    """deploy/env.example, with every secret drawn."""
    given = dict(re.findall(r"^#?(\w+)=(.*)$", (root / "deploy" / "env.example").read_text(), re.MULTILINE))
    return {name: value or "0123456789abcdef0123456789abcdef" for name, value in given.items()}


def test_compose_has_the_four_services_and_what_they_need(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) >= OURS | {"kafka", "elasticsearch", "proxy", "prometheus", "grafana"}
    watched = {name for name, service in services.items() if service.get("profiles") == ["observe"]}
    assert watched == {"prometheus", "grafana"}


def test_no_container_can_take_more_than_it_was_given(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["init"] is True, name
        assert service["read_only"] is (name not in WRITES_ITS_ROOT), name
        assert service["mem_limit"], name
        assert service["cpus"], name
        assert service["pids_limit"], name
        assert service["logging"]["options"]["max-size"], name


def test_what_dies_comes_back_and_tells_how_it_is(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        if name in ONE_SHOT:
            assert service["restart"] != "unless-stopped", name
            assert service["healthcheck"] == {"disable": True}, name
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


def test_what_an_ingest_has_spooled_outlives_its_container(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    (volume,) = services["ingest"]["volumes"]
    name, _, path = volume.partition(":")
    assert (name in compose["volumes"], path) == (True, "/data")


def test_only_the_proxy_can_be_reached_from_other_machines_and_only_when_it_is_told(
    services: dict[str, dict[str, Any]],
) -> None:
    published = {name: [filled_in(one) for one in service.get("ports", [])] for name, service in services.items()}
    assert {name for name, ports in published.items() if ports} == {"proxy", "prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    told = {
        name
        for name, service in services.items()
        for port in service.get("ports", [])
        if filled_in(port, {"PROXY_ADDRESS": "0.0.0.0"}).startswith("0.0.0.0:")  # noqa: S104 - what is tested
    }
    assert told == {"proxy"}


def test_nobody_else_reaches_the_proxy_before_writing_needs_a_token(services: dict[str, dict[str, Any]]) -> None:
    for name in ("ingest", "api"):
        with pytest.raises(Refused, match="set it in"):
            environment(services[name], {"PROXY_ADDRESS": "0.0.0.0"})  # noqa: S104 - what is tested
        for given in ({"INGEST_TOKEN": "drawn"}, {"INGEST_TOKEN": "drawn", "PROXY_ADDRESS": "192.0.2.1"}):
            assert environment(services[name], given)["CAPTIONFLOW_INGEST_TOKEN"] == given["INGEST_TOKEN"]


def test_kafka_and_elasticsearch_are_in_a_network_without_a_way_out(compose: dict[str, Any]) -> None:
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("kafka", "elasticsearch", "segment", "index"):
        assert compose["services"][name]["networks"] == ["inside"]


@pytest.mark.parametrize("with_example", [False, True])
def test_every_service_accepts_the_settings_that_compose_gives_it(
    root: Path, services: dict[str, dict[str, Any]], with_example: bool
) -> None:
    given = example(root) if with_example else {}
    for name in OURS:
        settings = read_settings(image_environment(root) | environment(services[name], given))
        assert settings.kafka == ("kafka:9092",)
        assert settings.elasticsearch == ("http://elasticsearch:9200",)
        assert settings.host == "0.0.0.0"  # noqa: S104 - a container's own
        assert (settings.ingest_token is not None) is with_example


def test_a_setting_that_is_not_given_to_compose_has_the_programs_default(services: dict[str, dict[str, Any]]) -> None:
    for name in OURS:
        settings = read_settings(environment(services[name]))
        for one in ("partitions", "turns_retention_hours", "max_readers", "public_url", "ingest_token"):
            assert getattr(settings, one) == getattr(Settings(), one), (name, one)


def test_what_operations_tell_to_change_can_be_changed(services: dict[str, dict[str, Any]]) -> None:
    given = {"TURNS_RETENTION_HOURS": "24", "MAX_READERS": "20000", "PARTITIONS": "48"}
    for name in OURS:
        settings = read_settings(environment(services[name], given))
        assert (settings.turns_retention_hours, settings.max_readers, settings.partitions) == (24, 20_000, 48)


def test_what_compose_asks_for_is_explained_in_the_example(root: Path) -> None:
    asked = set(re.findall(r"\$\{(\w+)", (root / "docker-compose.yml").read_text()))
    assert asked - set(example(root)) <= {"PROMETHEUS_PORT", "GRAFANA_PORT"}
    assert set(example(root)) <= asked
    assert "\n.env\n" in (root / ".gitignore").read_text()


def test_each_service_is_asked_how_it_is_where_it_answers(services: dict[str, dict[str, Any]]) -> None:
    for name in OURS - ONE_SHOT:
        service = services[name]
        assert ":8000/healthz" in service["healthcheck"]["test"][-1]
        settings = read_settings(environment(service))
        assert (settings.port, settings.ops_port) == (8000, 8000)


def test_the_commands_of_containers_are_commands_of_the_program(services: dict[str, dict[str, Any]]) -> None:
    program: Any = typer.main.get_command(app)
    for name in OURS - {"tools"}:
        command, words = program, [str(word) for word in services[name]["command"]]
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        command.make_context("captionflow", words)


def test_the_servers_are_those_that_the_tests_run_on(root: Path, services: dict[str, dict[str, Any]]) -> None:
    assert services["kafka"]["image"] == f"apache/kafka:{kafka.VERSION}"
    assert services["elasticsearch"]["image"].endswith(f"/elasticsearch:{elastic.VERSION}")
    tests = yaml.safe_load((root / "tests" / "stack" / "compose.yml").read_text())["services"]
    for name in ("kafka", "elasticsearch"):
        assert services[name]["image"] == tests[name]["image"]


def test_files_that_containers_are_given_are_there(root: Path, services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for mount in service.get("volumes", []):
            source = mount.split(":", 1)[0]
            assert not source.startswith("./") or (root / source).exists(), mount
        for file in service.get("env_file", []):
            assert (root / file).is_file(), file


def test_the_image_is_built_of_what_the_ignore_file_lets_through(root: Path) -> None:
    ignore = (root / ".dockerignore").read_text().splitlines()
    let_through = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    assert "*" in ignore
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (root / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert {source.split("/")[0] for source in sources} == let_through
    assert all((root / source).exists() for source in sources)


def test_the_image_runs_as_a_user_that_is_not_root(root: Path, services: dict[str, dict[str, Any]]) -> None:
    assert re.search(r"^USER 10001:10001$", (root / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert {services[name]["user"] for name in OURS} == {"10001:10001"}


def test_nothing_is_pulled_under_a_name_that_moves(root: Path, services: dict[str, dict[str, Any]]) -> None:
    images = [filled_in(service["image"]) for service in services.values()]
    images += re.findall(r"^ARG PYTHON=(\S+)$", (root / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    assert [image for image in images if not re.search(r":(local|v?\d+\.\d+\.\d+(-[\w-]+)?)$", image)] == []


@pytest.mark.parametrize(
    ("path", "ingest"),
    [
        ("/v1/sessions/opening/lines", True),
        ("/v1/sessions/opening/lines/last", True),
        ("/v1/sessions/opening/type", True),
        ("/closedcaption", True),
        ("/closedcaption/seq", True),
        ("/cartcaption", True),
        ("/streamtext", True),
        ("/hooks/deepgram", True),
        ("/s/closedcaption", False),
        ("/closedcaptions", False),
        ("/hooks/", False),
        ("/v1/sessions", False),
        ("/v1/sessions/opening", False),
        ("/v1/sessions/opening/events", False),
        ("/v1/sessions/lines/transcript.txt", False),
        ("/v1/sessions/opening/lines.txt", False),
        ("/s/opening/lines", False),
        ("/", False),
    ],
)
def test_the_proxy_sends_captions_to_ingest_and_everything_else_to_api(caddyfile: str, path: str, ingest: bool) -> None:
    found = re.search(r"@lines path_regexp lines (\S+)", caddyfile)
    assert found
    assert (re.search(found[1], path) is not None) is ingest


def test_the_proxy_sends_to_ingest_all_that_ingest_serves(caddyfile: str) -> None:
    from services.ingest import routes  # noqa: PLC0415 - only its paths

    found = re.search(r"@lines path_regexp lines (\S+)", caddyfile)
    assert found
    paths = [route.path for route in routes.routes.routes]  # type: ignore[attr-defined]
    assert paths
    assert all(re.search(found[1], path.replace("{session}", "opening")) for path in paths)


def test_the_proxy_keeps_all_senders_of_a_session_with_one_process(caddyfile: str) -> None:
    from services.ingest import door_routes  # noqa: PLC0415 - only what names a session there

    (handled,) = re.findall(r"\thandle @lines \{\n(.*?)\n\t\}\n", caddyfile, re.DOTALL)
    found = re.search(r'map "(\S+)" \{session\} \{\s+~(\S+) "\$\{1\}"', handled)
    assert found
    fields = found[1].split("|")
    names = [re.fullmatch(r"\{query\.(\w+)\}", field) for field in fields[1:-1]]
    assert [one and one[1] for one in names] == [*door_routes.NAMES, "key", "token"]
    assert (fields[0], fields[-1]) == ("{re.lines.1}", "{header.Authorization}")
    for given, named in {
        "opening||||||||": "opening",
        "|||hall|||key||": "hall",
        "||||||||Bearer key": "Bearer key",
    }.items():
        (session,) = re.findall(found[2], given)
        assert session == named
    assert 'request_header X-Session "{session}"' in handled
    assert "lb_policy header X-Session" in handled
    assert "header_up -X-Session" in handled


def test_who_asks_and_how_is_what_the_proxy_says_and_nobody_else(
    services: dict[str, dict[str, Any]], caddyfile: str
) -> None:
    for name in ("ingest", "api"):
        assert services[name]["environment"]["FORWARDED_ALLOW_IPS"] == "*"
        assert "ports" not in services[name]
    assert "trusted_proxies static {$BEFORE:127.0.0.1/32}" in caddyfile


@pytest.mark.parametrize("with_example", [False, True])
def test_commands_reach_the_api_without_a_certificate_whatever_the_site_is(
    root: Path, services: dict[str, dict[str, Any]], caddyfile: str, with_example: bool
) -> None:
    given = example(root) if with_example else {}
    url = urlsplit(environment(services["tools"], given)["CAPTIONFLOW_URL"])
    assert (url.scheme, url.hostname) == ("http", "proxy")
    assert set(services["tools"]["networks"]) & set(services["proxy"]["networks"])
    sites = re.findall(r"^(\S+) \{\n\timport routes\n\}$", caddyfile, re.MULTILINE)
    assert sites == ["{$SITE::8080}", f"http://:{url.port}"]
    assert str(url.port) not in {port.rsplit(":", 1)[-1] for port in services["proxy"]["ports"]}


def test_event_streams_pass_the_proxy_as_they_come(caddyfile: str) -> None:
    assert "flush_interval -1" in caddyfile
    compressed = re.findall(r"header Content-Type (\S+)", caddyfile)
    assert compressed
    assert not any("text/event-stream".startswith(kind.rstrip("*")) for kind in compressed)


def test_the_proxy_keeps_metrics_to_itself(caddyfile: str) -> None:
    """In a ``handle``: Caddy tries those before a bare ``respond``, wherever it is written."""
    assert re.search(r"^\thandle /metrics \{\n\t\trespond 404\n\t\}$", caddyfile, re.MULTILINE)
