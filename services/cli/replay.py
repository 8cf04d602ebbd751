"""``captionflow replay``: a file to a running pipeline, with a progress bar on a terminal."""

import asyncio
import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from captionflow.errors import BadMessage, Conflict
from captionflow.secret import Secret
from services.cli import terminal
from services.cli.options import STDIN
from services.cli.remote import bearer
from services.cli.search_results import follow_url
from services.ingest.cutter import parse_cut
from services.ingest.importer import session_id
from services.ingest.pipeline_client import PipelineClient
from services.ingest.readers import Reading, read
from services.ingest.replay import Progress, ReplayOptions, replay, sender_id

FIRST_PATIENCE = 10.0
"""Seconds for a server that is just starting. Once it has answered, an outage may last longer."""


class Request(NamedTuple):
    """What is to be replayed, where to and how; ``fields`` announce the session if it isn't there."""

    file: Path
    url: str
    session: str | None
    cut: str
    wpm: float
    speed: float | None
    fields: dict[str, str]
    language: str | None
    key: Secret | None


async def replay_file(request: Request) -> None:
    """Return when the pipeline has all of it.

    Raises:
        BadMessage: the file can't be used.
        Conflict: the session has ended with another text.
        Unavailable: the pipeline is away for too long.
    """
    messages = terminal.messages()
    data = sys.stdin.buffer.read() if request.file == STDIN else request.file.read_bytes()
    name = "standard input" if request.file == STDIN else request.file.name
    reading = read(data, name)
    for oddity in reading.oddities:
        messages.print(f"{name}: {oddity}")
    if not reading.passages:
        raise BadMessage(f"There is no text in {name}.")
    how = parse_cut(request.cut)
    options = ReplayOptions(sender_id(data, how), how, request.wpm, request.speed)
    path = Path("stdin") if request.file == STDIN else request.file
    # The cut is part of the name: the same words cut in another way are other lines, and not the rest of these.
    session = request.session or session_id(path, hashlib.sha256(options.sender.encode()).hexdigest())
    async with httpx.AsyncClient(base_url=request.url, headers=bearer(request.key), timeout=30) as client:
        await _announce(client, session, request, reading.language, options.sender, messages)
        terminal.write(f"{follow_url(request.url, session)}\n")
        await _send(client, session, request, reading, options, messages)


async def _announce(  # noqa: PLR0913, PLR0917 - the inside of replay_file
    client: httpx.AsyncClient, session: str, request: Request, said: str | None, sender: str, messages: Console
) -> None:
    """Announce the session, in the language that the file said, and check that the replay belongs there."""

    def waiting(reason: str) -> None:
        if not told:
            told.append(reason)
            messages.print(
                f"No captionflow answers at {request.url} yet ({reason}): trying for {FIRST_PATIENCE:.0f} s."
            )

    told: list[str] = []
    target = PipelineClient(client, session, language=request.language, patience=FIRST_PATIENCE, waiting=waiting)
    language = request.language or said
    fields = request.fields if language is None else {**request.fields, "languages": [language]}
    found = await target.ensure_session(**fields)
    if found.get("status") == "finished" and await target.last_number(sender) is None:
        raise Conflict(f"Session {session!r} has ended, and not with this file and cut: give another --session.")


async def _send(  # noqa: PLR0913, PLR0917 - the inside of replay_file
    client: httpx.AsyncClient,
    session: str,
    request: Request,
    reading: Reading,
    options: ReplayOptions,
    messages: Console,
) -> None:
    show = _Show(messages)
    target = PipelineClient(client, session, language=request.language, waiting=show.waiting)
    with show.bar:
        try:
            await replay(reading.passages, target, options, show.progress)
        except asyncio.CancelledError:
            show.interrupted()
            raise
    show.done()


class _Show:
    """How far the replay is: a bar on a terminal, a few sentences elsewhere."""

    def __init__(self, messages: Console) -> None:
        self._messages = messages
        self._at = Progress(0, 0)
        self._begun = self._waits = False
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bar = Bar(*columns, console=messages, disable=not messages.is_terminal, transient=True)
        self._task: TaskID = self.bar.add_task("Sending", total=None)

    def progress(self, at: Progress) -> None:
        """Pieces were taken."""
        self._at = at
        if not self._begun and 0 < at.resumed_at < at.total:
            self._messages.print(f"Going on after {at.resumed_at} of {at.total} pieces.")
        self._begun, self._waits = True, False
        self.bar.update(self._task, description="Sending", completed=at.sent, total=at.total)

    def waiting(self, reason: str) -> None:
        """The pipeline is away."""
        if not self._waits:
            self._waits = True
            self._messages.print(f"The pipeline does not answer ({reason}): trying again.")
        self.bar.update(self._task, description="Waiting")

    def interrupted(self) -> None:
        """By Ctrl-C. A piece on its way may have arrived: the next run asks."""
        self._messages.print(
            f"Stopped after {self._at.sent} of {self._at.total} pieces: the same command goes on from there."
        )

    def done(self) -> None:
        """All is there."""
        if self._at.resumed_at >= self._at.total:
            self._messages.print(f"All {self._at.total} pieces were there already: nothing was sent.")
        else:
            self._messages.print(f"Sent: {self._at.total - self._at.resumed_at} of {self._at.total} pieces.")
