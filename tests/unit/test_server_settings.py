"""How the settings become who we are to Kafka, and where Elasticsearch is."""

from pathlib import Path
from typing import Any

import pytest

from captionflow.adapters.elastic.from_settings import elasticsearch_from
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.errors import Misconfigured
from captionflow.settings import Settings, read_settings

PASSWORD = "long-enough-for-any"  # noqa: S105 - of nobody


def given(**settings: object) -> Settings:
    return read_settings(
        {f"CAPTIONFLOW_{name}": str(value) for name, value in ({"KAFKA": "k:9092"} | settings).items()}
    )


def security(**settings: object) -> dict[str, Any]:
    return dict(kafka_from(given(**settings)).security)


def test_nothing_is_said_to_brokers_that_ask_for_nothing() -> None:
    kafka = kafka_from(given(KAFKA="a:1,b:2", TOPICS="forum", PARTITIONS=24))
    assert (kafka.servers, kafka.lines, kafka.partitions, kafka.security) == ("a:1,b:2", "forum.lines", 24, {})


def test_a_user_and_encryption_are_said_each_for_itself_and_together(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("")
    user = {"KAFKA_USER": "captionflow", "KAFKA_PASSWORD": PASSWORD}
    shown = {
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "captionflow",
        "sasl_plain_password": PASSWORD,
    }
    assert security(**user) == {"security_protocol": "SASL_PLAINTEXT", **shown}
    assert security(**user, KAFKA_TLS="true") == {"security_protocol": "SASL_SSL", **shown}
    assert security(KAFKA_TLS="true") == {"security_protocol": "SSL"}
    assert security(KAFKA_CA=authority) == {"security_protocol": "SSL", "ssl_cafile": str(authority)}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"KAFKA": ""}, "Set CAPTIONFLOW_KAFKA to the brokers"),
        ({"KAFKA_USER": "captionflow"}, "Set both CAPTIONFLOW_KAFKA_USER and CAPTIONFLOW_KAFKA_PASSWORD"),
        ({"KAFKA_PASSWORD": PASSWORD}, "Set both CAPTIONFLOW_KAFKA_USER and CAPTIONFLOW_KAFKA_PASSWORD"),
        ({"KAFKA_CA": "/nowhere.pem"}, "set CAPTIONFLOW_KAFKA_CA to one"),
    ],
)
def test_what_is_missing_is_told_and_no_secret_is_shown(settings: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=told) as caught:
        kafka_from(given(**settings))
    assert PASSWORD not in str(caught.value)


def test_without_nodes_there_is_no_search_server() -> None:
    with pytest.raises(Misconfigured, match="Set CAPTIONFLOW_ELASTICSEARCH to the nodes"):
        elasticsearch_from(given())
