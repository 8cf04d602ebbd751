"""The reports of sources within one process: the latest of each, for all who follow."""

import weakref
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from typing import Final, Self

from captionflow.messages import SourceReport
from captionflow.notifying import Notifier

MAX_REPORTS: Final = 5_000
"""The latest of so many sources are kept."""

_Latest = OrderedDict[tuple[str, str, str, str], SourceReport]


class _Following(AsyncIterator[SourceReport]):
    """What a follower has not taken yet: one report of each source at most."""

    def __init__(self, latest: _Latest) -> None:
        self._waiting = latest.copy()
        self._changed = Notifier()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SourceReport:
        while not self._waiting:
            await self._changed.listen().wait()
        return self._waiting.popitem(last=False)[1]

    def put(self, report: SourceReport) -> None:
        """Add one, in place of an older one."""
        _keep(self._waiting, report)
        self._changed.notify()


class MemorySourceReports:
    """``SourceReports`` in memory; nobody who publishes waits for a follower."""

    def __init__(self) -> None:
        self._latest: _Latest = OrderedDict()
        self._followers: weakref.WeakSet[_Following] = weakref.WeakSet()

    async def publish(self, reports: Sequence[SourceReport]) -> None:
        """See ``SourceReports.publish``."""
        for report in reports:
            _keep(self._latest, report)
            for follower in self._followers:
                follower.put(report)

    def follow(self) -> AsyncIterator[SourceReport]:
        """See ``SourceReports.follow``."""
        following = _Following(self._latest)
        self._followers.add(following)
        return following


def _keep(reports: _Latest, report: SourceReport) -> None:
    key = report.session, report.language, report.source, report.process
    before = reports.get(key)
    if before is None or report.at >= before.at:
        reports[key] = report
        reports.move_to_end(key)
    while len(reports) > MAX_REPORTS:
        reports.popitem(last=False)
