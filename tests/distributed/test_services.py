"""Each service can end at any moment, and everything goes on; what it needs may come later, or go away for a while."""

import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.distributed.installation import CUT, SERVICES, Installation, digest_of, expected, metric, served
from tests.distributed.reader import Reader
from tests.needs import missing
from tests.real_program import Server, start_command
from tests.stack.gate import Gate
from tests.stack.servers import Server as Stack
from tests.waiting import await_true

WORDS_A_MINUTE = 24_000
STOP_SECONDS = 5


@pytest.mark.parametrize("kind", SERVICES)
def test_a_second_worker_of_any_service_may_come_and_go_while_a_session_is_live(
    installation: Installation, talk: Path, kind: str
) -> None:
    """It comes, does all of the work while the first one is away, and dies."""
    session = f"beside-{kind}"
    digest, shown, seq = expected(talk, session)
    first = installation.services[kind]
    with installation.another(kind, f"{kind}-2") as second:
        sender = _replay(second if kind == "ingest" else installation.ingest, talk, session)
        api = second if kind == "api" else installation.api
        with Reader([installation.api.url, api.url], session) as reader:
            reader.wait_until(seq // 4)
            assert first.stop(signal.SIGTERM, STOP_SECONDS) == 0
            reader.wait_until(seq // 2)
            installation.start(kind)
            if kind == "ingest":  # the sender knows no other address
                sender.communicate(timeout=60)
            second.kill()
            reader.wait_until_finished()
            assert digest_of(reader.turns(), shown=True) == shown
        _, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors.decode()
    assert served(installation.api, session, seq) == digest
    installation.wait_until_archived(session, seq)
    await_true(lambda: installation.api.get(f"/v1/sessions/{session}")["status"] == "finished", "it does not finish")


def test_the_readers_of_a_killed_api_process_go_on_at_another_one_after_their_last_event(
    installation: Installation, talk: Path
) -> None:
    session = "moved"
    _, shown, seq = expected(talk, session)
    with installation.another("api", "api-2") as other:
        sender = _replay(installation.ingest, talk, session)
        with Reader([other.url, installation.api.url], session) as reader:
            reader.wait_until(seq // 3)
            other.kill()
            sender.communicate(timeout=60)
            reader.wait_until_finished()
            assert digest_of(reader.turns(), shown=True) == shown
            assert reader.deltas == sorted(set(reader.deltas))
            assert reader.events.count("snapshot") == 1
            assert "reset" not in reader.events


def test_the_readers_of_an_api_that_began_after_their_last_event_go_on_after_it(
    installation: Installation, talk: Path
) -> None:
    session = "resumed"
    _, shown, seq = expected(talk, session)
    sender = _replay(installation.ingest, talk, session)
    with Reader([installation.api.url], session) as reader:
        reader.wait_until(seq // 3)
        reader.__exit__()
        sender.communicate(timeout=60)
        installation.api.wait_for_seq(session, seq, 60)
        with installation.another("api", "api-late") as late:
            reader.go_on([late.url])
            reader.wait_until_finished()
        assert digest_of(reader.turns(), shown=True) == shown
        assert reader.ids == sorted(reader.ids)
        assert reader.events.count("snapshot") == 1
        assert "reset" not in reader.events


def test_captions_go_on_while_elasticsearch_is_down_and_are_found_when_it_is_back(
    installation: Installation, talk: Path, elasticsearch_node: Stack
) -> None:
    if elasticsearch_node.control is None:
        missing("the node is not ours to kill")
    session = "unarchived"
    digest, shown, seq = expected(talk, session)
    elasticsearch_node.control.kill()
    try:
        with Reader([installation.api.url], _announced(installation, session)) as reader:
            installation.replay(talk, session)
            reader.wait_until_finished()
            assert digest_of(reader.turns(), shown=True) == shown
        assert served(installation.api, session, seq) == digest
        await_true(lambda: installation.api.get(f"/v1/sessions/{session}")["status"] == "finished", "it goes on")
        answer = installation.api.client.get("/v1/search", params={"q": "kilometres"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "Elasticsearch" in answer.json()["detail"]
        await_true(lambda: "Elasticsearch" in _without(installation.api, "search"), "the api does not tell")
        assert installation.services["index"].client.get("/readyz").status_code == 503
        await_true(lambda: installation.behind() > 0, "nobody tells that the archive is behind")
    finally:
        elasticsearch_node.control.start()
    installation.wait_until_archived(session, seq)
    found = installation.api.get("/v1/search", q='"eight hundred kilometres"', session=session)
    assert len(found["hits"]) == 1
    await_true(lambda: installation.behind() == 0, "the archive stays behind")
    installation.services["index"].wait_until_ready()


def test_while_kafka_does_not_answer_the_services_say_so_and_end_in_time_when_they_are_told_to(
    installation: Installation, kafka_broker: Stack
) -> None:
    if kafka_broker.control is None:
        missing("the broker is not ours to disturb")
    kafka_broker.control.stall()
    try:
        for kind in ("segment", "index"):
            client = installation.services[kind].client
            await_true(lambda client=client: client.get("/readyz").status_code == 503, f"{kind} stays ready")
        await_true(lambda: "line_log" in installation.ingest.get("/readyz")["without"], "ingest does not say so")
        for kind in SERVICES:
            process = installation.services[kind].process
            assert process is not None
            process.terminate()
        for kind in SERVICES:
            assert installation.services[kind].stop(signal.SIGTERM, STOP_SECONDS) == 0, kind
    finally:
        kafka_broker.control.go_on()
    installation.start(*SERVICES)


def test_lines_are_answered_with_503_until_kafka_is_there_and_taken_then(
    installation: Installation, kafka_broker: Stack
) -> None:
    with Gate() as gate:
        early = installation.add("ingest", "early-ingest", KAFKA=gate.address)
        early.start()
        try:
            await_true(lambda: _answers(early.client, "/healthz"), "it does not answer")
            refused = early.client.post("/v1/sessions", json={"id": "early"})
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            refused = early.send("early", 0, ">> ANA: Hello.\n")
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            assert early.client.get("/readyz").status_code == 503
            await_true(lambda: "topic_waited_for" in early.log.read_text(), "it does not say what it waits for")
            gate.open(kafka_broker.address)
            early.wait_until_ready(60)
            early.announce("early")
            assert early.send("early", 0, ">> ANA: Hello.\n").status_code == 202
        finally:
            early.kill()


def test_every_metric_of_the_docs_is_told_by_the_services_that_it_is_of(installation: Installation, root: Path) -> None:
    installation.ingest.announce("metered")
    installation.ingest.send("metered", 0, ">> ANA: Hello.\n")
    installation.api.wait_for_seq("metered", 1, 60)
    page = (root / "docs" / "metrics.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in page.splitlines() if line.startswith("| `")]
    told = {kind: installation.services[kind].client.get("/metrics").text for kind in SERVICES}
    for name, _, of in rows:
        for kind in SERVICES if of == "all" else of.split(", "):
            assert f"# TYPE {name.strip('`')} " in told[kind], (name, kind)
    named = {name.strip("`") for name, _, _ in rows}
    for kind, text in told.items():
        names = {line.split(" ")[2] for line in text.splitlines() if line.startswith("# TYPE captionflow_")}
        assert {name for name in names if not name.endswith("_created")} <= named, kind


def test_lines_that_were_accepted_are_counted_and_the_way_to_their_readers_is_measured(
    installation: Installation,
) -> None:
    before = metric(installation.ingest, "captionflow_lines_accepted_total")
    delivered = metric(installation.api, "captionflow_delivery_delay_seconds_count")
    installation.ingest.announce("counted")
    with Reader([installation.api.url], "counted") as reader:
        installation.ingest.send("counted", 0, ">> ANA: Hello.\n", "And more.\n")
        reader.wait_until(2)
    assert metric(installation.ingest, "captionflow_lines_accepted_total") == before + 2
    assert metric(installation.api, "captionflow_delivery_delay_seconds_count") > delivered


def _replay(ingest: Server, talk: Path, session: str) -> subprocess.Popen[bytes]:
    """Somebody who sends a transcript as it is spoken, once the session is announced."""
    arguments = ("--url", ingest.url, "--session", session, "--cut", CUT, "--wpm", WORDS_A_MINUTE)
    sender = start_command("replay", talk, *arguments)
    await_true(lambda: ingest.client.get(f"/v1/sessions/{session}").is_success, "no session is announced")
    return sender


def _announced(installation: Installation, session: str) -> str:
    """The session, known to the api."""
    installation.ingest.announce(session, title="Replayed")
    await_true(lambda: installation.api.client.get(f"/v1/sessions/{session}").is_success, "nobody knows it")
    return session


def _without(api: Server, name: str) -> str:
    """What a process that is ready says it is without."""
    answer = api.client.get("/readyz")
    return str(answer.json()["without"].get(name, "")) if answer.is_success else ""


def _answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).is_success
    except httpx.TransportError:
        return False
