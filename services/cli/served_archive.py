"""The archive of a running captionflow: files go to it over HTTP, and it says what became of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from captionflow.secret import Secret
from services.cli.archive import Archive, forecast
from services.cli.import_record import Gave, counted
from services.cli.remote import bearer
from services.ingest.file_report import FileReport
from services.ingest.pipeline_client import PipelineClient

FIRST_PATIENCE = 10.0
"""Seconds for a server that is just starting. Once it has answered, an outage may last longer."""
PATIENCE = 300.0
_ANY_SESSION = "any"


@asynccontextmanager
async def served(url: str, key: Secret | None, tell: Callable[[str], None]) -> AsyncIterator[Archive]:
    """The archive at this address. Where it serves no transcripts, what a file gives is computed here.

    Raises:
        Unavailable: nobody answers there, or not any more for some minutes.
    """
    async with httpx.AsyncClient(base_url=url, headers=bearer(key), timeout=60) as client:
        begin = PipelineClient(
            client, _ANY_SESSION, patience=FIRST_PATIENCE, waiting=_Outage(url, tell, FIRST_PATIENCE)
        )
        serves_transcripts = await begin.serves_transcripts()

        def target(session: str, language: str) -> PipelineClient:
            waiting = _Outage(url, tell, PATIENCE)
            return PipelineClient(client, session, language=language, undated=True, patience=PATIENCE, waiting=waiting)

        async def gave(file: FileReport) -> Gave:
            found = await target(file.session or "", file.language).transcript(file.last_seq)
            said = [(turn.speaker, "\n".join(turn.paragraphs)) for turn in found.turns]
            return counted(said, found.session.title, found.session.date)

        if serves_transcripts:
            yield Archive(target, gave)
        else:
            tell(f"{url} serves no transcripts: what the files give is computed here.")
            yield Archive(target, forecast)


class _Outage:
    """Tells once that nobody answers."""

    def __init__(self, url: str, tell: Callable[[str], None], seconds: float) -> None:
        self._sentence = f"No captionflow answers at {url} ({{}}): trying again for {seconds:.0f} s."
        self._tell = tell
        self._told = False

    def __call__(self, reason: str) -> None:
        if not self._told:
            self._tell(self._sentence.format(reason))
        self._told = True
