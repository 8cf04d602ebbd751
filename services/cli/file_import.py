"""``captionflow import``: files into the archive, through the same segmenter and index as live lines.

They go to a running captionflow, which may be the one that has the data folder; where none runs, into that folder; and
where Kafka is set, into its log, from which the services take them.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from captionflow.errors import InUse
from captionflow.settings import Settings, sent_key
from captionflow.wiring.embedded import open_embedded
from services.cli.archive import Archive, forecast, into_log
from services.cli.folder_archive import in_folder
from services.cli.import_record import NOTHING, Gave
from services.cli.import_report import ImportReport
from services.ingest.file_report import FileReport
from services.ingest.importer import import_paths

STARTING_SECONDS = 5.0
"""How long a process that has the folder may take until it says where it serves."""
_LOOK_SECONDS = 0.1
_AHEAD = 4
"""Files that may be sent while the result of one is waited for."""


class Import(NamedTuple):
    """What is to be imported, and where to: ``url`` is a running captionflow."""

    paths: Sequence[Path]
    event: str
    language: str | None
    """Of all files; None: what each says, else English."""
    url: str | None = None


async def import_files(settings: Settings, wanted: Import, report: ImportReport) -> None:
    """Import, and call ``report`` with the result of each file, once that can be searched.

    Into Kafka, and at an address that serves no transcripts, a file is reported as soon as the log has it: what it
    gives is known beforehand, and the services follow.

    Raises:
        InUse: another process has the data folder and does not serve.
        Unauthorized: the token is missing or wrong.
        Unavailable: no more can be taken now.
    """
    async with _archive(settings, wanted.url, report) as archive:
        files = import_paths(wanted.paths, archive.target, event=wanted.event, language=wanted.language)
        sent: deque[tuple[FileReport, asyncio.Task[Gave]]] = deque()
        try:
            async for file in files:
                sent.append((file, asyncio.create_task(_gave(archive, file))))
                if len(sent) > _AHEAD:
                    await _report(sent, report)
            while sent:
                await _report(sent, report)
        finally:
            for _, task in sent:
                task.cancel()
            await asyncio.gather(*(task for _, task in sent), return_exceptions=True)


async def _gave(archive: Archive, file: FileReport) -> Gave:
    return NOTHING if file.session is None else await archive.gave(file)


async def _report(sent: deque[tuple[FileReport, asyncio.Task[Gave]]], report: ImportReport) -> None:
    file, task = sent[0]
    report.take(file, await task)
    sent.popleft()


@asynccontextmanager
async def _archive(settings: Settings, url: str | None, report: ImportReport) -> AsyncIterator[Archive]:
    if url is None and settings.kafka:
        from captionflow.wiring.ingest import open_ingest  # noqa: PLC0415 - who has no Kafka has no client of it

        async with open_ingest(settings) as ports:
            await ports.ready()
            yield Archive(into_log(ports.line_log, ports.sessions), forecast)
        return
    end = time.monotonic() + STARTING_SECONDS
    while url is None:
        try:
            async with open_embedded(settings) as embedded, in_folder(embedded) as archive:
                yield archive
                return
        except InUse as error:
            url = error.url
            if url is None and time.monotonic() > end:
                raise
        if url is None:
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            report.tell(f"A captionflow runs on {settings.data_folder}: it is sent to {url}.")
    from services.cli.served_archive import served  # noqa: PLC0415 - its client takes long to load

    async with served(url, sent_key(settings), report.tell) as archive:
        yield archive
