"""As it is shipped, nothing of what is said off the record is on a broker ten minutes later."""

import re
from pathlib import Path

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.topics import settings

MOST_MS = 10 * 60_000
CHECK_MS = 5 * 60_000
"""How often a broker looks for what is to be deleted, unless it is set: Kafka's ``log.retention.check.interval.ms``."""
_CHECK = re.compile(r"retention[._]check[._]interval[._]ms\W+(\d+)", re.IGNORECASE)


def test_a_minute_the_brokers_next_look_and_the_deletion_of_its_file_are_less_than_ten_minutes(root: Path) -> None:
    kafka = Kafka(servers="nowhere:9092")
    topic = settings(kafka, replication=1, turns_hours=1)[kafka.off_record]
    assert topic["cleanup.policy"] == "delete"
    assert topic["message.timestamp.type"] == "LogAppendTime"  # no service's clock keeps a record longer
    shipped = [path for path in root.glob("deploy/**/*") if path.is_file()] + [root / "docker-compose.yml"]
    checks = [int(found) for path in shipped for found in _CHECK.findall(path.read_text("utf-8", "ignore"))]
    # The segment that is written to is deleted as well, so the age of a record counts, and not that of its segment.
    longest = int(topic["retention.ms"]) + max([CHECK_MS, *checks]) + int(topic["file.delete.delay.ms"])
    assert longest < MOST_MS
