"""``captionflow replay`` against the real server: interrupted, continued, and as undisturbed."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.real_program import Server, run_command, run_on_terminal, spoken, start_command
from tests.waiting import await_true

TALK = """Opening of the Forum, Room 4
12 November 2015

>> CHAIR:  Good morning, everyone.  [Applause]

We begin with the report, as we do every year.

>> ANA LÓPEZ:  Thank you, Chair.  There is little to report, and I shall be long.

"""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("talk") / "talk.txt"
    said = "".join(f">> SPEAKER {n % 7}:  This is what speaker {n % 7} says in turn {n}.\n\n" for n in range(150))
    path.write_text(TALK + said, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Server(tmp_path_factory.mktemp("replay") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def calm(server: Server, talk: Path) -> Any:
    """What an undisturbed replay gives."""
    done = run_command("replay", talk, "--url", server.url, "--session", "calm", "--speed", "max")
    assert done.returncode == 0, done.stderr.decode()
    return _finished(server, "calm")


def _finished(server: Server, session: str) -> tuple[Any, ...]:
    await_true(lambda: server.get(f"/v1/sessions/{session}")["status"] == "finished", f"{session} has not finished", 20)
    found, turns, seq = server.transcript(session)
    return spoken(turns), [turn.notes for turn in turns], (found.title, found.date, found.room, found.status), seq


def test_a_replay_announces_its_session_and_the_text_gives_title_date_and_room(calm: tuple[Any, ...]) -> None:
    turns, notes, facts, _ = calm
    assert facts == ("Opening of the Forum", "2015-11-12", "Room 4", "finished")
    assert turns[:2] == [
        ("CHAIR", ("Good morning, everyone.", "We begin with the report, as we do every year.")),
        ("ANA LÓPEZ", ("Thank you, Chair. There is little to report, and I shall be long.",)),
    ]
    assert notes[0][0].text == "[Applause]"
    assert len(turns) == 152


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_a_replay_that_was_stopped_says_how_to_go_on_and_goes_on(
    server: Server, talk: Path, calm: tuple[Any, ...], stop: signal.Signals
) -> None:
    session = f"stopped-{stop.name.lower()}"
    command = ["replay", talk, "--url", server.url, "--session", session]
    sender = start_command(*command, "--wpm", 6_000)
    await_true(lambda: _seq(server, session) >= 20, "20 lines have not come", 20)
    sender.send_signal(stop)
    _, errors = sender.communicate(timeout=20)
    assert server.get(f"/v1/sessions/{session}")["status"] == "live"
    if stop is signal.SIGINT:
        assert sender.returncode == 130
        assert "the same command goes on from there" in errors.decode()
        assert "Traceback" not in errors.decode()
    again = run_command(*command, "--speed", "max")
    assert again.returncode == 0, again.stderr.decode()
    assert "Going on after" in again.stderr.decode()
    assert _finished(server, session) == calm


def test_a_server_that_is_restarted_in_the_middle_leaves_no_trace(
    tmp_path: Path, talk: Path, calm: tuple[Any, ...]
) -> None:
    with Server(tmp_path / "data") as server:
        sender = start_command("replay", talk, "--url", server.url, "--session", "r", "--wpm", 15_000)
        await_true(lambda: _seq(server, "r") >= 20, "20 lines have not come", 20)
        server.stop()
        assert sender.stderr is not None
        while b"trying again" not in (told := sender.stderr.readline()):
            assert told, "it has ended before the server did"
        server.start()
        server.wait_until_ready()
        _, errors = sender.communicate(timeout=60)
        assert sender.returncode == 0, errors.decode()
        assert _finished(server, "r") == calm


def _seq(server: Server, session: str) -> int:
    found = server.client.get(f"/v1/sessions/{session}/transcript.json")
    return found.json()["last_seq"] if found.status_code == 200 else 0


@pytest.mark.parametrize("cut", ["columns:32", "columns:70", "words", "chars", "whole"])
def test_every_cut_gives_the_same_turns_in_a_session_of_its_own(
    server: Server, talk: Path, calm: tuple[Any, ...], cut: str
) -> None:
    done = run_command("replay", talk, "--url", server.url, "--cut", cut, "--speed", "max")
    assert done.returncode == 0, done.stderr.decode()
    session = done.stdout.decode().removesuffix("/follow\n").rpartition("/")[2]
    assert _finished(server, session)[:3] == calm[:3]


def test_a_replay_that_is_complete_sends_nothing(server: Server, talk: Path, calm: tuple[Any, ...]) -> None:
    again = run_command("replay", talk, "--url", server.url, "--session", "calm", "--speed", "max")
    assert again.returncode == 0
    assert "nothing was sent" in again.stderr.decode()
    assert _finished(server, "calm") == calm


def test_a_session_that_ended_with_another_text_is_not_written_over(
    server: Server, talk: Path, calm: tuple[Any, ...]
) -> None:
    done = run_command("replay", talk, "--url", server.url, "--session", "calm", "--cut", "words", "--speed", "max")
    assert done.returncode == 1
    assert "give another --session" in done.stderr.decode()
    assert _finished(server, "calm") == calm


def test_standard_input_is_replayed_under_the_given_facts(server: Server) -> None:
    command = ["replay", "-", "--url", server.url, "--session", "piped", "--speed", "max", "--cut", "words"]
    facts = ["--title", "Closing", "--room", "Main hall", "--event", "Forum", "--language", "pt-br"]
    done = run_command(*command, *facts, stdin=b">> ANA:  Bom dia.\n")
    assert done.returncode == 0, done.stderr.decode()
    assert _finished(server, "piped")[0] == [("ANA", ("Bom dia.",))]
    found = server.get("/v1/sessions/piped")
    assert (found["title"], found["room"], found["event"], found["languages"]) == (
        "Closing",
        "Main hall",
        "Forum",
        ["pt-BR"],
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("talk.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Good\n\n00:02.000 --> 00:03.000\n<v Ana>morning.\n"),
        ("talk.srt", "1\n00:00:01,000 --> 00:00:02,000\n>> Ana:  Good\n\n2\n00:00:02,000 --> 00:00:03,000\nmorning.\n"),
    ],
)
def test_cue_files_are_replayed_with_their_speakers(server: Server, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    session = name.replace(".", "-")
    done = run_command("replay", tmp_path / name, "--url", server.url, "--session", session, "--speed", "max")
    assert done.returncode == 0, done.stderr.decode()
    assert _finished(server, session)[0] == [("Ana", ("Good morning.",))]


def test_a_token_is_sent_and_its_lack_is_told(tmp_path: Path, talk: Path) -> None:
    token = "a-secret-of-many-letters"  # noqa: S105 - of this test
    with Server(tmp_path / "data", INGEST_TOKEN=token) as server:
        command = ["replay", talk, "--url", server.url, "--session", "closed", "--speed", "max"]
        refused = run_command(*command)
        assert refused.returncode == 1
        assert "Authorization: Bearer" in refused.stderr.decode()
        assert run_command(*command, INGEST_TOKEN=token).returncode == 0


def test_a_terminal_shows_a_bar_and_a_pipe_does_not(server: Server, talk: Path) -> None:
    command = ["replay", talk, "--url", server.url, "--speed", "max", "--session"]
    code, shown = run_on_terminal(*command, "bar")
    assert code == 0
    assert "Sending" in shown
    assert "━" in shown
    plain = run_command(*command, "no-bar")
    assert plain.stdout.decode() == f"{server.url}/s/no-bar/follow\n"
    assert plain.stderr.decode().startswith("Sent: ")
    assert b"\x1b" not in plain.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "The file has no words."),
        (b"\x89PNG\r\n\x1a\n\0", "This is a PNG picture"),
        (b" \n\n", "There is no text"),
    ],
)
def test_what_has_no_text_is_refused_and_announces_nothing(
    server: Server, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "odd.txt").write_bytes(content)
    done = run_command("replay", tmp_path / "odd.txt", "--url", server.url, "--session", "odd")
    assert done.returncode == 1
    assert told in done.stderr.decode()
    assert server.client.get("/v1/sessions/odd").status_code == 404


def test_the_seed_transcript_is_announced_right(server: Server, shared: Path) -> None:
    seed = next((shared / "igf").glob("*.txt"))
    done = run_command("replay", seed, "--url", server.url, "--session", "seed", "--speed", "max", "--cut", "words")
    assert done.returncode == 0, done.stderr.decode()
    turns, _, facts, _ = _finished(server, "seed")
    assert len(turns) == 10
    assert facts == (
        "WS 245 Mexico: The National Digital Strategy and the MSH model",
        "2015-11-12",
        "Workshop Room 3",
        "finished",
    )
