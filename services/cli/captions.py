"""What ``captionflow tail`` prints of a session's events. Pure: events in, text out.

On a terminal words appear as they are typed. Elsewhere a sentence is printed when it is complete, on a line of its own
after its speaker, so that other programs can read it. Printed text can't be taken back: what changes in it afterwards
is printed again from its sentence on, as a correction.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from captionflow.marked_text import with_notes
from captionflow.messages import Part
from captionflow.transcript import named, paragraphs
from services.api.live.delta import PartDelta, apply

_SENTENCE_END = re.compile(r"[.?!…。\uff01\uff1f][\"'\u201d\u2019)\]]*(?=\s)|\](?=\s)|\n")
_Key = tuple[str, int]


class _Session(msgspec.Struct):
    speakers: dict[str, str] = {}


class _Snapshot(msgspec.Struct):
    session: _Session = msgspec.field(default_factory=_Session)
    parts: tuple[Part, ...] = ()


class _Delta(msgspec.Struct):
    parts: tuple[PartDelta, ...] = ()


_decode_snapshot = msgspec.json.Decoder(_Snapshot).decode
_decode_session = msgspec.json.Decoder(_Session).decode
_decode_delta = msgspec.json.Decoder(_Delta).decode


class Captions:
    """The turns after the events so far, and how much of each was printed."""

    def __init__(self, *, words: bool) -> None:
        self._words = words
        self._parts: dict[_Key, Part] = {}
        self._turns: dict[str, list[Part]] = {}
        """The parts of each turn, in order."""
        self._printed: dict[str, str] = {}
        self._names: dict[str, str] = {}
        """Of a recogniser's speakers; what is printed keeps the name that it had."""
        self._open: str | None = None
        """The turn that may still grow: the last one."""
        self._on_the_line: str | None = None

    def take(self, name: str, data: str) -> str:
        """The text to print after this event; ``finished`` prints what was held back."""
        if name == "snapshot":
            snapshot = _decode_snapshot(data)
            self._parts, self._turns, self._names = {}, {}, snapshot.session.speakers
            return self._told(snapshot.parts)
        if name == "session":
            self._names = _decode_session(data).speakers
        if name == "delta":
            return self._told(self._applied(_decode_delta(data).parts))
        if name == "finished":
            text = self._news(self._open, settled=True) if self._open else ""
            return f"{text}\n" if self._words and self._on_the_line else text
        return ""

    def _applied(self, changes: Iterable[PartDelta]) -> Iterator[Part]:
        for change in changes:
            old = self._parts.get((change.turn_id, change.number))
            new = apply(old, change, session="", language="")
            if new is not None and new is not old:
                yield new

    def _told(self, changed: Iterable[Part]) -> str:
        """What is new, turn by turn; all turns but the last are settled."""
        ordinals: dict[str, int] = {}
        for part in changed:
            if not part.ordinal:
                continue
            self._parts[part.turn_id, part.number] = part
            parts = self._turns.setdefault(part.turn_id, [])
            parts[:] = sorted([*(one for one in parts if one.number != part.number), part], key=lambda one: one.number)
            ordinals[part.turn_id] = part.ordinal
        standing = [turn for turn, parts in self._turns.items() if not all(part.retracted for part in parts)]
        last = max(standing, key=lambda turn: self._turns[turn][0].ordinal, default=None)
        if self._open is not None and self._open in self._turns:
            ordinals.setdefault(self._open, self._turns[self._open][0].ordinal)
        self._open = last
        in_order = sorted(ordinals, key=lambda turn: ordinals[turn])
        return "".join(self._news(turn, settled=turn != last) for turn in in_order)

    def _news(self, turn: str, *, settled: bool) -> str:
        text = _text(self._turns[turn])
        if not (settled or self._words):
            text = text[: max((end.end() for end in _SENTENCE_END.finditer(text)), default=0)].rstrip()
        old = self._printed.setdefault(turn, "")
        if text == old or (old.startswith(text) and not settled):  # a captioner goes back: wait for what comes instead
            return ""
        self._printed[turn] = text
        if text.startswith(old):
            return self._laid_out(turn, text[len(old) :], corrected=False)
        begin = _sentence_begin(text, old)
        return self._laid_out(turn, text[begin:].strip() or "(taken back)", corrected=True)

    def _laid_out(self, turn: str, text: str, *, corrected: bool) -> str:
        (first,) = named(self._turns[turn][:1], self._names)
        speaker = first.speaker or "(unknown)"
        mark = "(corrected) " if corrected else ""
        if not self._words:
            sentences = [sentence.strip() for sentence in _sentences(text)]
            return "".join(f"{speaker}\t{mark}{sentence}\n" for sentence in sentences if sentence)
        before, self._on_the_line = self._on_the_line, turn
        if before != turn:
            between = "" if before is None else "\n\n"
            return f"{between}{speaker}: {mark}{text.lstrip()}"
        return f"\n{mark}{text}" if corrected else text


def _text(parts: Iterable[Part]) -> str:
    return "\n".join(paragraphs((part for part in parts if not part.retracted), _said))


def _said(part: Part) -> tuple[str, ...]:
    text = with_notes(part)[0].strip()
    return (text,) if text else ()


def _sentences(text: str) -> Iterator[str]:
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[begin : end.end()]
        begin = end.end()
    yield text[begin:]


def _sentence_begin(new: str, old: str) -> int:
    """Where the sentence begins in which ``new`` leaves ``old``."""
    same = next((place for place, (one, other) in enumerate(zip(new, old, strict=False)) if one != other), len(old))
    return max((end.end() for end in _SENTENCE_END.finditer(new, 0, same)), default=0)
