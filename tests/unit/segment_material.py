"""What the tests of the segmenter share: lines made of text, and the ways to run them."""

import itertools
import random
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from captionflow.messages import MAX_LINE_CHARS, Facts, Line, Part, StepRecord
from captionflow.transcript import document, newest, turns, words
from services.segment.file_session import lines_of, segment_lines
from services.segment.held_lines import MAX_HELD_NUMBERS
from services.segment.joints import SHARED, UNSPACED
from services.segment.segmenter import State, start, step

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ALONE = re.compile(rf"[\[\]()\"“”{''.join(sorted(SHARED))}]|{UNSPACED.pattern}")


class Piece(NamedTuple):
    text: str
    at: timedelta | None = None
    speaker: str | None = None
    until: timedelta | None = None


def cut(text: str, how: str) -> list[str]:
    if how == "words":
        return re.findall(r"\s*\S+|\s+\Z", text)
    if how == "whole":
        return text.splitlines(keepends=True)
    width = 1 if how == "chars" else int(how)
    return [text[begin : begin + width] for begin in range(0, len(text), width)]


def line(seq: int, text: str = "", **fields: Any) -> Line:
    return Line(**{"sender": "desk", "number": seq - 1, "text": text, "seq": seq, "received_at": NOW, **fields})


def lines(pieces: Iterable[str], *, ends: bool = False, **fields: Any) -> list[Line]:
    made = [line(seq, text, **fields) for seq, text in enumerate(pieces, 1)]
    return [*made, line(len(made) + 1, ends=True)] if ends else made


def read_text(
    text: str, how: str = "whole", *, repeat: bool = False, language: str = "en"
) -> tuple[tuple[Part, ...], Facts]:
    """As the command line does it."""
    return segment_lines("s", language, lines_of(Piece(piece) for piece in cut(text, how)), repeat=repeat)


def run(sent: Sequence[Line], sizes: int | random.Random = 1) -> tuple[tuple[Part, ...], State, list[StepRecord]]:
    """Step through lines in batches of a size, or of random sizes."""
    state = start("s", "en")
    records: list[StepRecord] = []
    begin = 0
    while begin < len(sent):
        size = sizes if isinstance(sizes, int) else sizes.randint(1, 9)
        state, more = step(state, sent[begin : begin + size])
        records += more
        begin += size
    return newest(records), state, records


def content(parts: Iterable[Part], facts: Facts) -> dict[str, Any]:
    """A document without what names its lines: equal for every cut."""
    found = document(parts, facts)
    for turn in found["turns"]:
        del turn["turn_id"], turn["version"]
    return found


def document_of(text: str) -> dict[str, Any]:
    return document(*read_text(text))


def apart_of(text: str) -> list[tuple[str, str]]:
    """(text, why) of what nobody spoke, in order."""
    return apart_of_parts(read_text(text)[0])


def apart_of_parts(parts: Iterable[Part]) -> list[tuple[str, str]]:
    return [(one.text, one.why) for turn in turns(parts) for one in turn.apart]


def notes_of(text: str) -> list[str]:
    return [note["text"] for turn in document_of(text)["turns"] for note in turn["notes"]]


def shown(parts: Iterable[Part]) -> list[tuple[str | None, str]]:
    """(speaker, text) of each turn, paragraphs joined by a bar."""
    return [(turn.speaker, " | ".join(turn.paragraphs)) for turn in turns(parts) if turn.ordinal]


def turns_of(text: str) -> list[tuple[str | None, str]]:
    return shown(read_text(text)[0])


def speakers(text: str) -> list[str | None]:
    return [speaker for speaker, _ in turns_of(text)]


def letters(text: str, space: str = "") -> str:
    """The text less markers and the marks around labels, with all white space as ``space``."""
    return re.sub(r"[\s>:*：]+", space, text)


def whole_words(text: str) -> list[str]:
    """The words of a text less markers and colons.

    A word of its own is each bracket, each quote and each sign of a script without spaces, whose lines are joined.
    """
    return letters(_ALONE.sub(r" \g<0> ", text), " ").split()


def words_of(parts: Iterable[Part]) -> list[str]:
    """What was typed, stretch by stretch, in order."""
    return [text for _, text in words(parts)]


def letters_of(parts: Iterable[Part]) -> str:
    return letters("".join(words_of(parts)))


# --- generated transcripts ---

_HEAD = [
    "Forum of the year 2026",
    "2015 11 12 WS 245 Mexico Workshop Room 3 FINISHED",
    "Thursday, 12 November 2015",
    "Room: 3",
    "[disclaimer: outputs of real-time captioning; not an authoritative record]",
    "RAW FILE",
    "www.example.com",
    "***",
    "",
]
_LABELS = [
    "ANNA LEE",
    "RODRIGO DE LA PARRA",
    "MODERATOR",
    "AUDIENCE MEMBER",
    "DR. SMITH",
    "CHAIR MBEKI",
    "Terry Agnes",
    "Ludwig van Dam",
    "(Uncertain Name)",
    "**ANNA LEE**",
    "Q",
    "Élodie",
    "李明",
]
_MARKERS = [">> ", ">>", ">>> ", "> > ", "> ", "  >> ", ""]
_WORDS = [
    *["We", "said", "so", "and", "went", "on", ".", ",", "the", "one-stop", "--", "shop", "–", "agenda", "10:30"],
    "(I mean it)",
    "a>b",
    "yes.",
    "No?",
    "Note:",
    "thing:",
    "NATO",
    "http://a.b/c",
    "大家好。",
    "e\u0301te\u0301",
    "🎤",
    "‑‑",
    "<b>",
    "AND DE LA",
    "[see",
    "(he",
]
_NOTES = [
    "[Applause]",
    "(laughs)",
    "[ Laughter ]",
    "(?)",
    '"[speaking in Korean]"',
    "[indiscernible]",
    "[speaking in\nKorean]",
    "[Applause ",
]
_APART = ["2 Page 2", "(1.45 pm)", "[4. APPROVAL OF AGENDA]", "00:00:08", "***", "(Concluded at 1434).", "Room: 3"]
_GAPS = [" ", " ", " ", " ", "  ", "\n", "\n\n", "\n  ", "\t", ".  "]


def transcripts() -> st.SearchStrategy[str]:
    """A head, then turns of all the forms of captioners, wrapped anywhere; and now and then any characters at all."""
    gap = st.sampled_from(_GAPS)
    said = st.one_of(st.sampled_from(_WORDS), st.sampled_from(_WORDS), st.sampled_from(_NOTES), st.sampled_from(_APART))
    speech = st.lists(st.tuples(said, gap).map("".join), max_size=25).map("".join)
    label = st.sampled_from(
        [*(f"{name}: " for name in _LABELS), *(f"{name}:\n" for name in _LABELS), "", "ANNA\nLEE: "]
    )
    opening = st.tuples(st.sampled_from(_MARKERS), label).map("".join)
    apart = st.sampled_from(_APART).map("\n{}\n".format)
    noise = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map("{}\n".format)
    turn = st.tuples(opening, speech, st.sampled_from(["\n", "\n\n", " "])).map("".join)
    long = st.tuples(turn, st.integers(20, 40)).map(lambda drawn: drawn[0].replace("\n", " ") * drawn[1])
    turns = st.lists(st.one_of(turn, turn, turn, apart, noise), max_size=8).map("".join)
    body = st.one_of(turns, turns, turns, turns, st.tuples(turns, long, turns).map("".join))
    head = st.lists(st.sampled_from(_HEAD).map("{}\n".format), max_size=5).map("".join)
    return st.tuples(head, body).map("".join)


@st.composite
def pieces_of(draw: st.DrawFn, text: str) -> list[str]:
    """The text, cut anywhere at most thirty times."""
    places = draw(st.lists(st.integers(0, len(text)), max_size=30))
    edges = [0, *sorted(places), len(text)]
    stretches = [text[begin:end] for begin, end in itertools.pairwise(edges)]
    return [one[begin : begin + MAX_LINE_CHARS] for one in stretches for begin in range(0, len(one), MAX_LINE_CHARS)]


class Typist:
    """Types a text, makes mistakes, backspaces as tools do, and goes back to what was typed a while ago."""

    _MISTAKES = ("x", ">> EVE: ", "\n\n", "[Note", "(laughs)", "\n", ": ", "ANNA LEE: ", ">>", " Room: 3\n")

    def __init__(self, random: random.Random, *, timed: bool) -> None:
        self.sent: list[Line] = []
        self._random = random
        self._now = NOW if timed else None
        self._texts: dict[int, str] = {}

    def type(self, text: str) -> None:
        self._texts[self._send(text)] = text

    def err(self) -> None:
        """Now and then: end an utterance, mistype, erase some signs and type them again, or revise a line in reach."""
        chance = self._random.random()
        if chance > 0.98:
            self.end_utterance()
        if chance < 0.06:
            self.type(self._random.choice(self._MISTAKES))
        if chance < 0.12:
            gone = self._erase(self._random.randint(1, 12))
            for text in self._random.choice((gone, [gone], [])):
                self.type(text)
        elif chance < 0.2:
            self._go_back()

    def end_utterance(self) -> None:
        """As a recogniser says it, with words or without; the words may be erased, and then it was none."""
        seq = self._send(" so", ends_utterance=True)
        self._texts[seq] = " so"

    def final(self) -> list[Line]:
        """The text that is left, with the times that its lines had."""
        left = [(text, self.sent[seq - 1]) for seq, text in self._texts.items() if text]
        return [
            line(seq, text, at=one.at, ends_utterance=one.ends_utterance) for seq, (text, one) in enumerate(left, 1)
        ]

    def _send(self, text: str, revises: int | None = None, *, ends_utterance: bool = False) -> int:
        if self._now is not None:
            self._now += timedelta(milliseconds=self._random.choice([50, 200, 900]))
        seq = len(self.sent) + 1
        self.sent.append(line(seq, text, revises=revises, at=self._now, ends_utterance=ends_utterance))
        return len(self.sent)

    def _erase(self, count: int) -> str:
        gone = ""
        for seq, text in reversed(self._texts.items()):
            kept = text[: max(len(text) - count + len(gone), 0)]
            for size in range(len(text) - 1, len(kept), -1) if self._random.random() < 0.5 else ():
                self._send(text[:size], seq)
            if kept != text:
                self._send(kept, seq)
            self._texts[seq], gone = kept, text[len(kept) :] + gone
            if len(gone) == count:
                break
        return gone

    def _go_back(self) -> None:
        in_reach, behind = [], 0
        for seq, text in reversed(self._texts.items()):
            if behind > 1_500 or len(in_reach) > MAX_HELD_NUMBERS // 10:  # half are held, of up to five numbers a line
                break
            in_reach.append(seq)
            behind += len(text)
        if in_reach:
            seq = self._random.choice(in_reach)
            old = self._texts[seq]
            new = self._random.choice([*self._MISTAKES, "", old.upper(), f"{old} more. "])
            self._send(new, seq)
            if self._random.random() < 0.5:
                self._send(old, seq)
            else:
                self._texts[seq] = new
