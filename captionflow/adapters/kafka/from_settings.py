"""Kafka as the settings say it is, and who we are to it."""

from typing import Any

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.errors import Misconfigured
from captionflow.settings import Settings


def kafka_from(settings: Settings) -> Kafka:
    """Nothing is connected yet.

    Raises:
        Misconfigured: no broker is set, a user without a password or the other way round, or an authority that is no
            file.
    """
    if not settings.kafka:
        raise Misconfigured("Set CAPTIONFLOW_KAFKA to the brokers, for example CAPTIONFLOW_KAFKA=kafka-1:9092.")
    return Kafka(
        servers=",".join(settings.kafka),
        prefix=settings.topics,
        partitions=settings.partitions,
        security=_security(settings),
    )


def _security(settings: Settings) -> dict[str, Any]:
    user, password, authority = settings.kafka_user, settings.kafka_password, settings.kafka_ca
    if (user is None) != (password is None):
        raise Misconfigured("Set both CAPTIONFLOW_KAFKA_USER and CAPTIONFLOW_KAFKA_PASSWORD, or none of them.")
    if authority is not None and not authority.is_file():
        raise Misconfigured(f"There is no file {authority}: set CAPTIONFLOW_KAFKA_CA to one.")
    tls = settings.kafka_tls or authority is not None
    security: dict[str, Any] = {}
    if user is not None and password is not None:
        security["security_protocol"] = "SASL_SSL" if tls else "SASL_PLAINTEXT"
        security["sasl_mechanism"] = settings.kafka_mechanism.upper()
        security["sasl_plain_username"] = user
        security["sasl_plain_password"] = password.reveal()
    elif tls:
        security["security_protocol"] = "SSL"
    if authority is not None:
        security["ssl_cafile"] = str(authority)
    return security
