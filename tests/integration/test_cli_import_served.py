"""``captionflow import`` while a captionflow runs: sent to it, with the same outcome as into the folder itself."""

import signal
import threading
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from tests.real_program import Server, run_command, start_command

TALK = """Opening of the Forum, Room 4
12 November 2015

>> CHAIR:  Good morning, everyone.  [Applause]

>> ANA LÓPEZ:  The strategy is digital.
"""
CUES = (
    "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ana López>That was all,\nthank you.\n\n00:03.000 --> 00:04.000\n<v Bo>Yes.\n"
)
LONG = "What is said here is as long as what people say when they have something to say, and so it goes on."
SENT = "it is sent to "


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with all outcomes but ``unchanged``."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "opening.txt").write_text(TALK, encoding="utf-8")
    (folder / "closing.vtt").write_text(CUES, encoding="utf-8")
    (folder / "latin.txt").write_bytes("Café, and nobody is named.".encode("cp1252"))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    return folder


def _long(folder: Path, *, talks: int) -> Path:
    folder.mkdir()
    for number in range(talks):
        text = "".join(f">> SPEAKER {n % 7}:  {LONG}\n\n" for n in range(400))
        (folder / f"talk {number:02}.txt").write_text(text, encoding="utf-8")
    return folder


def test_where_a_server_has_the_folder_it_is_sent_there_and_the_report_is_the_same(tmp_path: Path, files: Path) -> None:
    alone = run_command("import", files, "--event", "Forum", DATA=tmp_path / "alone")
    with Server(tmp_path / "data") as server:
        served = run_command("import", files, "--event", "Forum", DATA=server.folder)
        told, *odd = served.stderr.decode().splitlines()
        assert told.endswith(f"{SENT}{server.url}.")
        assert (served.returncode, served.stdout) == (alone.returncode, alone.stdout)
        assert odd == alone.stderr.decode().splitlines()
        assert server.get("/v1/search", q="strategy")["total"] == 1
        again = run_command("import", files, "--event", "Forum", DATA=server.folder)
        assert again.stdout == served.stdout.replace(b"imported", b"unchanged")
        made = {
            one["id"]: server.get(f"/v1/sessions/{one['id']}/transcript.json") for one in server.get("/v1/sessions")
        }
    folder = run_command("import", files, "--event", "Forum", DATA=tmp_path / "data")
    assert folder.stdout == again.stdout
    with Server(tmp_path / "alone") as other:
        for session, transcript in made.items():
            same = other.get(f"/v1/sessions/{session}/transcript.json")
            for document in (same, transcript):
                del document["session"]["created_at"], document["session"]["updated_at"]
            assert same == transcript


def test_an_archive_has_no_time_because_it_was_sent_now(tmp_path: Path, files: Path) -> None:
    with Server(tmp_path / "data") as server:
        run_command("import", files / "opening.txt", DATA=server.folder)
        (session,) = server.get("/v1/sessions")
        assert server.get(f"/v1/sessions/{session['id']}/transcript.json")["stamps"] == []


def test_an_address_can_be_given_and_needs_its_token(tmp_path: Path, files: Path) -> None:
    token = "a-secret-of-many-letters"  # noqa: S105 - of this test
    with Server(tmp_path / "data", INGEST_TOKEN=token) as server:
        command = ["import", files / "opening.txt", "--url", server.url]
        refused = run_command(*command, DATA=tmp_path / "none")
        assert refused.returncode == 1
        assert "CAPTIONFLOW_KEY" in refused.stderr.decode()
        assert server.get("/v1/sessions") == []
        done = run_command(*command, DATA=tmp_path / "none", INGEST_TOKEN=token)
        assert done.returncode == 0, done.stderr.decode()
        assert len(server.get("/v1/sessions")) == 1
    assert not (tmp_path / "none").exists()


def test_a_server_that_is_killed_in_the_midst_is_waited_for(tmp_path: Path) -> None:
    folder = _long(tmp_path / "in", talks=20)
    with Server(tmp_path / "data") as server:
        process = start_command("import", folder, DATA=server.folder)
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(3):
            process.stdout.readline()
        server.kill()
        process.stderr.readline()  # that it is sent to the server
        assert b"trying again for 300 s" in process.stderr.readline()
        server.start()
        rows, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert len(rows.splitlines()) == 18
        again = run_command("import", folder, DATA=server.folder).stdout.decode().splitlines()
        assert [row.split("\t")[:2] for row in again[1:]] == [["unchanged", "400"]] * 20


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_was_stopped_is_completed_by_the_next_one(tmp_path: Path, stop: signal.Signals) -> None:
    folder = _long(tmp_path / "in", talks=8)
    with Server(tmp_path / "data") as server:
        process = start_command("import", folder, DATA=server.folder)
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(stop)
        process.communicate(timeout=20)
        done = run_command("import", folder, DATA=server.folder).stdout.decode().splitlines()
        assert [row.split("\t")[1] for row in done[1:]] == ["400"] * 8
        assert len(server.get("/v1/sessions")) == 8


def test_who_has_the_folder_and_does_not_serve_is_told_with_code_5(tmp_path: Path, files: Path) -> None:
    (tmp_path / "data").mkdir()
    database = Database.open(tmp_path / "data" / "captionflow.db")
    try:
        done = run_command("import", files, DATA=tmp_path / "data")
    finally:
        database._shut()
    assert done.returncode == 5
    assert "in use by another captionflow: stop that one first" in done.stderr.decode()
    assert done.stdout == b""


def test_a_server_that_has_just_begun_is_waited_for(tmp_path: Path, files: Path) -> None:
    (tmp_path / "data").mkdir()
    with Server(tmp_path / "served") as server:
        database = Database.open(tmp_path / "data" / "captionflow.db")
        later = threading.Timer(1, database.found_at, [server.url])
        later.start()
        try:
            done = run_command("import", files / "opening.txt", DATA=tmp_path / "data")
        finally:
            later.join()
            database._shut()
        assert done.returncode == 0
        assert len(server.get("/v1/sessions")) == 1


def test_nobody_at_an_address_is_told_with_code_3(tmp_path: Path, files: Path) -> None:
    done = run_command("import", files, "--url", Server(tmp_path / "data").url)
    assert done.returncode == 3
    assert "give the same command again" in done.stderr.decode()
