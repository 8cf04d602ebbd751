"""Every setting there is: read once from ``CAPTIONFLOW_…`` variables, in one place, and refused with a reason.

docs/settings.md lists the same settings; a test fails on one that it doesn't mention.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from captionflow import setting_values as values
from captionflow.errors import Misconfigured
from captionflow.secret import Secret

PREFIX = "CAPTIONFLOW_"
LogFormat = Literal["auto", "console", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
_T = TypeVar("_T")


def _setting(  # noqa: PLR0913 - one keyword for each column of docs/settings.md
    variable: str, default: _T, parse: Callable[[str], _T], *, unit: str, doc: str, example: str, secret: bool = False
) -> _T:
    about = {"variable": PREFIX + variable, "parse": parse, "unit": unit, "doc": doc, "example": example}
    declared_field: _T = field(default=default, metadata={**about, "secret": secret})
    return declared_field


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs. What each means is beside it, and in docs/settings.md."""

    data_folder: Path = _setting(
        "DATA",
        Path("data"),
        values.path,
        unit="folder",
        doc="Where the captions are kept; made if it isn't there. One process at a time.",
        example="/var/lib/captionflow",
    )
    host: str = _setting(
        "HOST",
        "127.0.0.1",
        values.host,
        unit="address or host name",
        doc="Where the server listens; 0.0.0.0 serves other machines too.",
        example="0.0.0.0",  # noqa: S104 - an example in a message; the default is this machine alone
    )
    port: int = _setting(
        "PORT",
        8000,
        values.whole_number(0, 65_535),
        unit="TCP port",
        doc="Port of the pages and the API; 0 takes any free one.",
        example="8080",
    )
    tls_cert: Path | None = _setting(
        "TLS_CERT",
        None,
        values.path,
        unit="file",
        doc="The server's certificate with its chain (PEM): it then speaks https, and plain HTTP no more.",
        example="/etc/captionflow/fullchain.pem",
    )
    tls_key: Path | None = _setting(
        "TLS_KEY",
        None,
        values.path,
        unit="file",
        doc="The key of that certificate (PEM), if it is not in the same file.",
        example="/etc/captionflow/privkey.pem",
    )
    public_url: str | None = _setting(
        "PUBLIC_URL",
        None,
        values.web_address,
        unit="web address",
        doc="How readers reach this server, for QR codes and permalinks; taken from the request when not set.",
        example="https://captions.example.org",
    )
    frame_ancestors: tuple[str, ...] = _setting(
        "FRAME_ANCESTORS",
        (),
        values.frame_ancestors,
        unit="origins with commas between, or *",
        doc="Sites that may show captions in a frame of theirs, by `/embed/{session}` alone; none when not set.",
        example="https://www.example.org,https://*.example.net",
    )
    url: str = _setting(
        "URL",
        "http://127.0.0.1:8000",
        values.web_address,
        unit="web address",
        doc="Where `replay`, `import`, `export`, `search`, `tail` and `verify` find a running captionflow.",
        example="https://captions.example.org",
    )
    styles: Path | None = _setting(
        "STYLES",
        None,
        values.path,
        unit="folder",
        doc="Style sheets of the operator's own, and their fonts and pictures, for screens and overlays (`?css=`).",
        example="/etc/captionflow/styles",
    )
    ingest_token: Secret | None = _setting(
        "INGEST_TOKEN",
        None,
        values.secret,
        unit="secret, 16 to 200 characters",
        doc="An admin's key that the settings give, beside those that `captionflow keys` makes; commands send it, too.",
        example="a line of `openssl rand -hex 24`",
        secret=True,
    )
    key: Secret | None = _setting(
        "KEY",
        None,
        values.secret,
        unit="secret, 16 to 200 characters",
        doc="The key that commands send to a running captionflow; `captionflow keys create` makes one.",
        example="what `captionflow keys create` printed",
        secret=True,
    )
    address_requests: int = _setting(
        "ADDRESS_REQUESTS",
        1_000,
        values.whole_number(1, 1_000_000),
        unit="requests a second",
        doc="Of readers at one address; what is above for long is answered with 429. A room may be one address.",
        example="5000",
    )
    address_streams: int = _setting(
        "ADDRESS_STREAMS",
        0,
        values.whole_number(0, 1_000_000),
        unit="connections",
        doc="Of readers at one address, open at a time; one more is answered with 429. 0: all but a fifth of "
        "CAPTIONFLOW_MAX_READERS.",
        example="2000",
    )
    key_requests: int = _setting(
        "KEY_REQUESTS",
        200,
        values.whole_number(1, 1_000_000),
        unit="requests a second",
        doc="Of one captioner's key, whatever readers at the same address ask for.",
        example="1000",
    )
    demo: bool = _setting(
        "DEMO",
        default=True,
        parse=values.yes_or_no,
        unit="true or false",
        doc="Whether a demo session is captioned, again and again.",
        example="false",
    )
    offline: bool = _setting(
        "OFFLINE",
        default=True,
        parse=values.yes_or_no,
        unit="true or false",
        doc="Whether browsers keep what was read, to open it without a network; `false` removes what they kept.",
        example="false",
    )
    max_body_bytes: int = _setting(
        "MAX_BODY",
        1024 * 1024,
        values.size(1024, 64 * 1024**2),
        unit="bytes, KiB or MiB",
        doc="The largest request body that is taken; larger ones are answered with 413.",
        example="4MiB",
    )
    max_readers: int = _setting(
        "MAX_READERS",
        5_000,
        values.whole_number(1, 1_000_000),
        unit="connections",
        doc="Live readers at a time; one more is answered with 503 and asked to retry.",
        example="20000",
    )
    end_after_minutes: int = _setting(
        "END_AFTER_MINUTES",
        180,
        values.whole_number(0, 7 * 24 * 60),
        unit="minutes",
        doc="A live session ends when no words have come for so long; more words open it again. 0: never. A session "
        "may say otherwise (`ends_after_minutes`).",
        example="60",
    )
    spool_bytes: int = _setting(
        "SPOOL",
        256 * 1024**2,
        values.size(0, 1024**4),
        unit="bytes, KiB or MiB",
        doc="What `serve ingest` keeps in its data folder, while Kafka is away, of tools that can't wait; 0: nothing.",
        example="1024MiB",
    )
    kafka: tuple[str, ...] = _setting(
        "KAFKA",
        (),
        values.servers,
        unit="host:port, several with commas between",
        doc="Brokers to start from, for `serve`, `topics`, `import`, `reindex`, `verify` and `dead-letters`.",
        example="kafka-1:9092,kafka-2:9092",
    )
    kafka_user: str | None = _setting(
        "KAFKA_USER", None, values.user, unit="user name", doc="Who we are to Kafka (SASL).", example="captionflow"
    )
    kafka_password: Secret | None = _setting(
        "KAFKA_PASSWORD",
        None,
        values.password,
        unit="secret",
        doc="The user's password.",
        example="a line of `openssl rand -hex 24`",
        secret=True,
    )
    kafka_mechanism: str = _setting(
        "KAFKA_MECHANISM",
        "scram-sha-512",
        values.one_of("plain", "scram-sha-256", "scram-sha-512"),
        unit="plain, scram-sha-256 or scram-sha-512",
        doc="How the password is shown to Kafka.",
        example="plain",
    )
    kafka_tls: bool = _setting(
        "KAFKA_TLS",
        default=False,
        parse=values.yes_or_no,
        unit="true or false",
        doc="Whether the brokers are reached by TLS.",
        example="true",
    )
    kafka_ca: Path | None = _setting(
        "KAFKA_CA",
        None,
        values.path,
        unit="file",
        doc="Who signed the brokers' certificates (PEM); the system's authorities when not set. It implies TLS.",
        example="/run/secrets/kafka-ca.pem",
    )
    partitions: int = _setting(
        "PARTITIONS",
        12,
        values.whole_number(1, 1_000),
        unit="partitions",
        doc="Of the topics of lines and of turns: as many workers of a kind can share the work. It can't change later.",
        example="24",
    )
    topics: str = _setting(
        "TOPICS",
        "captions",
        values.name,
        unit="name",
        doc="What the names of the topics and of the consumer groups begin with.",
        example="captions-test",
    )
    turns_retention_hours: int = _setting(
        "TURNS_RETENTION_HOURS",
        168,
        values.whole_number(1, 24 * 366),
        unit="hours",
        doc="How long the topic of turns keeps its records; what is older is made again from the lines.",
        example="72",
    )
    elasticsearch: tuple[str, ...] = _setting(
        "ELASTICSEARCH",
        (),
        values.web_addresses,
        unit="web address, several with commas between",
        doc="Elasticsearch's nodes, for `serve index`, `serve api`, `reindex` and `verify`.",
        example="https://es-1:9200,https://es-2:9200",
    )
    elasticsearch_user: str | None = _setting(
        "ELASTICSEARCH_USER",
        None,
        values.user,
        unit="user name",
        doc="Who we are to Elasticsearch.",
        example="captionflow",
    )
    elasticsearch_password: Secret | None = _setting(
        "ELASTICSEARCH_PASSWORD",
        None,
        values.password,
        unit="secret",
        doc="The user's password.",
        example="a line of `openssl rand -hex 24`",
        secret=True,
    )
    elasticsearch_api_key: Secret | None = _setting(
        "ELASTICSEARCH_API_KEY",
        None,
        values.password,
        unit="secret",
        doc="In place of user and password.",
        example="what Elasticsearch gave as `encoded`",
        secret=True,
    )
    elasticsearch_ca: Path | None = _setting(
        "ELASTICSEARCH_CA",
        None,
        values.path,
        unit="file",
        doc="Who signed the nodes' certificates (PEM); the system's authorities when not set.",
        example="/run/secrets/elasticsearch-ca.pem",
    )
    indices: str = _setting(
        "INDICES",
        "captionflow",
        values.name,
        unit="name",
        doc="What the names of indices, aliases and templates begin with.",
        example="captionflow-test",
    )
    ops_port: int = _setting(
        "OPS_PORT",
        8001,
        values.whole_number(0, 65_535),
        unit="TCP port",
        doc="Port of /healthz, /readyz and /metrics of `serve segment` and `serve index`; 0 takes any free one.",
        example="9001",
    )
    log_level: LogLevel = _setting(
        "LOG_LEVEL",
        "info",
        values.one_of("debug", "info", "warning", "error"),
        unit="debug, info, warning or error",
        doc="The least important messages that are logged. Only debug may show captions' text; none off the record.",
        example="warning",
    )
    log_format: LogFormat = _setting(
        "LOG_FORMAT",
        "auto",
        values.one_of("auto", "console", "json"),
        unit="auto, console or json",
        doc="How messages are written: auto is console on a terminal, and one JSON object a line elsewhere.",
        example="json",
    )


def sent_key(settings: Settings) -> Secret | None:
    """What commands send to a running captionflow."""
    return settings.key or settings.ingest_token


def declared() -> tuple[Field[Any], ...]:
    """The fields of ``Settings``; ``metadata`` has variable, unit, doc, example, secret and parse."""
    return fields(Settings)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """What the environment says; an empty value counts as not set.

    Raises:
        Misconfigured: one line for each variable that is unknown or has a value that can't be used. A secret's value
            is never part of it.
    """
    given = {name: value.strip() for name, value in environ.items() if name.startswith(PREFIX)}
    known = {one.metadata["variable"]: one for one in declared()}
    problems = list(_unknown(given.keys() - known.keys(), list(known)))
    found: dict[str, Any] = {}
    for name in sorted(given.keys() & known.keys()):
        if not given[name]:
            continue
        about = known[name].metadata
        try:
            found[known[name].name] = about["parse"](given[name])
        except ValueError as error:
            shown = "" if about["secret"] else f"={given[name][:80]!r}"
            problems.append(f"{name}{shown} {error}; for example {name}={about['example']}.")
    if problems:
        raise Misconfigured("\n".join(problems))
    return Settings(**found)


def _unknown(names: set[str], known: list[str]) -> Iterator[str]:
    for name in sorted(names):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        advice = f"did you mean {near[0]}?" if near else "remove it."
        yield f"{name} is not a setting of captionflow: {advice} All of them are in docs/settings.md."
