"""What comes out of the four services is what comes out of one process, turn for turn and hit for hit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from captionflow.messages import Part
from captionflow.transcript import turns
from tests.distributed.installation import CUT, Installation, decoded, digest_of, expected, metric, running, served
from tests.real_program import Server, run_command
from tests.stack.servers import Server as Stack
from tests.waiting import await_true

TRANSCRIPTS = 10

QUERIES: tuple[dict[str, Any], ...] = (
    {"q": "internet"},
    {"q": '"digital strategy"'},
    {"q": "data journalism"},
    {"q": "people", "limit": 5},
    {"q": "PEOPLE", "speaker": "moderator"},
    {"q": "naïve"},
    {"q": "one-stop"},
    {"q": "", "speaker": "Leon Felipe"},
    {"q": "newsroom", "session": "srccon-1"},
    {"q": "mexico", "event": "Forum 2015"},
    {"q": "code", "room": "Workshop Room 3"},
    {"q": "!?"},
)


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, kafka_broker: Stack, elasticsearch_node: Stack
) -> Iterator[Installation]:
    """One that has nothing but these transcripts: a search finds what others left."""
    with running(tmp_path_factory.mktemp("pipeline"), kafka_broker, elasticsearch_node) as made:
        yield made


@pytest.fixture(scope="module")
def transcripts(shared: Path) -> dict[str, Path]:
    """The seed transcript and ten of srccon, by the session that each becomes."""
    (seed,) = sorted((shared / "igf").glob("*.txt"))
    srccon = sorted(path for path in (shared / "srccon").rglob("*") if path.suffix in {".txt", ".md"})
    chosen = srccon[:: len(srccon) // TRANSCRIPTS][:TRANSCRIPTS]
    return {"seed": seed} | {f"srccon-{number}": path for number, path in enumerate(chosen)}


@pytest.fixture(scope="module")
def replayed(installation: Installation, transcripts: dict[str, Path]) -> Installation:
    """The installation, after all of them went through it."""
    for session, path in transcripts.items():
        installation.replay(path, session, "--event", "Forum 2015" if session == "seed" else "SRCCON")
    for session, path in transcripts.items():
        installation.wait_until_archived(session, expected(path, session).seq)
    return installation


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, transcripts: dict[str, Path]) -> Iterator[Server]:
    """One process that was sent the same."""
    with Server(tmp_path_factory.mktemp("embedded") / "data") as server:
        for session, path in transcripts.items():
            event = "Forum 2015" if session == "seed" else "SRCCON"
            arguments = ("--url", server.url, "--session", session, "--cut", CUT, "--speed", "max", "--event", event)
            done = run_command("replay", path, *arguments, seconds=120)
            assert done.returncode == 0, done.stderr.decode()
        yield server


def test_eleven_real_transcripts_are_the_turns_that_the_segmenter_alone_makes(
    replayed: Installation, transcripts: dict[str, Path]
) -> None:
    for session, path in transcripts.items():
        digest, _, seq = expected(path, session)
        assert served(replayed.api, session, seq) == digest, session
        assert digest_of(archived(replayed, session)) == digest, session


def test_what_is_known_of_each_session_is_what_one_process_knows(
    replayed: Installation, embedded: Server, transcripts: dict[str, Path]
) -> None:
    def known(server: Server, session: str) -> dict[str, Any]:
        found = decoded(server.client.get(f"/v1/sessions/{session}").content)
        return {name: value for name, value in found.items() if name not in {"created_at", "updated_at", "version"}}

    for session, path in transcripts.items():
        embedded.wait_for_seq(session, expected(path, session).seq)
        await_true(lambda one=session: known(replayed.api, one) == known(embedded, one), f"{session} is not known")


def test_the_same_searches_find_the_same_turns(
    replayed: Installation, embedded: Server, transcripts: dict[str, Path]
) -> None:
    for session, path in transcripts.items():
        embedded.wait_for_seq(session, expected(path, session).seq)
    found_something = 0
    for query in QUERIES:
        theirs, ours = pages(embedded, query), pages(replayed.api, query)
        assert ours == theirs, query
        found_something += any(page["hits"] for page in ours)
    assert found_something > len(QUERIES) // 2


def pages(server: Server, query: dict[str, Any]) -> list[dict[str, Any]]:
    """The first three pages, without the times of the run."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while len(found) < 3:
        page = server.get("/v1/search", **query, **({"cursor": cursor} if cursor else {}))
        cursor = page.pop("next", None)
        for hit in page["hits"]:
            del hit["at"]
        page.pop("behind", None)
        found.append(page | {"more": cursor is not None})
        if cursor is None:
            break
    return found


def archived(installation: Installation, session: str) -> tuple[Any, ...]:
    """The turns as Elasticsearch alone has them, without the head."""
    query = {"query": {"term": {"session": session}}, "size": 10_000, "_source": ["part"]}
    answer = httpx.post(f"{installation.elasticsearch}/{installation.name}-turns/_search", json=query, timeout=30)
    hits = answer.raise_for_status().json()["hits"]["hits"]
    parts = [msgspec.convert(hit["_source"]["part"], Part) for hit in hits if "part" in hit["_source"]]
    return tuple(turn for turn in turns(parts) if turn.ordinal)


def test_an_import_goes_through_the_log_in_few_records_and_says_what_the_services_make_of_it(
    installation: Installation, talk: Path
) -> None:
    before = metric(installation.services["segment"], "captionflow_steps_written_total")
    done = run_command("import", talk, "--event", "Rehearsals", **installation.settings)
    assert done.returncode == 0, done.stderr.decode()
    columns, row = (line.split("\t") for line in done.stdout.decode().splitlines())
    told = dict(zip(columns, row, strict=True))
    await_true(lambda: installation.api.client.get(f"/v1/sessions/{told['session']}").is_success, "nobody knows it")
    await_true(lambda: installation.api.get(f"/v1/sessions/{told['session']}")["status"] == "finished", "it goes on")
    shown = f"the transcript has not {told['turns']} turns"
    await_true(lambda: len(installation.api.transcript(told["session"])[1]) == int(told["turns"]), shown)
    session, made, seq = installation.api.transcript(told["session"])
    assert (told["outcome"], told["turns"], told["title"]) == ("imported", str(len(made)), session.title)
    assert session.event == "Rehearsals"
    steps = metric(installation.services["segment"], "captionflow_steps_written_total") - before
    assert seq > 10 * steps
    again = run_command("import", talk, "--event", "Rehearsals", **installation.settings)
    assert again.stdout.decode().splitlines()[1].startswith("unchanged")


def test_an_import_to_an_ingest_gives_the_same_as_into_the_log(
    installation: Installation, talk: Path, tmp_path: Path
) -> None:
    path = tmp_path / "talk.txt"
    path.write_text(talk.read_text("utf-8") + ">> CHAIR:  One word more.\n", "utf-8")
    sent = run_command("import", path, "--url", installation.ingest.url, **installation.settings)
    assert sent.returncode == 0, sent.stderr.decode()
    assert "serves no transcripts: what the files give is computed here." in sent.stderr.decode()
    again = run_command("import", path, **installation.settings)
    assert again.stdout == sent.stdout.replace(b"imported", b"unchanged")
    columns, row = (line.split("\t") for line in sent.stdout.decode().splitlines())
    told = dict(zip(columns, row, strict=True))
    await_true(lambda: installation.api.client.get(f"/v1/sessions/{told['session']}").is_success, "nobody knows it")
    shown = f"the transcript has not {told['turns']} turns"
    await_true(lambda: len(installation.api.transcript(told["session"])[1]) == int(told["turns"]), shown)
    assert installation.api.get(f"/v1/sessions/{told['session']}/transcript.json")["stamps"] == []
