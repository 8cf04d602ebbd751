"""AssemblyAI's turns: a transcript that grows with each message, and comes again when it has been formatted. Pure."""

import msgspec

from services.ingest.protocols.heard import Heard, Report, speaker_of
from services.ingest.protocols.hooks.reading import Document, read_as


class _Word(msgspec.Struct, frozen=True):
    text: str = ""
    word_is_final: bool = True


class _Turn(msgspec.Struct, frozen=True):
    turn_order: float = 0
    transcript: str = ""
    end_of_turn: bool = False
    words: list[_Word] = []
    speaker_label: str | int | None = None


def report(document: Document) -> Report:
    """What a message says. Places are the turns' own count."""
    match document.get("type", "Turn"):
        case "Begin":
            return Report(begins=str(document.get("id") or ""))
        case "Turn" if "transcript" in document:
            turn = read_as(document, _Turn)
        case _:
            return Report()
    if turn.end_of_turn:
        return Report((Heard(turn.turn_order, turn.transcript, ended=True, speaker=speaker_of(turn.speaker_label)),))
    # Words that may still change are not in the transcript yet.
    text = " ".join([turn.transcript, *(word.text for word in turn.words if not word.word_is_final)])
    return Report((Heard(turn.turn_order, text, final=False, speaker=speaker_of(turn.speaker_label)),))
