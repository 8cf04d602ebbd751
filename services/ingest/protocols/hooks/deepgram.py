"""Deepgram's results and Flux's turns. Pure.

``is_final``: this stretch stays as it is; ``speech_final``: the utterance ends with it. A turn of Flux grows until it
ends, and is final then.
"""

import msgspec

from services.ingest.protocols.heard import Heard, Report, Token, said, speaker_of
from services.ingest.protocols.hooks.reading import Document, passed_over, read_as


class _Word(msgspec.Struct, frozen=True):
    word: str = ""
    punctuated_word: str | None = None
    start: float = 0
    end: float = 0
    speaker: int | str | None = None


class _Alternative(msgspec.Struct, frozen=True):
    transcript: str = ""
    words: list[_Word] = []


class _Channel(msgspec.Struct, frozen=True):
    alternatives: list[_Alternative] = []


class _Metadata(msgspec.Struct, frozen=True):
    request_id: str | None = None


class _Results(msgspec.Struct, frozen=True):
    channel: _Channel = _Channel()
    channel_index: list[int] = []
    start: float = 0
    is_final: bool = False
    speech_final: bool = False
    metadata: _Metadata = _Metadata()


class _Turn(msgspec.Struct, frozen=True):
    turn_index: float = 0
    event: str = ""
    transcript: str = ""
    request_id: str | None = None


def report(document: Document) -> Report:
    """What a message says."""
    kind = document.get("type", "Results")
    if kind == "UtteranceEnd":
        return Report(ended=True)
    if kind == "TurnInfo":
        turn = read_as(document, _Turn)
        ends = turn.event == "EndOfTurn"
        return Report((Heard(turn.turn_index, turn.transcript, final=ends, ended=ends, run=turn.request_id),))
    if kind != "Results" or not isinstance(document.get("channel"), dict):
        return passed_over(document)
    results = read_as(document, _Results)
    if not results.channel.alternatives:
        return Report()
    best = results.channel.alternatives[0]
    tokens = [
        Token(word.punctuated_word or word.word, word.start, word.end, speaker_of(word.speaker)) for word in best.words
    ]
    several = len(results.channel_index) > 1 and results.channel_index[1] > 1
    heard = said(
        tokens,
        text=best.transcript,
        place=results.start,
        final=results.is_final,
        ended=results.speech_final,
        channel=str(results.channel_index[0]) if several else "",
        run=results.metadata.request_id,
    )
    # The end of an utterance may come without words, for those before it.
    return Report(heard, ended=results.is_final and results.speech_final and not best.transcript.strip())
