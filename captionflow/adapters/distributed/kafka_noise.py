"""What kafka-python writes to the log: less of it, and the one thing that it says nowhere else.

While no broker can be reached it tells every try of every connection. And why a broker refused a connection is only
written there: the caller gets a time-out.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kafka.errors import KafkaError

_NOISY: Final = (
    "kafka.cluster",
    "kafka.consumer.fetcher",
    "kafka.net.connection",
    "kafka.net.manager",
    "kafka.net.transport",
    "kafka.producer.sender",
)
_SECONDS: Final = 30.0

_listening: list[list[KafkaError]] = []


class _Seldom(logging.Filter):
    """Lets the same message through once in a while, as a warning: what it means for a caller is told elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = [part for part in record.args or () if isinstance(part, KafkaError)]
        for heard in _listening:
            heard.extend(said)
        now = time.monotonic()
        if now - self._told.get(record.msg, -_SECONDS) < _SECONDS:
            return False
        self._told[record.msg] = now
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = None
        return True


def quieten() -> None:
    """From now on those messages are rare. Repeating it does nothing."""
    for name in _NOISY:
        logger = logging.getLogger(name)
        if not any(isinstance(one, _Seldom) for one in logger.filters):
            logger.addFilter(_Seldom())


@contextmanager
def listening() -> Iterator[list[KafkaError]]:
    """The errors that any client of this process tells meanwhile. Needs ``quieten``."""
    heard: list[KafkaError] = []
    _listening.append(heard)
    try:
        yield heard
    finally:
        _listening[:] = [one for one in _listening if one is not heard]
