"""What recognisers post to webhooks, one adapter each: from a body's text to a ``Report``. Pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from services.ingest.protocols.heard import Report
from services.ingest.protocols.hooks import assemblyai, aws, deepgram, jigasi, speechmatics, webcaptioner, whisperlive

ADAPTERS: Final[Mapping[str, Callable[[str], Report]]] = MappingProxyType(
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
