"""The first key of the real program: shown once, and logged never."""

import re
from pathlib import Path

from captionflow.keys import KEY
from tests.real_program import Server, run_command


def test_a_server_for_others_makes_an_admins_key_at_its_first_start_and_shows_it_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data", HOST="0.0.0.0", LOG_LEVEL="debug") as server:  # noqa: S104 - what is tested
        (key,) = KEY.findall(server.log.read_text())
        assert re.search(rf"http://\S+/desk\?key={key}", server.log.read_text())
        assert server.client.post("/v1/sessions", json={"id": "talk"}).status_code == 401
        assert server.client.post(f"/v1/sessions?key={key}", json={"id": "talk"}).status_code == 201
        assert server.client.post(f"/closedcaption?id=talk&seq=1&key={key}", content="Hello. ").status_code == 200
        mistyped = key[:-1]
        assert server.client.post(f"/closedcaption?id=talk&seq=1&key={mistyped}", content="No.").status_code == 403
        page = server.client.get(f"/?key={key}", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/")
        made = run_command("keys", "create", "room-2", "--role", "captioner", DATA=server.folder, KEY=key)
        assert KEY.fullmatch(made.stdout.decode().strip())
        listed = run_command("keys", "list", DATA=server.folder, KEY=key).stdout.decode()
        assert "room-2" in listed
        assert run_command("keys", "revoke", "room-2", DATA=server.folder).returncode == 1
        assert server.stop() == 0
        server.start()
        server.wait_until_ready()
        written = server.log.read_text()
        assert KEY.findall(written) == [key]
        assert written.count(mistyped) == 1  # in the key itself, as it was shown


def test_keys_are_made_and_revoked_where_nothing_runs(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert run_command("keys", "create", "--role", "viewer", DATA=folder).returncode == 1
    assert run_command("keys", "create", "--role", "admin", DATA=folder).returncode == 0
    key = run_command("keys", "create", "room-2", "--role", "captioner", DATA=folder).stdout.decode().strip()
    rotated = run_command("keys", "rotate", "room-2", DATA=folder).stdout.decode().strip()
    assert key != rotated
    assert run_command("keys", "revoke", "room-2", DATA=folder).returncode == 0
    assert run_command("keys", "revoke", "room-2", DATA=folder).returncode == 4
    assert run_command("keys", "revoke", "admin", DATA=folder).returncode == 1
    listed = run_command("keys", "list", DATA=folder).stdout.decode().splitlines()
    assert [line.split("\t")[1:4] for line in listed] == [
        ["admin", "admin", "in use"],
        ["room-2", "captioner", "revoked"],
        ["room-2", "captioner", "revoked"],
    ]
    assert not any(KEY.search(line) for line in listed)
