"""What the processes count and measure, for Prometheus; docs/metrics.md lists the names and their use.

Each process makes one ``Metrics`` and registers nothing globally.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import nan
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
DELAY_BUCKETS: Final = (0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds. 15 and 50 ms are the targets of live delivery; 5 s is too late."""


def since(moment: datetime) -> float:
    """Seconds from then to now; 0 if the clocks of two machines say less."""
    return max(0.0, (datetime.now(UTC) - moment).total_seconds())


Labels = tuple[str, ...]
"""Values of labels."""


class Metrics:
    """The metrics of one process; ``service`` is a label of all of them."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def counter(self, name: str, about: str) -> Counter:
        """``captionflow_<name>_total``."""
        return Counter(name, about, ["service"], namespace="captionflow", registry=self._registry).labels(self._service)

    def histogram(self, name: str, about: str, buckets: tuple[float, ...] = DELAY_BUCKETS) -> Histogram:
        """``captionflow_<name>``: ``_bucket``, ``_sum`` and ``_count``."""
        made = Histogram(name, about, ["service"], namespace="captionflow", registry=self._registry, buckets=buckets)
        return made.labels(self._service)

    def gauge(self, name: str, about: str, value: Callable[[], float | None]) -> None:
        """``captionflow_<name>``; ``value`` is called when it is scraped, and None becomes NaN."""
        made = Gauge(name, about, ["service"], namespace="captionflow", registry=self._registry)
        made.labels(self._service).set_function(lambda: nan if (now := value()) is None else now)

    def counts(self, name: str, about: str, labels: Sequence[str], read: Callable[[], Mapping[Labels, int]]) -> None:
        """``captionflow_<name>_total`` with more labels; ``read`` gives the counts."""
        self._registry.register(_Counts(f"captionflow_{name}", about, ("service", *labels), self._service, read))

    def text(self) -> bytes:
        """All of them as Prometheus reads them."""
        return generate_latest(self._registry)


class _Counts(Collector):
    def __init__(
        self, name: str, about: str, labels: Sequence[str], service: str, read: Callable[[], Mapping[Labels, int]]
    ) -> None:
        self._name = name
        self._about = about
        self._labels = labels
        self._service = service
        self._read = read

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(self._name, self._about, labels=self._labels)
        for values, count in self._read().items():
            family.add_metric((self._service, *values), count)
        yield family
