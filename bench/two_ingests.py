"""How many records of the line log two ingests make void for each other, behind the proxy that is shipped.

    python -m bench.two_ingests [--seconds 30]

Each session has three senders, each by a door of its own: Zoom's and YouTube's caption URLs, each with its key, as they
are printed, and JSON with another key as Bearer. Each sends some words a second. ``deploy/proxy/Caddyfile`` runs as it
is, except that it is told the addresses of two ingests instead of asking for them. Beside it, in the same run, the same
with ``round_robin`` in place of the policy.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import httpx

from captionflow.caption_urls import caption_urls
from tests.distributed.installation import Installation
from tests.real_program import Server
from tests.stack.proxy import POLICY, proxy
from tests.stack.servers import kafka_server

INGESTS = ("one", "two")
SESSIONS = 20
TOKEN = "only-for-this-measurement"  # noqa: S105 - of servers that live for a minute
ADMIN = {"Authorization": f"Bearer {TOKEN}"}
PAUSE_SECONDS = 0.4
"""Between a sender's words: 150 a minute."""


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
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
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
                    with proxy(folder, [one.port for one in ingests], policy=policy) as base:
                        sent = asyncio.run(everybody(base, keys, given.seconds, 1 + 1_000 * number))
                    lost = void(ingests[0]) - before
                    print(f"{policy}: {sent} answered, {lost} records void, {lost / (sent + lost):.2%}", flush=True)
            finally:
                for one in ingests:
                    one.kill()


if __name__ == "__main__":
    main()
