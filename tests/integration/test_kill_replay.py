"""``kill -9`` of the real program while a file is replayed: the transcript is as if nothing had happened."""

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from typing import Any

import msgspec
import pytest

from captionflow.transcript import Turn, digest, document
from services.ingest.cutter import cut, parse_cut
from services.ingest.readers import read
from services.ingest.replay import sender_id
from services.segment.file_session import lines_of, segment_lines
from tests.real_program import Server, run_command, start_command
from tests.waiting import await_true

SEED = 20_151_112
KILLS = 10
SESSION = "killed"
CUT = "columns:32"
WORDS_A_MINUTE = 6_000
"""Fast enough for a test, slow enough that lines are on their way at every kill."""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Some 2,200 words with labels, notes, a head and an end."""
    text = (root / "services" / "demo" / "transcript.txt").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("talk") / "talk.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def undisturbed(talk: Path) -> str:
    """The digest of the turns that the segmenter makes of the same lines in one go, without any pipeline."""
    pieces = cut(read(talk.read_bytes(), talk.name).passages, parse_cut(CUT))
    return digest(document(*segment_lines(SESSION, "en", lines_of(pieces))))


def _chance() -> random.Random:
    sys.stdout.write(f"seed {SEED}\n")
    return random.Random(SEED)  # noqa: S311 - moments, no secrets


def _replay(talk: Path, url: str, wpm: int = WORDS_A_MINUTE) -> Popen[bytes]:
    return start_command("replay", talk, "--url", url, "--session", SESSION, "--cut", CUT, "--wpm", wpm)


def _outcome(server: Server, talk: Path) -> dict[str, Any]:
    """Everything that must not depend on what happened on the way."""
    sender = sender_id(talk.read_bytes(), parse_cut(CUT))
    last = server.get(f"/v1/sessions/{SESSION}/lines/last", sender=sender)["number"]
    turns = server.wait_for_seq(SESSION, last + 1)
    session, _, seq = server.transcript(SESSION)
    found = server.get("/v1/search", q='"eight hundred kilometres"', session=SESSION)
    return {
        "last": last,
        "seq": seq,
        "turns": [msgspec.structs.replace(turn, stamps=()) for turn in turns],  # another run is at another time
        "facts": (session.title, session.room, session.status, session.edition),
        "hits": [(hit["turn_id"], hit["fragments"]) for hit in found["hits"]],
    }


def _digest(turns: Sequence[Turn]) -> str:
    """As of what ``captionflow segment --json`` prints."""
    fields = ("turn_id", "ordinal", "version", "speaker", "role", "language", "paragraphs", "notes")
    return digest({"turns": [{name: getattr(turn, name) for name in fields} for turn in turns]})


def test_ten_kills_of_the_server_leave_the_transcript_of_an_undisturbed_run(
    tmp_path: Path, talk: Path, undisturbed: str
) -> None:
    with Server(tmp_path / "calm") as server:
        done = run_command("replay", talk, "--url", server.url, "--session", SESSION, "--cut", CUT, "--speed", "max")
        assert done.returncode == 0, done.stderr.decode()
        calm = _outcome(server, talk)
    assert _digest(calm["turns"]) == undisturbed
    assert calm["facts"][2] == "finished"
    assert len(calm["hits"]) == 1

    chance = _chance()
    killed_while_sending = 0
    with Server(tmp_path / "killed") as server:
        sender = _replay(talk, server.url)
        await_true(lambda: server.client.get(f"/v1/sessions/{SESSION}").is_success, "no session is announced")
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.2, 2.4))  # some while it starts again, most while lines come in
            killed_while_sending += sender.poll() is None
            server.kill()
            server.start()
        server.wait_until_ready()
        _, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors.decode()
        assert killed_while_sending == KILLS
        assert _outcome(server, talk) == calm


def test_a_sender_that_is_killed_goes_on_where_it_was_and_repeats_nothing(
    tmp_path: Path, talk: Path, undisturbed: str
) -> None:
    chance = _chance()
    with Server(tmp_path / "data") as server:
        for _ in range(3):
            sender = _replay(talk, server.url, wpm=16_000)
            time.sleep(chance.uniform(1.0, 1.8))
            assert sender.poll() is None
            sender.kill()
            sender.communicate()
        sender = _replay(talk, server.url, wpm=1_000_000)
        _, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors.decode()
        assert _digest(_outcome(server, talk)["turns"]) == undisturbed
