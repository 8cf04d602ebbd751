"""What recognisers post to webhooks, one adapter each: from a document to a ``Report``. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from captionflow.errors import BadMessage, TooLarge
from services.ingest.protocols.heard import MAX_HEARD, Report
from services.ingest.protocols.hooks import assemblyai, aws, deepgram, jigasi, speechmatics, webcaptioner, whisperlive
from services.ingest.protocols.hooks.reading import Document, document_of

ADAPTERS: Final[Mapping[str, Callable[[Document], Report]]] = MappingProxyType(
    {
        "webcaptioner": webcaptioner.report,
        "jigasi": jigasi.report,
        "deepgram": deepgram.report,
        "assemblyai": assemblyai.report,
        "aws": aws.report,
        "speechmatics": speechmatics.report,
        "whisperlive": whisperlive.report,
    }
)
"""By the last part of the address ``/hooks/…``."""


def report_of(tool: str, body: str) -> Report:
    """What a body says.

    Raises:
        BadMessage: it is none of this recogniser.
    """
    return ADAPTERS[tool](document_of(body))


def check(tool: str, body: str) -> None:
    """Pass what can be read, and in bounded time. Messages without words are passed, too.

    Raises:
        BadMessage: it is none of this recogniser, perhaps one of another.
        TooLarge: it tells too many stretches.
    """
    document = document_of(body)
    report = ADAPTERS[tool](document)
    if len(report.heard) > MAX_HEARD:
        raise TooLarge(
            f"{len(report.heard)} stretches of speech in one report; {MAX_HEARD} is the most: send them as they come."
        )
    if not _has_words(report) and (other := next((one for one in ADAPTERS if _hears(one, document)), None)):
        raise BadMessage(f"{tool} sends no words in this way, {other} does: choose the right webhook.")


def _hears(tool: str, document: Document) -> bool:
    try:
        return _has_words(ADAPTERS[tool](document))
    except BadMessage:
        return False


def _has_words(report: Report) -> bool:
    return any(heard.text.strip() for heard in report.heard)
