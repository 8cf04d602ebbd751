"""``captionflow tail`` on the real server."""

import subprocess
from pathlib import Path

from tests.real_program import Server, run_command, run_on_terminal, start_command


def _lines(process: subprocess.Popen[bytes], count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().decode() for _ in range(count)]


def test_tail_prints_sentences_as_they_are_said_and_ends_with_the_session(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        server.send("talk", 0, ">> ANA:  Before.\n", ">> BO:  One. ", "Two ")
        server.wait_for_seq("talk", 3)
        tail = start_command("tail", "talk", "--url", server.url)
        assert _lines(tail, 1) == ["BO\tOne.\n"]
        server.send("talk", 3, "and three. ", "Four ")
        assert _lines(tail, 1) == ["BO\tTwo and three.\n"]
        server.send("talk", 5, "and five.\n>> ANA:  Six", ends=True)
        rest, errors = tail.communicate(timeout=20)
        assert rest.decode() == "BO\tFour and five.\nANA\tSix\n"
        assert (tail.returncode, errors) == (0, b"")


def test_tail_goes_on_after_a_restart_of_the_server_and_prints_everything_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        server.send("talk", 0, ">> ANA:  One. ", "Two. ")
        server.wait_for_seq("talk", 2)
        tail = start_command("tail", "talk", "--url", server.url)
        assert _lines(tail, 1) == ["ANA\tOne.\n"]
        server.kill()
        assert tail.stderr is not None
        assert b"The connection is lost: trying again." in tail.stderr.readline()
        server.start()
        server.wait_until_ready()
        server.send("talk", 2, "Three.", ends=True)
        rest, _ = tail.communicate(timeout=30)
        assert rest.decode() == "ANA\tTwo.\nANA\tThree.\n"
        assert tail.returncode == 0


def test_tail_of_a_finished_session_prints_as_many_turns_as_are_asked_for(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        server.send("talk", 0, *(f">> SPEAKER {n}:  Turn {n}.\n" for n in range(9)), ends=True)
        server.wait_for_seq("talk", 9)
        last = run_command("tail", "talk", "--url", server.url)
        assert last.stdout.decode() == "SPEAKER 8\tTurn 8.\n"
        three = run_command("tail", "talk", "--last", 3, "--url", server.url)
        assert three.stdout.decode() == "".join(f"SPEAKER {n}\tTurn {n}.\n" for n in (6, 7, 8))


def test_a_terminal_gets_words_turn_by_turn(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        server.send("talk", 0, ">> ANA:  One ", "two.\n", ">> BO:  Three.", ends=True)
        server.wait_for_seq("talk", 3)
        assert run_on_terminal("tail", "talk", "--last", 2, "--url", server.url) == (
            0,
            "ANA: One two.\n\nBO: Three.\n",
        )
