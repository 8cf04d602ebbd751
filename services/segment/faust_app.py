"""The Faust application of a segment worker: how it reaches the brokers, and what it must not do by itself."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import faust
from faust.sensors import Sensor
from faust.types import TP
from faust.types.auth import CredentialsArg

from services.segment.faust_consumer import ActiveConsumer


class NoMonitor(Sensor):
    """In place of Faust's own measurements, which nobody reads: docs/metrics.md has ours."""

    def track_tp_end_offset(self, tp: TP, offset: int) -> None:
        """See ``faust.Monitor``."""

    def on_tp_commit(self, tp_offsets: Mapping[TP, int]) -> None:
        """See ``faust.Monitor``."""


def faust_app(  # noqa: PLR0913 - what it has to know
    group: str,
    *,
    brokers: str,
    partitions: int,
    folder: Path,
    session_timeout: float,
    security: Mapping[str, Any],
    client: Mapping[str, Any],
) -> faust.App:
    """An application that has not started. ``security`` has kafka-python's names, ``client`` Faust's own settings."""
    app = faust.App(
        group,
        broker=[f"kafka://{one}" for one in brokers.split(",")],
        store="rocksdb://",
        datadir=str(folder),
        topic_partitions=partitions,
        topic_allow_declare=False,  # a missing topic is an error, and is not created by accident
        topic_disable_leader=True,
        autodiscover=False,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=session_timeout / 10,
        broker_commit_interval=1.0,
        producer_acks=-1,
        producer_linger=0,
        producer_max_request_size=2_097_152,  # a dead letter is as large as any record, and what is known of it
        table_standby_replicas=0,
        stream_wait_empty=False,
        Monitor=NoMonitor,
        broker_credentials=_credentials(security),
        **client,
    )
    cast("Any", app.transport).Consumer = ActiveConsumer
    return app


def _credentials(security: Mapping[str, Any]) -> CredentialsArg | None:
    """As Faust has them."""
    protocol = security.get("security_protocol", "PLAINTEXT")
    context = ssl.create_default_context(cafile=security.get("ssl_cafile")) if protocol.endswith("SSL") else None
    if protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=security["sasl_plain_username"],
            password=security["sasl_plain_password"],
            mechanism=security["sasl_mechanism"],
            ssl_context=context,
        )
    return context
