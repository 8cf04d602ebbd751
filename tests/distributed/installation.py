"""An installation of the four services on the servers of tests/stack, with topics and indices of its own."""

import asyncio
import contextlib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec

from captionflow.settings import Settings, read_settings
from captionflow.transcript import Turn, digest, document
from captionflow.wiring.tools import create_topics
from services.cli.verify import verify
from services.ingest.cutter import cut, parse_cut
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines
from tests.real_program import Server, environ, run_command
from tests.stack.servers import Server as Stack
from tests.waiting import await_true

CUT = "columns:32"
SERVICES = ("ingest", "segment", "index", "api")
PARTITIONS = 4
CATCH_UP_SECONDS = 60
VERIFY_SECONDS = 120


open_installations: "set[Installation]" = set()
"""Those that ``running`` has not closed yet."""


class Installation:
    """Where everything of one installation is, and its services by name; more of any kind can be added."""

    def __init__(self, folder: Path, kafka: str, elasticsearch: str) -> None:
        self.folder = folder
        self.name = f"test-{uuid.uuid4().hex[:12]}"
        self.settings: dict[str, object] = {
            "KAFKA": kafka,
            "ELASTICSEARCH": elasticsearch,
            "TOPICS": self.name,
            "INDICES": self.name,
            "PARTITIONS": PARTITIONS,
        }
        self.elasticsearch = elasticsearch
        self.services: dict[str, Server] = {}

    def create_topics(self, *, replication: int = 1) -> None:
        """As the command does; a process of its own would load the program for a second."""
        asyncio.run(create_topics(self._read_settings(), replication=replication))

    def _read_settings(self) -> Settings:
        return read_settings(environ(self.folder, **self.settings))

    def add(self, kind: str, name: str | None = None, **settings: object) -> Server:
        """A service that is not started yet."""
        name = name or kind
        server = Server(self.folder / name, command=("serve", kind), **(self.settings | settings))
        self.services[name] = server
        return server

    def start(self, *names: str) -> None:
        """Start them together, and wait until all are ready."""
        for name in names:
            self.services[name].start()
        for name in names:
            self.services[name].wait_until_ready()

    def rest(self) -> None:
        """End all services; ``revive`` starts the first four again."""
        for server in self.services.values():
            server.kill()

    def revive(self) -> None:
        """Start those of the first four that ended, as when a test failed before it did; return when all are ready."""
        for kind in SERVICES:
            if not self.services[kind].runs:
                self.services[kind].start()
        for kind in SERVICES:
            self.services[kind].wait_until_ready()

    @contextlib.contextmanager
    def another(self, kind: str, name: str, **settings: object) -> Iterator[Server]:
        """One more service, for a while."""
        with self.add(kind, name, **settings) as server:
            yield server

    @property
    def ingest(self) -> Server:
        return self.services["ingest"]

    @property
    def api(self) -> Server:
        return self.services["api"]

    def verify(self, session: str) -> bool:
        """Whether there is one transcript in log, archive and api; it waits for what is behind."""
        found = asyncio.run(verify(self._read_settings(), self.api.url, session, None, seconds=VERIFY_SECONDS))
        return not any(one.wrong or one.behind for one in found)

    def replay(self, talk: Path, session: str, *options: object) -> None:
        """Send a transcript as fast as it goes."""
        arguments = ("--url", self.ingest.url, "--session", session, "--cut", CUT, "--speed", "max", *options)
        done = run_command("replay", talk, *arguments, seconds=120)
        assert done.returncode == 0, done.stderr.decode()

    def behind(self) -> float:
        """Steps that the archive does not have yet, as the index service tells."""
        return metric(self.services["index"], "captionflow_lag_records")

    def wait_until_archived(self, session: str, seq: int) -> None:
        """Return when the archive reflects so many lines, and they are found."""
        await_true(lambda: self._archived(session) >= seq, f"{session} is not in the archive")
        self.refresh()

    def refresh(self) -> None:
        """Return when whatever was written to the archive is found."""
        httpx.post(f"{self.elasticsearch}/{self.name}-turns/_refresh", timeout=30).raise_for_status()

    def _archived(self, session: str) -> int:
        answer = httpx.get(
            f"{self.elasticsearch}/{self.name}-turns/_doc/progress%2F{session}%2Fen",
            params={"routing": session},
            timeout=30,
        )
        return int(answer.json()["_source"]["last_seq"]) if answer.status_code == httpx.codes.OK else 0

    def close(self) -> None:
        self.rest()
        for server in self.services.values():
            server.client.close()
        for index in httpx.get(f"{self.elasticsearch}/{self.name}-*/_settings", timeout=30).json():
            httpx.delete(f"{self.elasticsearch}/{index}", timeout=30)


@contextlib.contextmanager
def running(folder: Path, kafka: Stack, elasticsearch: Stack, **settings: object) -> Iterator[Installation]:
    """One of each service, ready, with topics and an index of their own."""
    made = Installation(folder, kafka.address, elasticsearch.address)
    made.settings |= settings
    try:
        made.create_topics()
        for kind in SERVICES:
            made.add(kind)
        made.start(*SERVICES)
        open_installations.add(made)
        yield made
    finally:
        open_installations.discard(made)
        made.close()


def metric(server: Server, name: str) -> float:
    """The value of a metric without further labels."""
    lines = server.client.get("/metrics").raise_for_status().text.splitlines()
    (value,) = (line.split(" ")[1] for line in lines if line.startswith((f"{name}{{", f"{name} ")))
    return float(value)


_FIELDS = ("turn_id", "ordinal", "version", "speaker", "role", "language", "paragraphs", "notes")


class Expected(NamedTuple):
    """What must come out of a transcript, however its lines came in."""

    digest: str
    shown: str
    """As ``digest``, without versions: a reader leaves at the end, and a line that says nothing may follow."""
    seq: int
    """Its lines."""


def expected(talk: Path, session: str) -> Expected:
    """Of the turns that the segmenter alone makes of it."""
    lines = list(lines_of(cut(read(talk.read_bytes(), talk.name).passages, parse_cut(CUT))))
    made = document(*segment_lines(session, "en", lines))
    return Expected(digest(made), _shown(made["turns"]), len(lines))


def digest_of(turns: Sequence[Turn], *, shown: bool = False) -> str:
    """As of what ``captionflow segment --json`` prints; ``shown``: see ``Expected``."""
    made = [{name: getattr(turn, name) for name in _FIELDS} for turn in turns]
    return _shown(made) if shown else digest({"turns": made})


def _shown(turns: Sequence[dict[str, Any]]) -> str:
    return digest({"turns": [turn | {"version": 0} for turn in turns]})


def served(server: Server, session: str, seq: int) -> str:
    """The digest of the transcript that an api serves, once it reflects so many lines."""
    return digest_of(server.wait_for_seq(session, seq, CATCH_UP_SECONDS))


def decoded(content: bytes) -> Any:
    return msgspec.json.decode(content)
