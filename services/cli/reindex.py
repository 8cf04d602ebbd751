"""``captionflow reindex``: rebuilds the index from the line log."""

from captionflow.settings import Settings
from captionflow.wiring.tools import open_index_builder, open_line_log, open_speaker_names
from services.index.reindex import Rebuilt, Reindexer
from services.segment.log_steps import LogSteps


async def reindex(settings: Settings) -> Rebuilt:
    """Fill a new index from the log and put it in place; see ``Reindexer.run``."""
    async with (
        open_speaker_names(settings) as speakers,
        open_index_builder(settings, speakers) as builder,
        open_line_log(settings) as line_log,
    ):
        return await Reindexer(LogSteps(line_log), builder).run()


async def drop_old(settings: Settings) -> tuple[str, ...]:
    """Delete what rebuilds left behind; the names of it."""
    async with open_index_builder(settings) as builder:
        old = tuple(await builder.unused())
        for index in old:
            await builder.drop(index)
        return old
