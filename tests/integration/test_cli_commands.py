"""The command line as its users meet it: help, wrong use, pipes and exit codes."""

import re
import signal
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from services.cli.help_texts import EXIT_CODES
from tests.ports import free_port
from tests.real_program import PROGRAM, Server, environ, run_command, run_on_terminal, start_command

COMMANDS = (
    *("run", "replay", "segment", "import", "export", "align", "search", "tail"),
    *("serve", "topics create", "verify", "reindex"),
    *("dead-letters list", "dead-letters show", "dead-letters retry", "dead-letters accept"),
)
NOBODY = "http://127.0.0.1:1"
DECORATION = re.compile("[\x1b\u2500-\u259f]")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches_by_examples_is_plain_in_a_pipe_and_has_no_option_that_is_not_in_the_docs(
    root: Path, command: str
) -> None:
    title = "dead-letters" if command.startswith("dead-letters") else command
    docs = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    section = docs.split(f"\n## {title}\n")[1].split("\n## ")[0]
    done = run_command(*command.split(), "--help")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert 2 <= len(re.findall(rf"^  +.*captionflow {command} ?", text.split("Examples:")[1], re.MULTILINE)) <= 5
    assert DECORATION.search(text) is None
    options = set(re.findall(r"--[a-z][a-z-]+", text.split("Options:")[1]))
    assert {one for one in options - {"--help"} if one not in section} == set()
    assert done.stderr == b""


def test_help_is_decorated_on_a_terminal_and_its_examples_stay_on_their_lines() -> None:
    code, text = run_on_terminal("replay", "--help")
    assert code == 0
    assert "\u256d" in text
    assert "captionflow replay - " in re.sub("\x1b\\[[0-9;]*m", "", text)


def test_the_version_is_that_of_the_package() -> None:
    assert run_command("--version").stdout.decode() == f"captionflow {version('captionflow')}\n"


def test_the_exit_codes_are_in_the_help_and_in_the_docs(root: Path) -> None:
    text = run_command("--help").stdout.decode()
    docs = (root / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in EXIT_CODES:
        assert re.search(rf"^ +{code}  \w", text, re.MULTILINE)
        assert re.search(rf"^\| {code} \|", docs, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["segment", "x.txt", "--cut", "columns:0"], "'--cut': 'columns:0'. A cut is whole, words, chars or columns:N"),
        (["replay", "x.txt", "--speed", "-1"], "'--speed': '-1' is no speed: give 1, 10"),
        (["replay", "x.txt", "--wpm", "0"], "'--wpm'"),
        (["replay", "x.txt", "--language", "english please"], "A language is a BCP 47 tag"),
        (["run", "--port", "99999"], "'--port'"),
        (["tail", "x", "--url", "localhost"], "'localhost' is no web address"),
        (["export", "x", "--format", "pdf"], "'pdf' is none of txt, vtt, srt, json"),
        (["search", "x", "--limit", "1000"], "'--limit'"),
        (["import"], "Missing argument"),
        (["serve", "everything"], "'everything'"),
        (["dead-letters", "show", "seven"], "'number'"),
        (["dead-letters", "retry", "7", "--all"], "Give the numbers of dead letters, or --all."),
        (["verify", "x", "--url", "localhost"], "'localhost' is no web address"),
    ],
)
def test_wrong_use_is_told_with_code_2_before_anything_is_done(arguments: list[str], told: str) -> None:
    done = run_command(*arguments)
    assert done.returncode == 2
    assert told in done.stderr.decode()
    assert done.stdout == b""


def test_an_address_in_the_environment_is_checked_as_the_option_is() -> None:
    done = run_command("search", "x", URL="ftp://captions")
    assert done.returncode == 2
    assert "'ftp://captions' is no web address" in done.stderr.decode()


@pytest.mark.parametrize("arguments", [["search", "x"], ["export", "x"], ["tail", "x"]])
def test_a_server_that_does_not_run_is_told_with_code_3(arguments: list[str]) -> None:
    done = run_command(*arguments, "--url", NOBODY)
    assert done.returncode == 3
    assert f"No captionflow answers at {NOBODY}: start it with `captionflow run`" in done.stderr.decode()


@pytest.mark.parametrize("command", ["topics create", "dead-letters list", "keys list", "verify talk", "reindex"])
def test_a_kafka_that_is_away_is_told_with_code_3_and_in_our_words_alone(command: str) -> None:
    done = run_command(*command.split(), KAFKA="127.0.0.1:1", ELASTICSEARCH=NOBODY)
    assert done.returncode == 3
    assert done.stderr.decode().startswith("captionflow: Kafka at 127.0.0.1:1 can't be used now")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("command", ["segment", "replay"])
def test_a_file_that_is_none_is_told_by_name(command: str, tmp_path: Path) -> None:
    gone = run_command(command, tmp_path / "gone.txt")
    assert gone.returncode == 4
    assert f"{tmp_path}/gone.txt: No such file or directory" in gone.stderr.decode()
    folder = run_command(command, tmp_path)
    assert folder.returncode == 1
    assert f"{tmp_path}: Is a directory" in folder.stderr.decode()


@pytest.mark.parametrize("command", ["segment", "replay"])
def test_a_file_that_the_system_refuses_is_told_with_its_reason(command: str, tmp_path: Path) -> None:
    name = "x" * 300  # a missing permission would not stop root
    done = run_command(command, tmp_path / name)
    assert done.returncode == 1
    assert f"{name}: File name too long" in done.stderr.decode()


def test_a_misspelled_setting_is_told_with_code_5(tmp_path: Path) -> None:
    done = run_command("import", tmp_path, PROT="8000")
    assert done.returncode == 5
    assert "did you mean CAPTIONFLOW_PORT?" in done.stderr.decode()


def test_a_reader_who_leaves_the_pipe_is_no_error_worth_a_message(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text(">> A:  one two three four five six seven\n\n" * 4_000, encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", '"$0" segment "$1" | head -n 1', PROGRAM, path],
        capture_output=True,
        timeout=60,
        env=environ(),
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"A:\n", b"")


def test_run_tells_the_port_that_it_got_and_ctrl_c_ends_it_with_0(tmp_path: Path) -> None:
    process = start_command("run", "--no-demo", "--port", 0, DATA=tmp_path / "data")
    assert process.stderr is not None
    first = process.stderr.readline().decode()
    assert re.fullmatch(r"captionflow is at http://127\.0\.0\.1:[1-9]\d+ \(Ctrl-C stops it\)\n", first)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_ctrl_c_ends_a_command_that_waits_with_130_and_without_a_traceback(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("quiet")
        server.send("quiet", 0, ">> A:  One. ")
        server.wait_for_seq("quiet", 1)
        process = start_command("tail", "quiet", "--url", server.url)
        assert process.stdout is not None
        server.send("quiet", 1, "Two.")
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (130, b"")


def test_an_unknown_session_is_told_with_code_4(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        for command in ("export", "tail"):
            done = run_command(command, "nope", "--url", server.url)
            assert done.returncode == 4
            assert b"There is no session 'nope'" in done.stderr
        assert run_command("export", "../../readyz", "--url", server.url).returncode == 4


def test_replay_gives_a_server_that_is_just_starting_some_seconds(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "talk.txt").write_text(">> A:  Hello.\n", encoding="utf-8")
    sender = start_command(
        "replay", tmp_path / "talk.txt", "--speed", "max", "--url", f"http://127.0.0.1:{port}", "--session", "early"
    )
    assert sender.stderr is not None
    assert b"No captionflow answers" in sender.stderr.readline()
    server = start_command("run", "--no-demo", "--port", port, DATA=tmp_path / "data")
    try:
        sender.communicate(timeout=30)
        assert sender.returncode == 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=20)


def test_caption_url_prints_an_address_for_each_kind_of_tool() -> None:
    done = run_command("caption-url", "opening", "--language", "es", "--url", "https://captions.example.org/")
    rows = dict(line.split("\t")[:2] for line in done.stdout.decode().splitlines())
    assert rows["Zoom"] == "https://captions.example.org/closedcaption?id=opening&lang=es"
    assert rows["Browser"] == "https://captions.example.org/caption/opening?lang=es"
    keyed = run_command("caption-url", "opening", "--key", "cfk_1", PUBLIC_URL="https://public.example.org")
    assert b"https://public.example.org/cartcaption?id=opening&key=cfk_1" in keyed.stdout
    assert run_command("caption-url", "No/session").returncode == 4
