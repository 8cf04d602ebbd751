"""``POST /v1/programme`` and ``captionflow programme import``."""

import json
from pathlib import Path

import httpx

from tests.integration.api_server import problem_of
from tests.real_program import Server, run_command

TABLE = "id,title,room,start,end\nop,Opening,Main hall,2015-11-12 09:00,2015-11-12 10:00\n2,Two,,never,\n"


async def test_a_programme_is_announced_over_http(client: httpx.AsyncClient) -> None:
    query = {"event": "IGF 2015", "timezone": "Europe/Berlin"}
    answer = await client.post("/v1/programme", params=query, content=TABLE, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 200
    assert answer.json() == {
        "sessions": [{"title": "Opening", "outcome": "announced", "session": "igf-2015-op", "changes": [], "why": ""}],
        "skipped": [{"where": "Two", "why": "its time can't be read: write 2015-11-12T09:00 or the like."}],
    }
    session = (await client.get("/v1/sessions/igf-2015-op")).json()
    assert (session["starts_at"], session["ends_at"]) == ("2015-11-12T08:00:00Z", "2015-11-12T09:00:00Z")
    again = await client.post("/v1/programme", params=query, content=TABLE)
    assert again.json()["sessions"][0]["outcome"] == "unchanged"


async def test_what_is_no_programme_or_no_zone_is_a_problem(client: httpx.AsyncClient) -> None:
    problem_of(await client.post("/v1/programme", content=b"nothing"), 415, "unsupported-media-type")
    problem_of(await client.post("/v1/programme", content=b"<schedule>"), 400, "bad-message")
    problem_of(await client.post("/v1/programme?timezone=Mars", content=TABLE), 400, "bad-message")


def test_the_command_line_sends_a_programme_of_any_size_and_tells_what_became_of_it(tmp_path: Path) -> None:
    file = tmp_path / "programme.csv"
    about = "x" * 4_000
    rows = "".join(f"{n},Talk {n},Hall,2015-11-12T09:00,,{about}\n" for n in range(300))
    file.write_text(f"id,title,room,start,end,about\n{rows}", encoding="utf-8")
    arguments = ("programme", "import", file, "--event", "Forum", "--timezone", "UTC")
    with Server(tmp_path / "data") as server:
        tried = run_command(*arguments, "--dry-run", URL=server.url)
        assert (tried.returncode, len(server.get("/v1/sessions"))) == (0, 0)
        done = run_command(*arguments, "--json", URL=server.url)
        assert done.stderr.decode() == "300 announced, 0 skipped.\n"
        assert json.loads(done.stdout.splitlines()[7]) == {
            "title": "Talk 7",
            "outcome": "announced",
            "session": "forum-7",
            "changes": [],
            "why": "",
        }
        assert len(server.get("/v1/sessions", limit=1000)) == 300
        file.write_text("id,title,start\n7,Talk seven,2015-11-12T09:00\n7,Again,2015-11-12T09:00\n", encoding="utf-8")
        changed = run_command(*arguments, URL=server.url)
        assert changed.returncode == 1
        assert changed.stdout.decode().splitlines() == [
            "changed\tforum-7\tTalk seven\ttitle",
            "refused\tforum-7\tAgain\tThe programme has it twice.",
        ]
    gone = run_command(*arguments, URL=server.url)
    assert (gone.returncode, gone.stdout) == (3, b"")
