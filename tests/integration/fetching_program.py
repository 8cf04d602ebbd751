"""captionflow, but it says which partitions the segment worker has records of that it does not take."""

import sys
from collections.abc import Mapping
from typing import Any

from services.cli.main import main
from services.segment.faust_consumer import ActiveConsumer

LEFT = "not taken"
_take = ActiveConsumer._getmany


async def _tell(self: ActiveConsumer, active_partitions: Any, timeout: float) -> Mapping[Any, list[Any]]:  # noqa: ASYNC109 - as the method that it stands for
    records = await _take(self, active_partitions, timeout)
    fetcher: Any = self._fetched._fetcher
    if left := [place for place in fetcher._records if place not in active_partitions]:
        sys.stderr.write(f"{LEFT}: {left}\n")
        sys.stderr.flush()
    return records


if __name__ == "__main__":
    ActiveConsumer._getmany = _tell  # type: ignore[method-assign]
    main()
