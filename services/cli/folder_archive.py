"""The archive in the data folder, where no other process has it: segmenter and index work here while files come in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from captionflow.messages import StepRecord, Stream
from captionflow.notifying import Notifier
from captionflow.turns import TurnStore
from captionflow.wiring.embedded import EmbeddedPorts
from services.cli.archive import Archive, into_log
from services.cli.import_record import Gave, counted_parts
from services.index.facts_indexer import FactsIndexer
from services.index.part_indexer import PartIndexer
from services.ingest.file_report import FileReport
from services.segment.runner import Runner


@asynccontextmanager
async def in_folder(ports: EmbeddedPorts) -> AsyncIterator[Archive]:
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

    async def gave(file: FileReport) -> Gave:
        name = file.session or ""
        await arrivals.reached(name, file.language, file.last_seq)
        session = await ports.sessions.get(name)
        found = await ports.turn_store.turns(name, file.language)
        return counted_parts(found.parts, session.title, session.date)

    try:
        yield Archive(into_log(ports.line_log, ports.sessions), gave)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Arrivals:
    """The ``TurnStore`` that the index writes to; it tells who waits when a line has arrived there."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store
        self._changed = Notifier()
        self._reached: dict[Stream, int] = {}
        self._failure: BaseException | None = None
        self.turns = store.turns
        self.window = store.window
        self.pages = store.pages
        self.place = store.place
        self.last_seq = store.last_seq

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``."""
        await self._store.apply(steps)
        for step in steps:
            self._reached[step.stream] = max(step.last_seq, self._reached.get(step.stream, 0))
        self._changed.notify()

    async def reached(self, session: str, language: str, seq: int) -> None:
        """Return when the stored turns reflect the line with this ``seq``; raise the error of a task that failed."""
        stream = Stream(session, language)
        self._reached[stream] = max(await self._store.last_seq(*stream), self._reached.get(stream, 0))
        while True:
            changed = self._changed.listen()
            if self._failure is not None:
                raise self._failure
            if self._reached[stream] >= seq:
                return
            await changed.wait()

    def failed(self, task: asyncio.Task[None]) -> None:
        """A task of the pipeline has ended: it failed, unless it was cancelled."""
        if not task.cancelled():
            self._failure = task.exception() or RuntimeError("A part of the import ended by itself.")
            self._changed.notify()
