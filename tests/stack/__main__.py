"""``make stack``: Kafka and Elasticsearch until Ctrl-C, and how to reach them."""

import signal
import sys
import tempfile
from pathlib import Path

from stack.places import CannotStart
from stack.servers import elasticsearch_server, kafka_server


def main() -> int:
    try:
        with (
            tempfile.TemporaryDirectory(prefix="captionflow-stack-") as folder,
            kafka_server(Path(folder) / "kafka") as kafka,
            elasticsearch_server(Path(folder) / "elasticsearch") as elasticsearch,
        ):
            print(f"TEST_KAFKA={kafka.address} TEST_ELASTICSEARCH={elasticsearch.address}", flush=True)  # noqa: T201
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    sys.exit(main())
