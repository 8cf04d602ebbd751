"""How the settings say who we are to Kafka, as kafka-python names it."""

from pathlib import Path
from typing import Any

from captionflow.errors import Misconfigured


def security(
    *, user: str | None, password: str | None, mechanism: str, tls: bool, authority: Path | None
) -> dict[str, Any]:
    """``security_protocol``, ``sasl_…`` and ``ssl_…``; nothing if the brokers ask for nothing.

    Raises:
        Misconfigured: a user without a password, the other way round, or an authority that is no file.
    """
    if (user is None) != (password is None):
        raise Misconfigured("Set both CAPTIONFLOW_KAFKA_USER and CAPTIONFLOW_KAFKA_PASSWORD, or none of them.")
    if authority is not None and not authority.is_file():
        raise Misconfigured(f"There is no file {authority}: set CAPTIONFLOW_KAFKA_CA to one.")
    found: dict[str, Any] = {}
    if user is not None:
        found |= {
            "sasl_mechanism": mechanism.upper(),
            "sasl_plain_username": user,
            "sasl_plain_password": password,
        }
    if authority is not None:
        found["ssl_cafile"] = str(authority)
    if tls or authority is not None:
        found["security_protocol"] = "SSL" if user is None else "SASL_SSL"
    elif user is not None:
        found["security_protocol"] = "SASL_PLAINTEXT"
    return found
