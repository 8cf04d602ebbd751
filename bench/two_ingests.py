"""How many records of the line log two ingests make void for each other, behind the proxy that is shipped.

    python -m bench.two_ingests --caddy /usr/bin/caddy [--seconds 30]

Each session has three senders, each by a door of its own: Zoom's and YouTube's caption URLs, each with its key, as they
are printed, and JSON with another key as Bearer. Each sends some words a second. ``deploy/proxy/Caddyfile`` runs as it
is, except that it is told the addresses of two ingests instead of asking for them. Beside it, in the same run, the same
with ``round_robin`` in place of the policy.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from captionflow.caption_urls import caption_urls
from tests.distributed.installation import Installation
from tests.real_program import Server, free_port
from tests.stack.places import listens
from tests.stack.servers import kafka_server
from tests.waiting import await_true

CADDYFILE = Path(__file__).parent.parent / "deploy" / "proxy" / "Caddyfile"
POLICY = "lb_policy header X-Session"
INGESTS = ("one", "two")
SESSIONS = 20
TOKEN = "only-for-this-measurement"  # noqa: S105 - of servers that live for a minute
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
PAUSE_SECONDS = 0.4
"""Between a sender's words: 150 a minute."""


@contextmanager
def proxy(caddy: str, folder: Path, ports: list[int], policy: str) -> Iterator[str]:
    """Its address."""
    port = free_port()
    text = CADDYFILE.read_text()
    asks = "dynamic a {$INGEST:ingest} 8000 {\n\t\t\t\trefresh 1s\n\t\t\t}"
    changes = {
        asks: "to " + " ".join(f"127.0.0.1:{one}" for one in ports),
        POLICY: policy,
        "http_port 8080": f"http_port {port}",
        "https_port 8443": f"https_port {free_port()}",
        ":8090 {": f":{free_port()} {{",
        "http://:8081 {": f"http://:{free_port()} {{",
    }
    for before, after in changes.items():
        if text.count(before) != 1:
            raise RuntimeError(f"the Caddyfile has changed: {before!r}")
        text = text.replace(before, after)
    config = folder / f"Caddyfile.{policy.partition(' ')[2].split()[0]}"
    config.write_text(text)
    command = [caddy, "run", "--config", str(config), "--adapter", "caddyfile"]
    places = {"SITE": f":{port}", "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "caddy.log").open("ab") as log:
        process = subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=log)
    try:
        await_true(lambda: listens(port), "the proxy does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def key(ingest: Server, name: str, session: str) -> str:
    """Make one for a captioner."""
    draft = {"name": name, "role": "captioner", "session": session}
    found: str = ingest.client.post("/v1/keys", json=draft, headers=ADMIN).raise_for_status().json()["key"]
    return found


async def words(client: httpx.AsyncClient, url: str, seconds: float, begin: int, secret: str = "") -> int:
    """A tool's words or, with a ``secret``, a program's, each until it is taken; how many there were."""
    count = int(seconds / PAUSE_SECONDS)
    for number in range(begin, begin + count):
        line = {"sender": "program", "lines": [{"number": number, "text": f"line{number} "}]}
        while True:
            if secret:
                answer = await client.post(url, json=line, headers={"Authorization": f"Bearer {secret}"})
            else:
                answer = await client.post(f"{url}&seq={number}", content=f"word{number} ")
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                answer.raise_for_status()
                break
        await asyncio.sleep(PAUSE_SECONDS)
    return count


async def everybody(base: str, keys: dict[str, list[str]], seconds: float, begin: int) -> int:
    """All senders of all sessions at once; what was answered."""
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=None)) as client:
        work = []
        for session, (zoom, youtube, program) in keys.items():
            urls = {one.tool: one.url for one in caption_urls(base, session, key=zoom)}
            other = {one.tool: one.url for one in caption_urls(base, session, key=youtube)}
            work.append(words(client, urls["Zoom"], seconds, begin))
            work.append(words(client, other["YouTube"], seconds, begin))
            work.append(words(client, f"{base}/v1/sessions/{session}/lines", seconds, begin, program))
        return sum(await asyncio.gather(*work))


def void(server: Server) -> int:
    """Records that this ingest found void, its own and the other's."""
    text = server.client.get("/metrics").text
    rows = [row for row in text.splitlines() if "records_skipped" in row and 'why="void"' in row and ".lines" in row]
    return int(sum(float(row.rpartition(" ")[2]) for row in rows))


def main() -> None:
    """Measure both policies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--caddy", default="caddy")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    if shutil.which(given.caddy) is None:
        print("Caddy is not installed: give --caddy.")
        return
    with tempfile.TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with kafka_server(folder / "kafka") as kafka:
            made = Installation(folder, kafka.address, "")
            made.settings |= {"ELASTICSEARCH": None}
            made.create_topics()
            ingests = [made.add("ingest", one, INGEST_TOKEN=TOKEN) for one in INGESTS]
            keys: dict[str, list[str]] = {}
            try:
                made.start(*INGESTS)
                for session in (f"hall-{number}" for number in range(SESSIONS)):
                    ingests[0].client.post("/v1/sessions", json={"id": session}, headers=ADMIN).raise_for_status()
                    keys[session] = [key(ingests[0], f"{session}-{door}", session) for door in ("a", "b", "c")]
                for number, policy in enumerate((POLICY, "lb_policy round_robin")):
                    before = void(ingests[0])
                    with proxy(given.caddy, folder, [one.port for one in ingests], policy) as base:
                        sent = asyncio.run(everybody(base, keys, given.seconds, 1 + 1_000 * number))
                    lost = void(ingests[0]) - before
                    print(f"{policy}: {sent} answered, {lost} records void, {lost / (sent + lost):.2%}", flush=True)
            finally:
                for one in ingests:
                    one.kill()


if __name__ == "__main__":
    main()
