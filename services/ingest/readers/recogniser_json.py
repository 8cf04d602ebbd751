"""JSON files of recognisers: Whisper and WhisperX, Deepgram, AssemblyAI, Amazon Transcribe, Speechmatics. Pure.

Each is read as words or stretches with times, and, where it was asked for, who speaks. A passage is a sentence of one
speaker, or what was said until a silence.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage
from captionflow.identity import language_tag
from services.ingest.protocols.heard import Token, by_speaker, speaker_of, text_of
from services.ingest.readers.reading import Passage, Reading

_MARKS: Final = frozenset({"punctuation"})
_ENDS: Final = (".", "?", "!", "…", "。", "？", "！")  # noqa: RUF001 - ends of sentences in several scripts
_SILENCE: Final = 2.0
"""Seconds after which a passage ends."""
_MAX_CHARS: Final = 1_000
"""Of a passage without the end of a sentence."""
_LONGEST: Final = 1e6
"""Seconds; a time beyond is none."""


class _Word(msgspec.Struct, frozen=True):
    """A word or a stretch, by whatever names the recognisers give."""

    text: str = ""
    word: str = ""
    punctuated_word: str = ""
    start: float | None = None
    end: float | None = None
    start_time: float | None = None
    end_time: float | None = None
    type: str = ""
    speaker: str | int | None = None
    speaker_label: str | None = None
    alternatives: tuple["_Word", ...] = ()
    content: str = ""

    def token(self, unit: float) -> Token:
        """The same as a token; ``unit`` is that of its times in seconds."""
        best = self.alternatives[0] if self.alternatives else self
        text = best.punctuated_word or best.content or best.text or best.word
        labels = (self.speaker, best.speaker, self.speaker_label)
        label = next((one for one in labels if one is not None), None)
        begin = self.start if self.start is not None else self.start_time
        end = self.end if self.end is not None else self.end_time
        start = -1.0 if begin is None else begin * unit
        until = start if end is None else end * unit
        return Token(text.strip(), start, until, speaker_of(label), clings=self.type in _MARKS)


class _Whisper(msgspec.Struct):
    segments: tuple[_Word, ...]
    language: str | None = None

    @property
    def tokens(self) -> list[Token]:
        """A segment each."""
        return [one.token(1) for one in self.segments]


class _DeepgramWords(msgspec.Struct):
    words: tuple[_Word, ...]


class _DeepgramChannel(msgspec.Struct):
    alternatives: tuple[_DeepgramWords, ...]
    detected_language: str | None = None


class _DeepgramResults(msgspec.Struct):
    channels: tuple[_DeepgramChannel, ...]


class _Deepgram(msgspec.Struct):
    results: _DeepgramResults

    @property
    def language(self) -> str | None:
        """That of the first channel."""
        return self.results.channels[0].detected_language if self.results.channels else None

    @property
    def tokens(self) -> list[Token]:
        """The words of all channels, in the order of their times."""
        several = len(self.results.channels) > 1
        found = [
            token._replace(speaker=token.speaker or (f"speaker {index}" if several else token.speaker))
            for index, channel in enumerate(self.results.channels)
            for token in (word.token(1) for best in channel.alternatives[:1] for word in best.words)
        ]
        return sorted(found, key=lambda token: token.place)


class _AssemblyAI(msgspec.Struct):
    words: tuple[_Word, ...]
    status: str
    language_code: str | None = None

    @property
    def language(self) -> str | None:
        """As it was recognised."""
        return (self.language_code or "").replace("_", "-") or None

    @property
    def tokens(self) -> list[Token]:
        """A word each; times are milliseconds."""
        return [one.token(0.001) for one in self.words]


class _AmazonResults(msgspec.Struct):
    items: tuple[_Word, ...]
    language_code: str | None = None


class _Amazon(msgspec.Struct):
    results: _AmazonResults

    @property
    def language(self) -> str | None:
        """As it was recognised."""
        return self.results.language_code

    @property
    def tokens(self) -> list[Token]:
        """A word or mark each; marks have no times."""
        return [one.token(1) for one in self.results.items]


class _SpeechmaticsConfig(msgspec.Struct):
    language: str | None = None


class _SpeechmaticsMetadata(msgspec.Struct):
    transcription_config: _SpeechmaticsConfig = msgspec.field(default_factory=_SpeechmaticsConfig)


class _Speechmatics(msgspec.Struct):
    results: tuple[_Word, ...]
    format: str
    metadata: _SpeechmaticsMetadata = msgspec.field(default_factory=_SpeechmaticsMetadata)

    @property
    def language(self) -> str | None:
        """As it was asked for."""
        return self.metadata.transcription_config.language

    @property
    def tokens(self) -> list[Token]:
        """A word or mark each."""
        return [one.token(1) for one in self.results]


_File = _Whisper | _Deepgram | _AssemblyAI | _Amazon | _Speechmatics
_SHAPES: Final[Sequence[Callable[[Any], _File]]] = (
    lambda found: msgspec.convert(found, _Whisper, strict=False),
    lambda found: msgspec.convert(found, _Deepgram, strict=False),
    lambda found: msgspec.convert(found, _AssemblyAI, strict=False),
    lambda found: msgspec.convert(found, _Amazon, strict=False),
    lambda found: msgspec.convert(found, _Speechmatics, strict=False),
)


def is_recogniser_json(text: str) -> bool:
    """Whether this is what one of them writes, with words in it."""
    return bool(_tokens(_file(text)))


def read_recogniser_json(text: str) -> Reading:
    """The sentences with their times and speakers."""
    file = _file(text)
    passages = tuple(_passage(sentence) for sentence in _sentences(_tokens(file)))
    return Reading("json", passages, language=None if file is None else _language(file.language))


def _tokens(file: _File | None) -> list[Token]:
    return [] if file is None else [token for token in file.tokens if token.text]


def _file(text: str) -> _File | None:
    if text[:1] != "{" and text.lstrip()[:1] != "{":
        return None
    try:
        found = msgspec.json.decode(text.encode())
    except (*UNDECODABLE, UnicodeError):
        return None
    for shape in _SHAPES:
        try:
            return shape(found)
        except msgspec.ValidationError:
            continue
    return None


def _sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    for stretch in by_speaker(tokens):
        sentence: list[Token] = []
        for token in stretch:
            if sentence and not token.clings and _ends(sentence, token):
                yield sentence
                sentence = []
            sentence.append(token)
        yield sentence


def _ends(sentence: Sequence[Token], following: Token) -> bool:
    """Whether a sentence is over before this token."""
    return (
        sentence[-1].text.endswith(_ENDS)
        or following.place - max(token.until for token in sentence) >= _SILENCE
        or sum(len(token.text) + 1 for token in sentence) + len(following.text) > _MAX_CHARS
    )


def _passage(sentence: Sequence[Token]) -> Passage:
    """The sentence; what has no time in a file stands in the time of what is before it."""
    times = [token for token in sentence if 0 <= token.place <= _LONGEST and token.place <= token.until <= _LONGEST]
    text = text_of(sentence) + "\n"
    if not times:
        return Passage(text, speaker=sentence[0].speaker)
    at, until = times[0].place, max(token.until for token in times)
    return Passage(text, timedelta(seconds=at), sentence[0].speaker, timedelta(seconds=until))


def _language(tag: str | None) -> str | None:
    try:
        return None if tag is None else language_tag(tag)
    except BadMessage:
        return None
