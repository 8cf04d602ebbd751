"""A server for a test run or for ``make stack``, by the first means at hand.

Running already (``TEST_KAFKA=host:port``, ``TEST_ELASTICSEARCH=http://…``), else Docker, else Maven artifacts and a JDK
of this machine.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.stack import elastic, kafka
from tests.stack.docker import Container, engine_answers
from tests.stack.process import Process


class Control(Protocol):
    """What can be done to a server that was started here; its data and its address stay through all of it."""

    def start(self, *, wait: bool = True) -> None: ...
    def wait_until_ready(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def stall(self) -> None: ...
    def go_on(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers, and how to disturb it: None if it isn't ours to disturb."""

    address: str
    control: Control | None


@contextmanager
def kafka_server(folder: Path) -> Iterator[Server]:
    """A Kafka broker; its ``address`` is ``host:port``. Its data is in ``folder``, if it is started here.

    Raises:
        CannotStart: by none of the means.
    """
    with _server("TEST_KAFKA", "kafka", "{}", kafka.answers, lambda: kafka.prepared(folder)) as server:
        yield server


@contextmanager
def elasticsearch_server(folder: Path) -> Iterator[Server]:
    """An Elasticsearch node; its ``address`` is a URL. See ``kafka_server``."""
    make = lambda: elastic.prepared(folder)  # noqa: E731 - as short as its twin
    with _server("TEST_ELASTICSEARCH", "elasticsearch", "http://{}", elastic.answers, make) as server:
        yield server


@contextmanager
def _server(
    variable: str, service: str, form: str, answers: Callable[[int], bool], prepare: Callable[[], Process]
) -> Iterator[Server]:
    if running := os.environ.get(variable):
        yield Server(running, None)
    elif engine_answers():
        container = Container(service, answers)
        try:
            container.start()
            yield Server(form.format(f"127.0.0.1:{container.port}"), container)
        finally:
            container.remove()
    else:
        process = prepare()
        try:
            process.start()
            yield Server(form.format(f"127.0.0.1:{process.port}"), process)
        finally:
            process.kill()
