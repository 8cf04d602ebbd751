"""What ``captionflow tail`` prints of a session's events. Pure: events in, text out.

On a terminal words appear as they are typed. Elsewhere a sentence is printed when it is complete, on a line of its own
after its speaker, so that other programs can read it. Printed text can't be taken back: what changes in it afterwards
is printed again from its sentence on, as a correction.
"""

import re
from collections.abc import Iterator

import msgspec

from captionflow.messages import Part
from services.api.delta import PartDelta, apply
from services.api.formats.passages import with_notes

_SENTENCE_END = re.compile(r"[.?!…。\uff01\uff1f][\"'\u201d\u2019)\]]*(?=\s)|\](?=\s)|\n")
_Key = tuple[str, int]


class _Snapshot(msgspec.Struct):
    parts: tuple[Part, ...] = ()


class _Delta(msgspec.Struct):
    parts: tuple[PartDelta, ...] = ()


_decode_snapshot = msgspec.json.Decoder(_Snapshot).decode
_decode_delta = msgspec.json.Decoder(_Delta).decode


class Captions:
    """The parts as the events leave them, and how much of each was printed."""

    def __init__(self, *, words: bool) -> None:
        self._words = words
        self._parts: dict[_Key, Part] = {}
        self._printed: dict[_Key, str] = {}
        self._turn: str | None = None

    def take(self, name: str, data: str) -> str:
        """The text to print after this event; ``finished`` prints what was held back."""
        if name == "snapshot":
            parts = _decode_snapshot(data).parts
            self._parts = {(part.turn_id, part.number): part for part in parts}
            return self._told([part for part in parts if part.ordinal])
        if name == "delta":
            return self._told(list(self._applied(_decode_delta(data).parts)))
        if name == "finished":
            text = self._told([], whole=True)
            return f"{text}\n" if self._words and self._turn is not None else text
        return ""

    def _applied(self, changes: tuple[PartDelta, ...]) -> Iterator[Part]:
        for change in changes:
            key = change.turn_id, change.number
            old = self._parts.get(key)
            new = apply(old, change, session="", language="")
            if new is not None and new is not old:
                self._parts[key] = new
                if new.ordinal:
                    yield new

    def _told(self, changed: list[Part], *, whole: bool = False) -> str:
        """What is new, in the order of the transcript; all but its last part is settled."""
        keys = {(part.turn_id, part.number) for part in changed} | self._held()
        parts = sorted((self._parts[key] for key in keys), key=lambda part: (part.ordinal, part.number))
        last = max(self._parts.values(), key=lambda part: (part.ordinal, part.number), default=None)
        return "".join(self._news(part, settled=whole or part is not last or part.closed) for part in parts)

    def _held(self) -> set[_Key]:
        """Parts of which the end of a sentence was waited for."""
        return {key for key, part in self._parts.items() if key in self._printed and _text(part) != self._printed[key]}

    def _news(self, part: Part, *, settled: bool) -> str:
        key = part.turn_id, part.number
        text = _text(part)
        if not (settled or self._words):
            text = text[: max((end.end() for end in _SENTENCE_END.finditer(text)), default=0)].rstrip()
        old = self._printed.setdefault(key, "")
        if text == old or (old.startswith(text) and not settled):  # a captioner goes back: wait for what comes instead
            return ""
        self._printed[key] = text
        if text.startswith(old):
            return self._laid_out(part, text[len(old) :], corrected=False)
        begin = _sentence_begin(text, old)
        return self._laid_out(part, text[begin:] or "(taken back)", corrected=True)

    def _laid_out(self, part: Part, text: str, *, corrected: bool) -> str:
        speaker = part.speaker or "(unknown)"
        mark = "(corrected) " if corrected else ""
        if not self._words:
            return "".join(f"{speaker}\t{mark}{line.strip()}\n" for line in text.split("\n") if line.strip())
        if self._turn != part.turn_id:
            begin = f"{speaker}: " if self._turn is None else f"\n\n{speaker}: "
            self._turn = part.turn_id
            return f"{begin}{mark}{text}"
        if corrected:
            return f"\n{mark}{text}"
        if part.number and self._printed[part.turn_id, part.number] == text:
            return f" {text}" if part.continues else f"\n{text}"
        return text


def _text(part: Part) -> str:
    return "" if part.retracted else with_notes(part)[0].rstrip()


def _sentence_begin(new: str, old: str) -> int:
    """Where the sentence begins in which ``new`` leaves ``old``."""
    same = next((place for place, (one, other) in enumerate(zip(new, old, strict=False)) if one != other), len(old))
    return max((end.end() for end in _SENTENCE_END.finditer(new, 0, same)), default=0)
