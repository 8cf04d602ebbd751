"""``captionflow import``: files into the archive, through the same segmenter and index as live lines.

Into the data folder; or, where Kafka is set, into its log, from which the services take them.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from captionflow.messages import Part, StepRecord
from captionflow.notifying import Notifier
from captionflow.ports import TurnStore
from captionflow.settings import Settings
from captionflow.transcript import turns
from captionflow.wiring.embedded import EmbeddedPorts, open_embedded
from captionflow.wiring.ingest import open_ingest
from captionflow.wiring.shared import Ports
from services.cli.import_report import Gave, ImportReport
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.ingest.cutter import cut, parse_cut
from services.ingest.importer import FileReport, import_paths
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines
from services.segment.runner import Runner


async def import_files(
    settings: Settings, paths: Sequence[Path], event: str, language: str, report: ImportReport
) -> None:
    """Import, and call ``report`` with the result of each file, once that can be searched.

    Where Kafka is set, as soon as the log has it: the result is known beforehand, and the services follow.

    Raises:
        Misconfigured: a server uses the data folder.
        Unavailable: the log takes no more.
    """
    if settings.kafka:
        await _import_to_services(settings, paths, event, language, report)
        return
    async with open_embedded(settings) as ports, _pipeline(ports) as arrivals:
        async for file in import_paths(paths, ports.line_log, ports.sessions, event=event, language=language):
            report.take(file, await _gave(file, ports, arrivals, language))


async def _import_to_services(
    settings: Settings, paths: Sequence[Path], event: str, language: str, report: ImportReport
) -> None:
    async with open_ingest(settings) as ports:
        await ports.ready()
        async for file in import_paths(paths, ports.line_log, ports.sessions, event=event, language=language):
            report.take(file, await asyncio.to_thread(_gives, file, language))


def _gives(file: FileReport, language: str) -> Gave | None:
    """What the services will make of a file."""
    if file.session is None:
        return None
    reading = read(Path(file.path).read_bytes(), Path(file.path).name)
    parts, facts = segment_lines(file.session, language, lines_of(cut(reading.passages, parse_cut("whole"))))
    return _counted(parts, facts.title or "", facts.date)


async def _gave(file: FileReport, ports: Ports, arrivals: "_Arrivals", language: str) -> Gave | None:
    if file.session is None:
        return None
    await arrivals.reached(file.session, language, file.last_seq)
    session = await ports.sessions.get(file.session)
    found = await ports.turn_store.turns(file.session, language)
    return _counted(found.parts, session.title, session.date)


def _counted(parts: Sequence[Part], title: str, date: str | None) -> Gave:
    spoken = [turn for turn in turns(parts) if turn.ordinal]
    labels = {turn.speaker for turn in spoken if turn.speaker}
    words = sum(len(turn.text.split()) for turn in spoken)
    return Gave(turns=len(spoken), words=words, speakers=len(labels), title=title, date=date)


@asynccontextmanager
async def _pipeline(ports: EmbeddedPorts) -> AsyncIterator["_Arrivals"]:
    """Segmenter and index at work; one that fails ends the import with its error."""
    arrivals = _Arrivals(ports.turn_store)
    facts_queue, parts_queue = ports.index_queues()
    workers = (
        FactsIndexer(facts_queue, ports.sessions),
        PartIndexer(parts_queue, arrivals),
        Runner(ports.line_log, ports.step_feed, ports.turn_store),
    )
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    for task in tasks:
        task.add_done_callback(arrivals.failed)
    try:
        yield arrivals
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Arrivals:
    """The ``TurnStore`` that the index writes to; it tells who waits when a line has arrived there."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store
        self._changed = Notifier()
        self._failure: BaseException | None = None
        self.turns = store.turns
        self.last_seq = store.last_seq

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``."""
        await self._store.apply(steps)
        self._changed.notify()

    async def reached(self, session: str, language: str, seq: int) -> None:
        """Return when the stored turns reflect the line with this ``seq``; raise the error of a task that failed."""
        while True:
            changed = self._changed.listen()
            if self._failure is not None:
                raise self._failure
            if await self._store.last_seq(session, language) >= seq:
                return
            await changed.wait()

    def failed(self, task: asyncio.Task[None]) -> None:
        """A task of the pipeline has ended: it failed, unless it was cancelled."""
        if not task.cancelled():
            self._failure = task.exception() or RuntimeError("A part of the import ended by itself.")
            self._changed.notify()
