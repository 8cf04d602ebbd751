"""Keeps kafka-python from filling the log while no broker can be reached: it tells every try of every connection."""

import logging
import time
from typing import Final

_NOISY: Final = (
    "kafka.cluster",
    "kafka.consumer.fetcher",
    "kafka.net.connection",
    "kafka.net.manager",
    "kafka.net.transport",
    "kafka.producer.sender",
)
_SECONDS: Final = 30.0


class _Seldom(logging.Filter):
    """Lets the same message through once in a while, as a warning: what it means for a caller is told elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
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
