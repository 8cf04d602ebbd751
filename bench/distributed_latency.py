"""How long a line takes from its sender to a reader through the four services: 200 lines/s in 20 sessions.

As ``live_latency.py``, but ``ingest``, Kafka, ``segment`` and ``api`` are processes of their own. The histograms of the
services then tell where the time went: each counts from the moment that ``ingest`` numbered the line.
"""

import argparse
import asyncio

from distributed_services import SERVICES, Installation, cpu_seconds, installed
from live_latency import measure

STAGES = {"ingest": "append", "segment": "segment_delay", "api": "delivery_delay"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sessions", type=int, default=20)
    options.add_argument("--rate", type=float, default=200.0, help="lines a second, all sessions together")
    options.add_argument("--seconds", type=float, default=20.0)
    given = options.parse_args()
    with installed() as installation:
        before = {service: cpu_seconds(installation, service) for service in SERVICES}
        asyncio.run(measure(installation.ingest.port, installation.api.port, given.sessions, given.rate, given.seconds))
        for service in SERVICES:
            used = (cpu_seconds(installation, service) - before[service]) / given.seconds
            mean = (
                f", {mean_ms(installation, service):.1f} ms in the mean until its part was done"
                if service in STAGES
                else ""
            )
            print(f"{service:<8} {used:5.0%} of a core{mean}")


def mean_ms(installation: Installation, service: str) -> float:
    """Of the histogram of a service's delays."""
    text = installation.services[service].client.get("/metrics").raise_for_status().text
    found = {
        end: float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        for end in ("sum", "count")
        if line.startswith(f"captionflow_{STAGES[service]}_seconds_{end}")
    }
    return 1e3 * found["sum"] / max(found["count"], 1.0)


if __name__ == "__main__":
    main()
