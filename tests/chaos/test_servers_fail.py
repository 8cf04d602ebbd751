"""A server goes away, or something bad comes in: captions wait or go on, and nothing is lost of them."""

import time
from collections.abc import Callable

import msgspec
import pytest
from kafka import KafkaProducer

from captionflow.messages import VERSION, LineRecord, turns_key
from tests.chaos.conftest import FULL
from tests.chaos.live import SENDER, Live, Said, counted, covering, ends, line, raw, row
from tests.chaos.outcome import Outcome
from tests.distributed.installation import Installation
from tests.needs import missing
from tests.real_program import run_command
from tests.stack.servers import Server as Stack

TIMES = 3 if FULL else 1
AWAY_SECONDS = 30 if FULL else 8
WAYS = ["SIGTERM", "kill -9"] if FULL else ["kill -9"]
"""A broker that is stopped in order is in ``tests/integration/test_kafka_outage.py``, too."""
MOST_TOLD = 500
"""Lines of a service's log in an outage of a minute, each request that was refused included."""
ENDLESS_WORDS = 20_000
WORDS_A_LINE = 6
LINES_A_REQUEST = 100

Starts = Callable[[str], Live]
Records = Callable[[str, int, Outcome], None]


@pytest.mark.parametrize("way", WAYS)
def test_the_broker_is_restarted_and_the_logs_do_not_run_over(
    installation: Installation, live: Starts, record: Records, kafka_broker: Stack, way: str
) -> None:
    if kafka_broker.control is None:
        missing("the broker is not ours to restart")
    services = dict(installation.services)
    before = {kind: len(server.log.read_text().splitlines()) for kind, server in services.items()}
    with live(f"broker-{way[:4].strip().lower()}") as going:
        for _ in range(TIMES):
            going.wait_for_lines(5)
            if way == "SIGTERM":
                kafka_broker.control.stop()
            else:
                kafka_broker.control.kill()
            kafka_broker.control.start()
            going.wait_for_lines(1)
        record(f"the only broker: {way}, and started again", TIMES, going.outcome())
    told = {kind: len(server.log.read_text().splitlines()) - before[kind] for kind, server in services.items()}
    assert all(lines < MOST_TOLD * TIMES for lines in told.values()), told


@pytest.mark.skipif(not FULL, reason="in make chaos; its short form is in tests/distributed/test_services.py")
def test_elasticsearch_is_away_for_a_while(live: Starts, record: Records, elasticsearch_node: Stack) -> None:
    if elasticsearch_node.control is None:
        missing("the node is not ours to kill")
    with live("archive-away") as going:
        elasticsearch_node.control.kill()
        try:
            until = time.monotonic() + AWAY_SECONDS
            while time.monotonic() < until:
                going.wait_for_lines(5)  # live goes on all the while
        finally:
            elasticsearch_node.control.start()
        record(f"Elasticsearch: kill -9, away for {AWAY_SECONDS} s", 1, going.outcome())


@pytest.mark.skipif(not FULL, reason="in make chaos; each kind of poison is in tests/distributed/test_bad_records.py")
def test_poison_between_the_lines_goes_to_the_dead_letters_and_all_else_goes_on(
    installation: Installation, live: Starts, record: Records
) -> None:
    begin = ends(installation, "dead-letter")
    with live("poison") as going:
        session = going.said[0].session
        good = LineRecord(session, "en", (line(5, "planted"),))
        poison = [
            (session.encode(), b"\xff\xfe no JSON"),
            (session.encode(), msgspec.json.encode(msgspec.structs.replace(good, v=VERSION + 1))),
            (b"another", msgspec.json.encode(good)),
            (session.encode(), msgspec.json.encode(msgspec.structs.replace(good, lines=()))),
        ]
        producer = KafkaProducer(bootstrap_servers=str(installation.settings["KAFKA"]))
        for key, value in poison:
            producer.send(f"{installation.name}.lines", key=key, value=value)
        producer.flush()
        producer.close()
        going.wait_for_lines(10)
        record("poison in the log", len(poison), going.outcome())
    dead = list(raw(installation, "dead-letter", begin))
    assert sorted(one.value for one in dead) == sorted(value for _, value in poison)
    assert all(dict(one.headers)["reason"] for one in dead)


def test_an_endless_turn_costs_no_more_for_each_line_than_a_short_one(
    installation: Installation, live: Starts, record: Records
) -> None:
    begin = ends(installation, "lines"), ends(installation, "turns")
    with live("beside-endless") as going:
        one = Said(covering("endless")[0])
        installation.ingest.announce(one.session)
        one.sent += enumerate(endless_turn())
        for first in range(0, len(one.sent), LINES_A_REQUEST):
            batch = one.sent[first : first + LINES_A_REQUEST]
            rows = [row(number, text, ends=number == len(one.sent) - 1) for number, text in batch]
            installation.ingest.client.post(
                f"/v1/sessions/{one.session}/lines", json={"sender": SENDER, "lines": rows}
            ).raise_for_status()
        record(f"a turn of {ENDLESS_WORDS:,} words", 1, going.outcome(one))
    assert counted(installation, [one], begin) == (0, 0, 0, 0)
    records = (each for each in raw(installation, "turns", begin[1]) if each.key == turns_key(one.session, "en"))
    sizes = [len(each.value) for each in records]
    assert max(sizes[len(sizes) // 2 :]) <= 2 * max(sizes[: len(sizes) // 2])


def endless_turn() -> list[str]:
    words = [f"word{number} " for number in range(ENDLESS_WORDS)]
    return [">> ANA: ", *("".join(words[at : at + WORDS_A_LINE]) for at in range(0, len(words), WORDS_A_LINE)), ""]


def test_the_index_is_made_anew_while_captions_come(installation: Installation, live: Starts, record: Records) -> None:
    with live("reindexed") as going:
        for _ in range(TIMES):
            going.wait_for_lines(5)
            done = run_command("reindex", seconds=300, **installation.settings)
            assert done.returncode == 0, done.stderr.decode()
            going.wait_for_lines(5)
        record("`captionflow reindex` while live", TIMES, going.outcome())
    assert run_command("reindex", "--drop-old", **installation.settings).returncode == 0
