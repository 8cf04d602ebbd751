"""The four services with a broker and a search server of their own, for the benches of the distributed mode.

What the tests start, the benches start too: tests/stack the servers, tests/distributed/installation.py the services.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.distributed.installation import Installation, running
from tests.stack.servers import elasticsearch_server, kafka_server

PARTITIONS = 12


@contextmanager
def installed(partitions: int = PARTITIONS) -> Iterator[Installation]:
    """One of each service, ready."""
    with (
        tempfile.TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as folder,
        kafka_server(Path(folder) / "kafka") as kafka,
        elasticsearch_server(Path(folder) / "elasticsearch") as elasticsearch,
    ):
        services = Path(folder) / "services"
        services.mkdir()
        with running(services, kafka, elasticsearch, PARTITIONS=partitions, LOG_LEVEL="warning") as made:
            yield made


def rss_kib(installation: Installation, service: str) -> int:
    """Resident memory of a service's process."""
    pages = Path(f"/proc/{_pid(installation, service)}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") // 1024


def cpu_seconds(installation: Installation, service: str) -> float:
    """Processor time that a service has used so far."""
    return cpu_seconds_of(_pid(installation, service))


def cpu_seconds_of(pid: int) -> float:
    """Processor time that a process has used so far."""
    return _cpu_seconds(_stat(pid))


def cpu_seconds_of_all() -> float:
    """Processor time of this process and all below it: services, broker and search server, as far as it started them.

    Unlike what a clock tells, it hardly depends on what else the machine is doing.
    """
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                stats[int(folder.name)] = _stat(int(folder.name))
    ours = {os.getpid()}
    while more := {pid for pid, fields in stats.items() if int(fields[1]) in ours} - ours:
        ours |= more
    return sum(_cpu_seconds(stats[pid]) for pid in ours)


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_seconds(fields: list[str]) -> float:
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pid(installation: Installation, service: str) -> int:
    process = installation.services[service].process
    assert process is not None, service
    return process.pid
