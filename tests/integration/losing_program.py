"""captionflow, but what the segment worker first takes from one topic is lost on its way, as Faust has lost records."""

import os
from collections.abc import Mapping
from typing import Any

from services.cli.main import main
from services.segment.faust_consumer import ActiveConsumer

_take = ActiveConsumer._getmany
_lost: list[object] = []


async def _lose(self: ActiveConsumer, active_partitions: Any, timeout: float) -> Mapping[Any, list[Any]]:  # noqa: ASYNC109 - as the method that it stands for
    records = await _take(self, active_partitions, timeout)
    mine = [place for place in records if place.topic.endswith(os.environ["LOSE"]) and not _lost]
    _lost.extend(mine)
    return {place: found for place, found in records.items() if place not in mine}


if __name__ == "__main__":
    ActiveConsumer._getmany = _lose  # type: ignore[method-assign]
    main()
