"""What recognisers report, in one shape; the adapters in ``hooks`` make it of what each of them sends. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

_CLINGING: Final = re.compile(r"[^\w\s]")
_NUMBERED: Final = re.compile(r"^(?:S|spk_|SPEAKER_0*)(?=\d+$)")
_NO_SPACES: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uff9f]")
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese put none between words."""

MAX_HEARD: Final = 500
"""Stretches in one report. A recogniser that listens tells some ten at once."""


class Heard(msgspec.Struct, frozen=True):
    """A stretch of speech, as a recogniser understands it now."""

    place: float
    """Where it begins: seconds or a count, rising within a run. The same place again is the same stretch."""
    text: str
    until: float | None = None
    """Where it ends, if the places are seconds and this is known."""
    final: bool = True
    ended: bool = False
    """An utterance ends with it, and with it a paragraph."""
    speaker: str | None = None
    channel: str = ""
    """Of several that are recognised side by side, each with places of its own."""
    run: str | None = None
    """What the recogniser calls its run, if it says: its places begin again with another one."""
    once: bool = False
    """It never comes again with other words, so other words for its place are new ones."""


class Report(NamedTuple):
    """What one post says."""

    heard: tuple[Heard, ...] = ()
    begins: str | None = None
    """A run has begun, of this name, or of none (empty)."""
    ended: bool = False
    """An utterance has ended, with what was heard last."""


class Token(NamedTuple):
    """A word or a punctuation mark."""

    text: str
    place: float
    until: float
    speaker: str | None = None
    clings: bool = False
    """No space before it."""


def text_of(tokens: Sequence[Token]) -> str:
    """Tokens as text: a space between words where their language has one."""
    text = ""
    for token in tokens:
        text += token.text if token.clings or not text else separator(text) + token.text
    return text


def separator(text: str) -> str:
    """What stands between this text and the next one of the same utterance."""
    return "" if not text or text[-1].isspace() or _NO_SPACES.match(text[-1]) else " "


def by_speaker(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens in stretches of one speaker each. A mark is of the speaker before it."""
    stretches: list[list[Token]] = []
    for token in tokens:
        if stretches and (token.clings or token.speaker == stretches[-1][0].speaker):
            stretches[-1].append(token)
        else:
            stretches.append([token])
    return stretches


def said(  # noqa: PLR0913 - what a result is made of
    tokens: Sequence[Token],
    *,
    text: str = "",
    place: float,
    final: bool = True,
    ended: bool = False,
    channel: str = "",
    run: str | None = None,
) -> tuple[Heard, ...]:
    """A result, cut where its speaker changes; ``text`` is the whole, if the recogniser gives it.

    What is not final is one stretch, since its speakers still change.
    """
    stretches = by_speaker(tokens) if final else [list(tokens)]
    if len(stretches) <= 1:
        speaker = tokens[0].speaker if tokens and final else None
        until = tokens[-1].until if tokens else None
        whole = text.strip() or text_of(tokens)
        return (Heard(place, whole, until, final, ended, speaker, channel, run),)
    last = len(stretches) - 1
    return tuple(
        Heard(
            stretch[0].place if index else place,
            text_of(stretch),
            stretch[-1].until,
            final,
            ended and index == last,
            stretch[0].speaker,
            channel,
            run,
        )
        for index, stretch in enumerate(stretches)
    )


def speaker_of(label: str | int | None) -> str | None:
    """A diarised speaker as captions name one: ``speaker 0``. Empty: it is not known who; None: nobody asked."""
    if label is None:
        return None
    name = str(label).strip()
    if name in {"", "UU", "-1"}:
        return ""
    return f"speaker {_NUMBERED.sub('', name)}"


def words_of(text: str) -> list[str]:
    """The words of a text, without their case and punctuation."""
    return _CLINGING.sub("", unicodedata.normalize("NFKC", text).casefold()).split()
