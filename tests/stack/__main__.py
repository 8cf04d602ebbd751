"""``make stack``: Kafka, Elasticsearch and the four services until Ctrl-C, and how to reach them.

What was said goes with them at the end. ``PORT`` is where pages and API are, 8000 if it isn't set.
"""

import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.stack.front import Front
from tests.stack.places import CannotStart
from tests.stack.servers import elasticsearch_server, kafka_server
from tests.stack.services import Services

_SIGNALS = {signal.SIGINT, signal.SIGTERM}
_LOOK_SECONDS = 1.0


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    try:
        with ExitStack() as running:
            folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="captionflow-stack-")))
            _tell("Starting Kafka; the first time it is fetched, some 60 MB …")
            kafka = running.enter_context(kafka_server(folder / "kafka"))
            _tell("Starting Elasticsearch; the first time it is fetched, some 130 MB …")
            elasticsearch = running.enter_context(elasticsearch_server(folder / "elasticsearch"))
            _tell("Starting the four services …")
            services = Services(folder, kafka.address, elasticsearch.address, port)
            running.callback(services.stop)
            services.start()
            front = Front(services.ports, port)
            running.callback(front.stop)
            front.start()
            _tell(
                f"captionflow is at http://127.0.0.1:{port} (Ctrl-C stops it)\n"
                f"TEST_KAFKA={kafka.address} TEST_ELASTICSEARCH={elasticsearch.address}"
            )
            while signal.sigtimedwait(_SIGNALS, _LOOK_SECONDS) is None:
                services.look_after()
    except CannotStart as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command talks to its terminal
        return 1
    return 0


def _tell(what: str) -> None:
    print(what, flush=True)  # noqa: T201 - a command talks to its terminal


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    sys.exit(main())
