"""Patches to kafka-python 3.0 that a service needs; each can go when the library has it.

- While no broker can be reached, it logs every attempt of every connection, many lines a second; so does aiokafka.
- Why a broker refused a connection is only logged: the caller gets a time-out.
- What a broker sends just before it closes a connection is dropped, such as why it refuses a password.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from kafka.errors import KafkaError
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

_NOISY: Final = (
    "aiokafka",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
    "kafka.cluster",
    "kafka.consumer.fetcher",
    "kafka.coordinator",
    "kafka.net.connection",
    "kafka.net.manager",
    "kafka.net.transport",
    "kafka.producer.sender",
)
_SECONDS: Final = 30.0

_RECEIVE: Final = {kind: vars(kind)["_sock_recv"] for kind in (KafkaTCPTransport, KafkaSSLTransport)}

_Received = tuple[bytes, KafkaError | None]

_listening: list[list[KafkaError]] = []


class _Seldom(logging.Filter):
    """Lets a repeated message through every 30 s, as information. Callers get an error of their own, and log that."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = [part for part in record.args or () if isinstance(part, KafkaError)]
        for heard in _listening:
            heard.extend(said)
        now, place = time.monotonic(), (record.name, record.lineno)
        if now - self._told.get(place, -_SECONDS) < _SECONDS:
            return False
        self._told[place] = now
        if record.levelno > logging.INFO:
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.exc_info = None
        return logging.getLogger().isEnabledFor(record.levelno)


def apply_patches() -> None:
    """Apply the patches. Repeating it does nothing."""
    for name in _NOISY:
        logger = logging.getLogger(name)
        if not any(isinstance(one, _Seldom) for one in logger.filters):
            logger.addFilter(_Seldom())
    for kind, receive in _RECEIVE.items():
        kind._sock_recv = _hearing_out(receive)  # noqa: SLF001 - there is no other place for it


def _hearing_out(receive: Callable[[Any], _Received]) -> Callable[[Any], _Received]:
    """Returns the data that has come, and an error only when there is none; the next call returns the error again."""

    def received(transport: Any) -> _Received:
        data, error = receive(transport)
        return data, None if data else error

    return received


@contextmanager
def errors_logged() -> Iterator[list[KafkaError]]:
    """The errors that clients of this process log meanwhile. Needs ``apply_patches``."""
    heard: list[KafkaError] = []
    _listening.append(heard)
    try:
        yield heard
    finally:
        _listening[:] = [one for one in _listening if one is not heard]
