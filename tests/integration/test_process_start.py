"""What the real program says when it can't start: one sentence that names the thing and what to do, and exit code 5."""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.schema import MIGRATIONS
from services.process import listen
from tests.ports import free_port
from tests.real_program import PROGRAM, Server, environ, run_command
from tests.waiting import await_true

MISCONFIGURED = 5
V1 = Path(__file__).parent / "storage_v1.sql"


def refused(*arguments: str, **settings: object) -> str:
    """What ``captionflow run`` says when it refuses to start."""
    done = run_command("run", *arguments, **{"PORT": free_port(), **settings})
    return _sentence(done.returncode, done.stderr)


def _sentence(code: int, errors: bytes) -> str:
    text = errors.decode()
    assert code == MISCONFIGURED, text
    assert "Traceback" not in text
    return text


def test_a_port_in_use_is_named_with_what_to_do_and_the_data_folder_is_not_touched(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        told = refused(DATA=tmp_path / "data", PORT=port)
    assert f"Port {port} of 127.0.0.1 is in use" in told
    assert "CAPTIONFLOW_PORT" in told
    assert not (tmp_path / "data").exists()


async def test_no_answer_waits_for_the_acknowledgement_of_the_one_before() -> None:
    """Nagle's algorithm would hold the small packets of each answer back for 40 ms."""
    accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    server = await asyncio.start_server(lambda _, writer: accepted.put_nowait(writer), sock=listen("127.0.0.1", 0))
    async with server:
        _, ours = await asyncio.open_connection(*server.sockets[0].getsockname())
        theirs = await accepted.get()
        assert theirs.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        for writer in (ours, theirs):
            writer.close()
            await writer.wait_closed()


def test_an_address_that_is_not_of_this_machine_is_named(tmp_path: Path) -> None:
    told = refused(DATA=tmp_path / "data", HOST="192.0.2.1")
    assert "192.0.2.1" in told
    assert "CAPTIONFLOW_HOST" in told


def test_a_second_process_on_a_data_folder_is_refused_by_name_and_the_first_goes_on(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as first:
        first.announce("talk")
        told = refused(DATA=first.folder)
        assert f"The data folder {first.folder} is in use by another captionflow" in told
        assert "CAPTIONFLOW_DATA" in told
        assert first.send("talk", 0, "Still here.\n").status_code == 202


def test_a_data_folder_is_free_as_soon_as_its_process_was_killed(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.kill()
        server.start()
        server.wait_until_ready()


def test_a_read_only_data_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)
    # root may write anywhere, so it gives that right up first
    as_anybody = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    done = subprocess.run(
        [*as_anybody, PROGRAM, "run"], env=environ(folder, PORT=free_port()), capture_output=True, check=False
    )
    told = _sentence(done.returncode, done.stderr)
    assert f"The data folder {folder} can't be written" in told
    assert "CAPTIONFLOW_DATA" in told


def test_a_read_only_file_system_is_named_with_what_to_do(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert f"The data folder {small_disk} can't be written" in refused(DATA=small_disk)


def test_a_disk_without_any_space_says_so_and_that_what_was_acknowledged_is_safe(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(2 * 1024 * 1024 - 4096))
    done = run_command("run", DATA=small_disk, PORT=free_port())
    told = done.stderr.decode()
    assert done.returncode == 3, told
    assert f"no space left for the data folder {small_disk}" in told
    assert "Traceback" not in told


def test_a_data_folder_of_an_older_version_is_served_with_all_that_it_has(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "captionflow.db")) as connection:
        connection.executescript(V1.read_text())
    with Server(tmp_path / "data") as server:
        (turn,) = server.wait_for_seq("talk", 2)
        assert (turn.speaker, turn.paragraphs) == ("ANA", ("Hello world.",))
        assert server.get("/v1/search", q="hello world")["total"] == 1
        assert server.send("talk", 2, ">> BO: Hi.\n", sender="desk-1").json()["receipts"][0]["seq"] == 3


def test_a_data_folder_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        assert server.stop() == 0
    path = tmp_path / "data" / "captionflow.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    told = refused(DATA=tmp_path / "data")
    assert f"{path} was written by a newer captionflow" in told
    assert "upgrade captionflow" in told
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["a shopping list\n" * 50, None], ids=["text", "another database"])
def test_a_file_that_is_not_ours_is_refused_by_name_and_left_alone(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "captionflow.db"
    if content:
        path.write_text(content)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE recipes (name)")
    before = path.read_bytes()
    told = refused(DATA=tmp_path)
    assert str(tmp_path) in told
    assert "CAPTIONFLOW_DATA" in told
    assert path.read_bytes() == before


def test_a_damaged_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        assert server.stop() == 0
    with (tmp_path / "data" / "captionflow.db").open("r+b") as file:
        file.seek(100)  # behind the header: the first page of the list of tables
        file.write(b"\xff" * 4000)
    told = refused(DATA=tmp_path / "data")
    assert f"The database in {tmp_path / 'data'} is damaged" in told
    assert "backup" in told


def test_a_part_that_cannot_go_on_ends_the_process_with_a_sentence_that_says_why(tmp_path: Path) -> None:
    """Nothing works without it, and whoever supervises the process must learn of it."""
    path = tmp_path / "data" / "captionflow.db"
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        server.send("talk", 0, *(f"{number} {'x' * 1500}\n" for number in range(40)))
        server.wait_for_seq("talk", 40)
        assert server.stop() == 0
        with closing(sqlite3.connect(path)) as connection:
            (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'records'").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
        with path.open("r+b") as file:  # the log alone, so that the start succeeds
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        server.start()
        assert server.process is not None
        assert server.process.wait(20) == MISCONFIGURED
    told = server.log.read_text()
    assert "part_failed" in told
    assert f"captionflow: The database in {tmp_path / 'data'} is damaged" in told
    assert "Traceback" not in told


def test_damaged_files_beside_the_database_keep_nobody_from_what_was_folded_into_it(tmp_path: Path) -> None:
    """An orderly stop folds the log into the database; rubbish beside it is recognised by its checksums and ignored."""
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        server.send("talk", 0, ">> ANA: Kept.\n")
        server.wait_for_seq("talk", 1)
        assert server.stop() == 0
        for suffix in ("-wal", "-shm"):
            (server.folder / f"captionflow.db{suffix}").write_bytes(b"rubbish" * 10_000)
        server.start()
        server.wait_until_ready()
        (turn,) = server.wait_for_seq("talk", 1)
        assert turn.paragraphs == ("Kept.",)
        assert server.send("talk", 1, ">> BO: On.\n").status_code == 202


def test_a_session_that_has_the_name_of_a_demo_harms_nothing(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.announce("demo-1", title="Not a demo")
    with Server(tmp_path / "data", DEMO="true") as server:

        def told() -> bool:
            began = any(session["demo"] for session in server.get("/v1/sessions"))
            return began or "demo_ended" in server.log.read_text()

        await_true(told, "the demo neither began nor said why not")
        assert server.get("/v1/sessions/demo-1")["title"] == "Not a demo"
        assert server.send("demo-1", 0, "Hello.\n").status_code == 202
        assert server.stop() == 0


def test_an_unknown_setting_stops_the_start_and_the_nearest_known_one_is_named(tmp_path: Path) -> None:
    told = refused(DATA=tmp_path / "data", PROT=9000)
    assert "CAPTIONFLOW_PROT is not a setting" in told
    assert "did you mean CAPTIONFLOW_PORT?" in told
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "command", ["segment talk.txt", "replay talk.txt", "export talk", "search words", "tail talk", "import talk.txt"]
)
def test_every_command_refuses_an_unknown_setting_before_it_does_anything(tmp_path: Path, command: str) -> None:
    done = run_command(*command.split(), cwd=tmp_path, DATA=tmp_path / "data", INGEST_TOKNE="a-secret-of-letters")
    assert done.returncode == 5
    assert b"did you mean CAPTIONFLOW_INGEST_TOKEN?" in done.stderr
    assert b"a-secret-of-letters" not in done.stderr


def test_bad_values_stop_the_start_and_are_all_named_with_an_example(tmp_path: Path) -> None:
    told = refused(DATA=tmp_path / "data", PORT="http", MAX_BODY="much")
    assert "CAPTIONFLOW_PORT='http'" in told
    assert "CAPTIONFLOW_MAX_BODY='much'" in told
    assert told.count("for example CAPTIONFLOW_") == 2


def test_a_bad_secret_stops_the_start_without_being_shown(tmp_path: Path) -> None:
    told = refused(DATA=tmp_path / "data", INGEST_TOKEN="hunter2")  # noqa: S106 - a test's own
    assert "CAPTIONFLOW_INGEST_TOKEN" in told
    assert "hunter2" not in told


def test_a_copy_of_a_folder_that_was_killed_has_every_acknowledged_line(tmp_path: Path) -> None:
    """A back-up is the folder: the database and what is beside it."""
    with Server(tmp_path / "data") as server:
        server.announce("talk")
        for number in range(50):
            assert server.send("talk", number, f"Line {number}.\n").status_code == 202
        server.kill()
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    with Server(tmp_path / "copy") as copy:
        assert copy.get("/v1/sessions/talk/lines/last", sender="desk") == {"number": 49}


@pytest.mark.parametrize(
    ("asked", "seconds"), [("", 0.001), ("switch_seconds=process.SWITCH_SECONDS_BESIDE_READERS", 0.0001)]
)
def test_a_thread_that_works_beside_the_loop_does_not_hold_it_up_for_long(asked: str, seconds: float) -> None:
    told = f"""
import sys
from services import process
async def serve():
    print(sys.getswitchinterval() < {seconds}, flush=True)
process.run(serve(), {asked})
"""
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "True\n"
