"""``captionflow import``, ``export`` and ``search``: an archive in, and out again."""

import json
import os
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from services.cli.import_report import COLUMNS
from tests.real_program import Server, run_command, run_on_terminal, start_command

OPENING = """Opening of the Forum, Room 4
12 November 2015

>> CHAIR:  Good morning, everyone.  [Applause]

We begin with the digital strategy.

>> ANA LÓPEZ:  The strategy is digital, says the one‑stop shop.
"""
LONG = "What is said here is as long as what people say when they have something to say, and so it goes on."
CLOSING = "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ana López>That was all,\nthank you.\n"


def _archive(folder: Path) -> Path:
    (folder / "day 2").mkdir(parents=True)
    (folder / "opening.txt").write_text(OPENING, encoding="utf-8")
    (folder / "day 2" / "closing.vtt").write_text(CLOSING, encoding="utf-8")
    return folder


def _rows(output: bytes) -> list[dict[str, str]]:
    head, *rows = [line.split("\t") for line in output.decode().splitlines()]
    assert tuple(head) == COLUMNS
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server over an archive of two sessions: ``opening`` and ``closing`` are their ids."""
    folder = tmp_path_factory.mktemp("archive")
    done = run_command("import", _archive(folder / "in"), "--event", "Forum 2015", DATA=folder / "data")
    assert done.returncode == 0, done.stderr.decode()
    with Server(folder / "data") as running:
        running.ids = {Path(row["file"]).stem: row["session"] for row in _rows(done.stdout)}  # type: ignore[attr-defined]
        yield running


def test_an_import_reports_what_each_file_gave_and_the_sum(tmp_path: Path) -> None:
    done = run_command("import", _archive(tmp_path / "in"), DATA=tmp_path / "data")
    assert done.returncode == 0, done.stderr.decode()
    closing, opening = _rows(done.stdout)
    given = ("outcome", "turns", "words", "speakers", "date", "title")
    assert [opening[name] for name in given] == ["imported", "2", "17", "2", "2015-11-12", "Opening of the Forum"]
    assert [closing[name] for name in given] == ["imported", "1", "5", "1", "", ""]
    assert "2 files: 2 imported; 3 turns and 22 words are in the archive." in done.stderr.decode()
    assert b"\x1b" not in done.stdout + done.stderr


def test_a_second_import_changes_nothing_and_says_so(tmp_path: Path) -> None:
    folder = _archive(tmp_path / "in")
    first = run_command("import", folder, DATA=tmp_path / "data")
    shutil.move(folder, tmp_path / "elsewhere" / "in")
    second = run_command("import", tmp_path / "elsewhere" / "in", DATA=tmp_path / "data")
    assert second.returncode == 0
    assert "2 unchanged; 3 turns" in second.stderr.decode()
    before, after = _rows(first.stdout), _rows(second.stdout)
    assert [row["session"] for row in after] == [row["session"] for row in before]
    with Server(tmp_path / "data") as server:
        assert len(server.get("/v1/sessions")) == 2
        assert server.get("/v1/search", q="strategy")["total"] == 2


def test_a_file_that_was_changed_is_another_session(tmp_path: Path) -> None:
    folder = _archive(tmp_path / "in")
    run_command("import", folder, DATA=tmp_path / "data")
    (folder / "opening.txt").write_text(OPENING + "\n>> CHAIR:  One word more.\n", encoding="utf-8")
    done = run_command("import", folder, DATA=tmp_path / "data")
    assert [row["outcome"] for row in _rows(done.stdout)] == ["unchanged", "imported"]


def test_bad_files_are_told_by_name_and_do_not_stop_the_others(tmp_path: Path) -> None:
    folder = _archive(tmp_path / "in")
    (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    (folder / "b.txt").write_bytes("Café, and nobody is named.".encode("cp1252"))
    (folder / "c.vtt").write_bytes(b"")
    (folder / "d.srt").write_bytes(
        b"1\n00:00:01,000 --> 00:00:02,000\n>> ANA:  Good.\n\n2\n00:00:03,000 --> soon\nBroken, and kept.\n"
    )
    (folder / "gone.txt").symlink_to("nowhere")
    done = run_command("import", folder, tmp_path / "nothing", DATA=tmp_path / "data")
    assert done.returncode == 1
    outcomes = {Path(row["file"]).name: row["outcome"] for row in _rows(done.stdout)}
    assert outcomes == {
        "a.txt": "failed",
        "b.txt": "imported",
        "c.vtt": "empty",
        "closing.vtt": "imported",
        "d.srt": "imported",
        "gone.txt": "failed",
        "opening.txt": "imported",
        "nothing": "failed",
    }
    told = done.stderr.decode().replace(f"{folder}/", "")
    assert "a.txt: This is a PNG picture, not text: export it as plain text, WebVTT or SRT first." in told
    assert "b.txt: Not UTF-8 in 1 places, first on line 1: read there as Windows-1252." in told
    assert "b.txt: no label found; no line begins like a name" in told
    assert "c.vtt: The file has no words." in told
    assert "d.srt: Line 5 belongs to no cue: its words are kept where they stand." in told
    assert "gone.txt: No such file or directory" in told
    assert f"{tmp_path}/nothing: No such file or directory" in told


def test_the_report_can_be_had_as_json_with_what_was_guessed(tmp_path: Path) -> None:
    folder = _archive(tmp_path / "in")
    (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0")
    (folder / "b.md").write_bytes("Café, 4/5/14\n\nMary\nyes, and nobody is named.\n".encode("cp1252"))
    (folder / "c.vtt").write_bytes(b"")
    (folder / "d.txt").write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\n>> ANA:  Cues, whatever the name.\n")
    (folder / "e.vtt").write_text("WEBVTT\nLanguage: es\n\n00:01.000 --> 00:02.000\n<v Ana>Buenos días.\n", "utf-8")
    (folder / "slides.pdf").write_bytes(b"%PDF")
    done = run_command("import", folder, "--json", DATA=tmp_path / "data")
    assert done.returncode == 1
    found = {Path(one["file"]).name: one for one in map(json.loads, done.stdout.splitlines())}
    assert list(found) == ["a.txt", "b.md", "c.vtt", "d.txt", "closing.vtt", "e.vtt", "opening.txt"]
    assert found["a.txt"]["error"].startswith("This is a PNG picture")
    assert found["b.md"]["guessed"] == ["encoding", "language", "speakers", "date"]
    assert found["b.md"]["encoding"] == "windows-1252"
    assert found["b.md"]["oddities"][1:] == [
        "no label found; 1 line begins like a name: Mary (1)",
        "the date 4/5/14 can be read in two ways: it is left open",
    ]
    assert (found["c.vtt"]["outcome"], found["c.vtt"]["session"]) == ("empty", None)
    assert (found["d.txt"]["kind"], found["d.txt"]["guessed"]) == ("srt", ["kind", "language", "times"])
    assert (found["e.vtt"]["language"], found["e.vtt"]["guessed"]) == ("es", ["times"])
    assert found["opening.txt"] | {"session": ""} == {
        "file": str(folder / "opening.txt"),
        "outcome": "imported",
        "error": None,
        "session": "",
        "kind": "text",
        "encoding": "utf-8",
        "language": "en",
        "lines": 8,
        "new": 8,
        "turns": 2,
        "words": 17,
        "speakers": 2,
        "title": "Opening of the Forum",
        "date": "2015-11-12",
        "guessed": ["language"],
        "oddities": [],
        "v": 1,
    }
    told = done.stderr.decode().splitlines()
    assert told == ["1 file of other kinds left out.", told[-1]]
    again = run_command("import", folder / "e.vtt", "--json", "--language", "fr", DATA=tmp_path / "data")
    assert json.loads(again.stdout)["language"] == "fr"


def test_of_a_folder_only_what_can_be_a_transcript_is_read(tmp_path: Path) -> None:
    folder = _archive(tmp_path / "in")
    (folder / ".hidden.txt").write_text("x", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "a.txt").write_text("x", encoding="utf-8")
    (folder / "UPPER.TXT").write_text(">> A:  Yes.", encoding="utf-8")
    (folder / "slides.pdf").write_bytes(b"%PDF")
    (folder / "day 2" / "up").symlink_to(folder)
    (folder / "linked.txt").symlink_to(folder / "opening.txt")
    os.mkfifo(folder / "pipe.txt")
    done = run_command("import", folder, DATA=tmp_path / "data")
    assert [Path(row["file"]).name for row in _rows(done.stdout)] == [
        "UPPER.TXT",
        "closing.vtt",
        "linked.txt",
        "opening.txt",
        "pipe.txt",
    ]
    assert "pipe.txt: This is no ordinary file." in done.stderr.decode()
    assert "1 file of other kinds left out." in done.stderr.decode()


def test_a_folder_without_transcripts_is_told_with_code_4(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    done = run_command("import", tmp_path / "in", DATA=tmp_path / "data")
    assert done.returncode == 4
    assert "There is no transcript" in done.stderr.decode()


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_was_stopped_is_completed_by_the_next_one(tmp_path: Path, stop: signal.Signals) -> None:
    (tmp_path / "in").mkdir()
    for number in range(20):
        text = "".join(f">> SPEAKER {n % 7}:  {LONG}\n\n" for n in range(400))
        (tmp_path / "in" / f"talk {number}.txt").write_text(text, encoding="utf-8")
    process = start_command("import", tmp_path / "in", DATA=tmp_path / "data")
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(stop)
    _, errors = process.communicate(timeout=20)
    if stop is signal.SIGINT:
        assert (process.returncode, errors) == (130, b"Stopped: the same import again goes on from here.\n")
    done = run_command("import", tmp_path / "in", DATA=tmp_path / "data")
    rows = _rows(done.stdout)
    assert [row["turns"] for row in rows] == ["400"] * 20
    assert {row["outcome"] for row in rows} == {"imported", "unchanged"}


def test_a_terminal_is_told_in_sentences(tmp_path: Path) -> None:
    code, shown = run_on_terminal("import", _archive(tmp_path / "in"), DATA=tmp_path / "data")
    assert code == 0
    assert "Opening of the Forum, 2015-11-12: 2 turns, 17 words, 2 speakers" in shown
    assert "\t" not in shown


@pytest.mark.parametrize("form", ["txt", "vtt", "srt", "json"])
def test_an_export_is_what_the_api_gives(server: Any, tmp_path: Path, form: str) -> None:
    session = server.ids["opening"]
    wanted = server.client.get(f"/v1/sessions/{session}/transcript.{form}").content
    piped = run_command("export", session, "--format", form, "--url", server.url)
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, wanted, b"")
    named = tmp_path / f"out.{form}"
    assert run_command("export", session, "-o", named, "--url", server.url).returncode == 0
    assert named.read_bytes() == wanted


def test_an_export_can_be_imported_again_with_the_same_turns(server: Any, tmp_path: Path) -> None:
    done = run_command("export", server.ids["opening"], "--url", server.url)
    document = json.loads(run_command("segment", "-", "--json", stdin=done.stdout).stdout)
    assert [(turn["speaker"], turn["paragraphs"]) for turn in document["turns"]] == [
        ("CHAIR", ["Good morning, everyone.", "We begin with the digital strategy."]),
        ("ANA LÓPEZ", ["The strategy is digital, says the one‑stop shop."]),
    ]
    assert document["session"]["title"] == "Opening of the Forum"


def test_an_export_is_aligned_with_a_recording_by_words_and_when_they_are_said(server: Any) -> None:
    session = server.ids["closing"]
    wanted = server.client.get(f"/v1/sessions/{session}/transcript.vtt").text
    assert "00:00:01.000 --> 00:00:02.500" in wanted
    done = run_command("align", session, "--at", "that was all", "1:31.5", "--url", server.url)
    assert (done.returncode, done.stdout) == (0, b"90.5\n")
    assert "Ana López" in done.stderr.decode()
    moved = run_command("export", session, "--format", "vtt", "--offset", "90.5", "--url", server.url)
    assert "00:01:31.500 --> 00:01:33.000" in moved.stdout.decode()
    again = server.client.get(f"/v1/sessions/{session}/transcript.json?offset=90.5").json()
    assert [(one["start"], one["end"], "at" in one) for one in again["stamps"]] == [(91.5, 93.0, False)]


def test_an_alignment_that_can_not_be_found_says_why(server: Any) -> None:
    for at, told in {("good evening", "1:30"): "Nobody says", ("thank you", "soon"): "no time of a recording"}.items():
        done = run_command("align", server.ids["closing"], "--at", *at, "--url", server.url)
        assert (done.returncode != 0, told in done.stderr.decode()) == (True, True)
    done = run_command("align", server.ids["opening"], "--at", "good morning", "1:30", "--url", server.url)
    assert "Nobody noted times" in done.stderr.decode()
    done = run_command("export", server.ids["opening"], "--offset", "3", "--url", server.url)
    assert "has none" in done.stderr.decode()


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_an_export_keeps_to_the_limits_that_are_asked_for(server: Any, form: str) -> None:
    session = server.ids["opening"]
    asked = ("--preset", "dcmp", "--columns", "20", "--lines", "1", "--cps", "10.5", "--no-names")
    done = run_command("export", session, "--format", form, *asked, "--url", server.url)
    query = {"preset": "dcmp", "columns": 20, "lines": 1, "cps": 10.5, "names": "no"}
    assert done.stdout == server.client.get(f"/v1/sessions/{session}/transcript.{form}", params=query).content
    said = [line for line in done.stdout.decode().split("\n") if "strategy" in line]
    assert said
    assert all(len(re.sub("<[^>]*>", "", line)) <= 20 for line in said)
    assert b"CHAIR:" not in done.stdout


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--columns", "5"), "'--columns': Input should be greater than or equal to 16"),
        (("--preset", "itv"), "'itv' is not one of 'bbc', 'dcmp', 'netflix'"),
        (("--lines", "2", "--format", "txt"), "--lines: It is about cues, and txt has none: use vtt or srt."),
    ],
)
def test_limits_that_can_t_be_are_told(server: Any, asked: tuple[str, ...], told: str) -> None:
    done = run_command("export", server.ids["opening"], "--url", server.url, *asked)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.decode().split())


def test_exported_json_is_read_with_the_same_turns(server: Any, tmp_path: Path) -> None:
    written = run_command("export", server.ids["opening"], "--format", "json", "--url", server.url).stdout
    again = json.loads(run_command("segment", "-", "--json", stdin=written).stdout)
    assert [(turn["speaker"], turn["paragraphs"]) for turn in again["turns"]] == [
        (turn["speaker"], turn["paragraphs"]) for turn in json.loads(written)["turns"]
    ]


def test_an_export_to_a_place_that_is_none_is_told(server: Any, tmp_path: Path) -> None:
    done = run_command("export", server.ids["opening"], "-o", tmp_path / "no" / "x.txt", "--url", server.url)
    assert done.returncode == 4
    assert f"{tmp_path}/no/x.txt: No such file or directory" in done.stderr.decode()


def test_a_search_gives_session_speaker_words_and_the_address_of_the_turn(server: Any) -> None:
    done = run_command("search", "ONE-STOP", "--url", server.url)
    session, speaker, words, address = done.stdout.decode().rstrip("\n").split("\t")
    assert (session, speaker) == (server.ids["opening"], "ANA LÓPEZ")
    assert words == "The strategy is digital, says the one‑stop shop."
    page, _, anchor = address.removeprefix(server.url).partition("#")
    assert f'id="{anchor}"' in server.client.get(page).raise_for_status().text
    assert done.stderr.decode() == "1 hit.\n"


@pytest.mark.parametrize(
    ("arguments", "speakers"),
    [
        (["strategy"], ["CHAIR", "ANA LÓPEZ"]),
        (['"digital strategy"'], ["CHAIR"]),
        (["strategy", "--speaker", "ana lopez"], ["ANA LÓPEZ"]),
        (["strategy", "--room", "room 4", "--event", "forum 2015", "--language", "en"], ["CHAIR", "ANA LÓPEZ"]),
        (["strategy", "--event", "another"], []),
        (["strategy", "--limit", "1"], ["CHAIR"]),
        (['"' * 3 + " AND ( NEAR/2 *"], []),
    ],
)
def test_phrases_and_filters_narrow_a_search(server: Any, arguments: list[str], speakers: list[str]) -> None:
    done = run_command("search", *arguments, "--url", server.url)
    assert done.returncode == 0
    assert [line.split("\t")[1] for line in done.stdout.decode().splitlines()] == speakers
    if not speakers:
        assert "Nothing was found" in done.stderr.decode()
    if "--limit" in arguments:
        assert "2 hits, the first 1 are shown: --limit" in done.stderr.decode()


def test_a_search_can_be_kept_to_one_session(server: Any) -> None:
    found = run_command("search", "all", "--session", server.ids["closing"], "--url", server.url)
    assert found.stdout.decode().split("\t")[1] == "Ana López"
    assert run_command("search", "all", "--session", server.ids["opening"], "--url", server.url).stdout == b""


def test_a_terminal_shows_hits_under_their_session_with_the_words_marked(server: Any) -> None:
    code, shown = run_on_terminal("search", '"digital strategy"', "--url", server.url)
    assert code == 0
    assert "Opening of the Forum" in shown
    assert "Forum 2015, Room 4, 2015-11-12" in shown
    assert "\x1b[1mdigital strategy\x1b[0m" in shown.replace("\x1b[0m\x1b[1m", "")
    assert f"{server.url}/s/{server.ids['opening']}?lang=en&turn=t" in shown
