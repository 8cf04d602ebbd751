"""A report to a webhook costs what its stretches cost, however many it has, and leaves no more behind than others."""

from collections.abc import Callable

import pytest

from services.ingest.protocols.heard import MAX_HEARD, Heard, Report
from services.ingest.protocols.recognised import Recognised
from tests.hostile.heartbeat import holds, processor_seconds

Make = Callable[[int], Heard]
STRETCHES: dict[str, Make] = {
    "in order": lambda n: Heard(n, "word", speaker=f"speaker {n % 2}"),
    "backwards": lambda n: Heard(-n, "word"),
    "late": lambda n: Heard(n // 20 * 100 + n % 20 if n % 20 else n // 20 * 100 + 50, "word"),
    "one place": lambda n: Heard(0, f"word{n}"),
    "long": lambda _: Heard(0, "word " * 400),
    "long and short": lambda n: Heard(0, "word " * (400 * (n % 2) + 1)),
    "channels": lambda n: Heard(n, "word", channel=str(n)),
    "runs": lambda n: Heard(n, "word", run=str(n)),
    "interims": lambda n: Heard(n, "word", channel=str(n), final=False),
}


@pytest.mark.parametrize("make", STRETCHES.values(), ids=STRETCHES)
def test_four_times_as_many_stretches_cost_some_four_times_as_much(make: Make) -> None:
    def seconds(count: int) -> float:
        report = Report(tuple(make(number) for number in range(count)))
        return processor_seconds(lambda: Recognised().read(report))

    seconds(1)
    holds(lambda: (seconds(4 * MAX_HEARD), 8 * seconds(MAX_HEARD)))
