"""Jigasi's events: what a participant of a conference has said, and who comes and goes, which is passed over. Pure."""

import msgspec

from services.ingest.protocols.heard import Heard, Report
from services.ingest.protocols.hooks.reading import Document, read_as


class _Alternative(msgspec.Struct, frozen=True):
    text: str = ""


class _Participant(msgspec.Struct, frozen=True):
    name: str | None = None


class _Event(msgspec.Struct, frozen=True):
    event: str = ""
    type: str = ""
    transcript: list[_Alternative] = []
    is_interim: bool = False
    message_id: str = ""
    timestamp: float = 0
    participant: _Participant | None = None


def report(document: Document) -> Report:
    """What an event says. Times are those of the day, so a restart begins no new run."""
    event = read_as(document, _Event)
    if event.event != "SPEECH" or not event.transcript or event.type == "translation-result":
        return Report()
    name = event.participant.name if event.participant else None
    return Report(
        (
            Heard(
                event.timestamp / 1000,
                event.transcript[0].text,
                final=not event.is_interim,
                ended=True,
                speaker=name or "",
                channel=event.message_id,
                run="",
            ),
        )
    )
