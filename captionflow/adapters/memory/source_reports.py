"""The latest reports of sources, in the memory of one process."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from captionflow.messages import SourceReport

MAX_REPORTS: Final = 5_000
"""The newest are kept."""


class MemorySourceReports:
    """``SourceReports`` in memory."""

    def __init__(self) -> None:
        self._latest: OrderedDict[tuple[str, str, str, str], SourceReport] = OrderedDict()

    async def publish(self, reports: Sequence[SourceReport]) -> None:
        """See ``SourceReports.publish``."""
        for report in reports:
            key = report.session, report.language, report.source, report.process
            before = self._latest.get(key)
            if before is None or report.at >= before.at:
                self._latest[key] = report
                self._latest.move_to_end(key)
        while len(self._latest) > MAX_REPORTS:
            self._latest.popitem(last=False)

    async def latest(self) -> Sequence[SourceReport]:
        """See ``SourceReports.latest``."""
        return tuple(self._latest.values())
