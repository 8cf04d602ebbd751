"""``captionflow import``: files into the data folder, through the same segmenter and index as live lines."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import typer

from captionflow.ports import LineLog, TurnStore
from captionflow.settings import Settings
from captionflow.wiring import open_adapters
from services.index.indexer import Indexer
from services.ingest.importer import import_paths
from services.segment.runner import Runner


async def import_files(settings: Settings, paths: Sequence[Path], event: str, language: str) -> bool:
    """Import, print a row a file, and return when all is searchable; False if a file could not be read."""
    good = True
    async with open_adapters(settings) as adapters:
        indexer = Indexer(adapters.step_feed, adapters.turn_store, adapters.sessions)
        work = [asyncio.create_task(indexer.run())]
        await asyncio.sleep(0)  # it has subscribed
        runner = Runner(adapters.line_log, adapters.step_feed, adapters.turn_store)
        work.append(asyncio.create_task(runner.run()))
        sessions = []
        async for report in import_paths(paths, adapters.line_log, adapters.sessions, event=event, language=language):
            good = good and report.outcome != "failed"
            typer.echo(f"{report.outcome:9} {report.lines:6} lines {report.words:7} words  {report.path}")
            for odd in (*report.oddities, *([report.error] if report.error else [])):
                typer.echo(f"          {odd}", err=True)
            if report.session:
                sessions.append(report.session)
        for session in sessions:
            await _indexed(adapters.line_log, adapters.turn_store, session, language)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    return good


async def _indexed(line_log: LineLog, store: TurnStore, session: str, language: str) -> None:
    last = 0
    async for record in line_log.read(session, language):
        last = record.lines[-1].seq
    while await store.last_seq(session, language) < last:  # noqa: ASYNC110  the store tells nobody when it is written
        await asyncio.sleep(0.02)
