"""captionflow, but it says when Faust has looked whether each partition is worked on."""

import sys

from services.cli.main import main
from services.segment.faust_consumer import ActiveConsumer

LOOKED = "looked at each partition"
_look = ActiveConsumer.verify_all_partitions_active


async def _tell(self: ActiveConsumer) -> None:
    await _look(self)
    sys.stderr.write(f"{LOOKED}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    ActiveConsumer.verify_all_partitions_active = _tell  # type: ignore[method-assign]
    main()
