"""Puts tokens together: turns, their parts, notes and what stands apart. Pure.

Between steps there is an ``AssemblerState``, a value; during one an ``Assembler``.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from typing import Self, cast

import msgspec

from captionflow.characters import CLOSING
from captionflow.messages import Apart, Note, Part, Stamp
from captionflow.stamps import pack
from services.segment.assembler_state import TURN_CREDIT, AssemblerFields, AssemblerState, Floor
from services.segment.buffer_spans import Time, is_new
from services.segment.joints import AFTER, SET_OFF, between
from services.segment.passages import GOES_ON
from services.segment.rules.head_rules import classify, learn, names_talk
from services.segment.rules.lexicon import for_language
from services.segment.rules.turn_rules import Kind

PART_BYTES = 4_096
"""A part is split before its text, notes and stamps weigh more than this as JSON."""
MAX_LABELS = 32
"""How many labels are remembered: the latest."""
MAX_HEADS = 12
"""How many lines of the head are remembered to recognise running heads: the first."""
MAX_HEAD = 200
"""Longest line of the head that is remembered."""
SHORT = 2
"""Longest text apart that is added to one as short before it, of the same reason and place."""
EARNED = 12
"""Bytes of credit that a character earns when it is typed; turns and words use them up."""

_STAMP_BYTES = 10
"""About what a stamp weighs."""
QUOTED_LINE = 55
"""A line at least so long was wrapped by a program."""


_COUNT = len(AssemblerState.__struct_fields__)


class Assembler(AssemblerFields, kw_only=True):
    """The fields during one step, and what tokens make of them."""

    session: str
    language: str
    closed: list[Part] = msgspec.field(default_factory=list)
    """Parts that can't change any more."""
    length: int = 0
    """Of the open part's text: its paragraphs joined with one newline."""
    stamped: tuple[int, Time] | None = None
    """Offset and time of the last stamp of the open part."""

    @classmethod
    def of(cls, session: str, language: str, state: AssemblerState) -> Self:
        """One that goes on from a state, which it leaves alone."""
        length = len("\n".join(state.paragraphs))
        made = cls(*msgspec.structs.astuple(state), session=session, language=language, length=length)
        if state.stamps:
            old = isinstance(state.stamps[0], Stamp)
            times = pack(cast("tuple[Stamp, ...]", state.stamps)) if old else cast("tuple[int, ...]", state.stamps)
            made.stamps = times
            made.stamped = sum(times[::3]), Time(sum(times[1::3]), times[-1])
        return made

    def copy(self) -> Self:
        """One that goes on from here, with no part closed yet."""
        made = copy(self)
        made.closed = []
        return made

    def state(self) -> AssemblerState:
        """The value of this moment."""
        return AssemblerState(*msgspec.structs.astuple(self)[:_COUNT])

    # --- rows ---

    def begin_row(self, text: str, seq: int, *, starts: bool) -> None:
        """A row begins; ``seq`` is the line that decided it."""
        self.seq = max(self.seq, seq)
        self.credit = min(self.credit, TURN_CREDIT) + EARNED * (len(text) + 1)
        if starts:
            self.joint = AFTER["indented row" if text[:2].isspace() and len(text) > 1 else "row"][self.joint]

    def end_row(self, length: int, *, ended: bool) -> None:
        """A row ended, with a line break or in the middle of a long line."""
        self.row_length = length if ended else length + self.row_length
        if ended:
            self.joint = AFTER["row end"][self.joint]

    def blank_row(self) -> None:
        """A line without words: the next text is a paragraph."""
        self.row_length = 0
        self.joint = AFTER["blank row"][self.joint]

    def end_utterance(self) -> None:
        """An utterance ended: the next text is a paragraph, whatever it begins with."""
        self.row_length = 0
        self.joint = AFTER["utterance end"][self.joint]

    @property
    def trusted(self) -> bool:
        """Whether the words before ended a sentence, so that a new speaker is likely."""
        return self.joint in SET_OFF or not self.said or not self.tail or self.tail in CLOSING

    @property
    def due(self) -> Time | None:
        """The time of the next words, if a clock told it."""
        return Time(self.clock.ticks, self.clock.extent) if self.clock and self.clock.due else None

    @property
    def floor(self) -> Floor:
        """Who speaks in the open turn."""
        return Floor(self.speaker, self.role, self.given)

    @property
    def nobody_named(self) -> bool:
        """Whether the first turn is open and nobody was named in the session."""
        return self.ordinal == 1 and self.speaker is None and not self.labels

    def knows(self, label: str) -> bool:
        """Whether a casefolded label opened a turn lately."""
        return label in self.labels

    def announced(self, name: str) -> bool:
        """Whether a casefolded name stands in the head, or was said in the open part."""
        return any(name in line for line in self.heads) or any(name in said.casefold() for said in self.paragraphs)

    def repeats_head(self, line: str) -> bool:
        """Whether a stripped line is a running head: the same words as a line of the head.

        A page may break in mid-sentence. There it must look like a title or a line about the session by itself.
        """
        long = len(line) > 10 or (len(line) > 3 and (self.trusted or line.isupper()))  # noqa: PLR2004 - a word can be said again
        if not long or len(line) > MAX_HEAD or " ".join(line.split()).casefold() not in self.heads:
            return False
        titled = not line[0].isalpha() or classify(line, for_language(self.language)) in {"head", "titled"}
        return self.trusted or titled

    def may_turn(self, page: int) -> bool:
        """Whether a page may begin here: behind a sentence, or as the next one. In mid-sentence others are words."""
        return self.trusted or 0 < page - self.page <= 2  # noqa: PLR2004 - a blank page may lie between

    # --- tokens ---

    def mark(self, marker: str, seq: int) -> None:
        """A marker of a new speaker, whose turn opens with the words or the label that follow."""
        self.armed = seq
        self.quoted = ">>" not in marker

    def unwrap(self, raw: str) -> None:
        """Take back a marker that only repeats at the beginning of a wrapped line.

        Some conversions write ``> >`` or ``>`` before every line, as mail programs quote: in the middle of a sentence,
        such a marker says nothing of the speaker.
        """
        first = raw.lstrip()[:1]
        going_on = self.said and self.joint not in SET_OFF and self.tail not in CLOSING
        if self.armed and self.quoted and going_on and (first.islower() or self.row_length >= QUOTED_LINE):
            self.armed = 0

    def open(self, speaker: str | None, seq: int, *, role: bool = False, given: bool = False) -> bool:
        """Open a turn; False when there is no credit for it, and its label is text."""
        cost = 2 * (len(self.session) + len(self.language)) + 160 + len(speaker or "")
        if self.credit < cost:
            return False
        self.credit -= cost
        self._close()
        self.in_head = self.ended = self.over = False
        self.armed = 0
        self.interrupted = None
        first, further = self.last_id
        self.turn = self.last_id = (seq, further + 1) if seq == first else (seq, 0)
        self.ordinal += 1
        self.number = 0
        self.speaker, self.role, self.given = speaker, role, given
        self.continues = self.said = False
        self.tail = ""
        self._empty()
        if speaker is not None:
            self.size = len(msgspec.json.encode(speaker))
            key = speaker.casefold()
            self.labels = (*(one for one in self.labels if one != key), key)[-MAX_LABELS:]
        return True

    def text(self, raw: str, seq: int, at: Time | None, times: Sequence[tuple[int, Time]] = ()) -> None:
        """Words that somebody said, as typed, or white space; ``seq`` is the line of the first word, ``at`` its time.

        ``times``: from which offsets of ``raw`` on they were said later. A clock counts where no line has a time.
        """
        words = raw.split()
        if not words:
            self.joint = AFTER["white space"][self.joint]
            return
        if self.ordinal == 0 or self.armed or self.ended or self.interrupted:
            self.in_head = False
            floor = (not self.armed and self.interrupted) or Floor()
            self.open(floor.speaker, self.armed or seq, role=floor.role, given=floor.given)
            self.armed = 0
            self.interrupted = None
        text = " ".join(words)
        joint = between(self.joint, raw, tail=self.tail, row_length=self.row_length)
        cost = len(text) if text.isascii() and text.isprintable() else len(msgspec.json.encode(text))
        if self.size + cost + _STAMP_BYTES * len(times) > PART_BYTES:
            self._split()
        if not self.paragraphs:
            self.continues = self.said and joint != "\n"
            self.paragraphs += (text,)
            begin = 0
        elif joint == "\n":
            begin = self.length + 1
            self.paragraphs += (text,)
        else:
            begin = self.length + len(joint)
            self.paragraphs = (*self.paragraphs[:-1], f"{self.paragraphs[-1]}{joint}{text}")
        self.length = begin + len(text)
        self.size += cost + 4
        self.credit -= cost
        told = [(begin, at or self.due)]
        if self.clock:
            self.clock = self.clock._replace(due=False)
        before = done = 0
        for offset, later in times:
            stretch = " ".join(raw[done:offset].split())
            if stretch:
                spaced = before > 0 and (raw[done].isspace() or raw[done - 1].isspace())
                before += len(stretch) + spaced
            done = offset
            if before < len(text):
                told.append((begin + before + (before > 0 and text[before] == " "), later))
        self._stamp(told)
        self.said = True
        self.over = False
        self.tail = text[-1]
        self.joint = AFTER["text and space" if raw[-1].isspace() else "text"][self.joint]

    def note(self, raw: str, at: Time | None = None) -> None:
        """A sound or a captioner's note, and its time."""
        note = " ".join(raw.split())
        if self.ordinal == 0 or (self.apart and self.apart[-1].at == self.length):
            # Keeps the order of the stream readable from the offsets: at one place, notes come before what is apart.
            self.stand_apart(note, "mark")
            return
        if self.size > PART_BYTES:
            self._split()
        self._stamp([(self.length, at or self.due)])
        self.notes += (Note(note, self.length),)
        self.size += len(msgspec.json.encode(note)) + 24
        self.joint = AFTER["note"][self.joint]

    def pass_over(self, text: str, seq: int, at: Time | None) -> None:
        """The note of a passage off the record, and its times; it takes the place of one that went on until now."""
        if self.ordinal == 0 or self.ended:
            in_head = self.in_head
            self.open(None, seq)
            self.in_head = in_head
        index = next((index for index, note in enumerate(self.notes) if note.text == GOES_ON), None)
        if index is None:
            if self.size > PART_BYTES:
                self._split()
            self.notes += (Note(text, self.length),)
            self.size += len(text) + 26
            self._stamp([(self.length, at)])
        else:
            note = self.notes[index]
            self.notes = (*self.notes[:index], Note(text, note.at), *self.notes[index + 1 :])
            self.size += len(text) - len(note.text)
            if at is not None and self.stamped is not None and self.stamped == (note.at, at._replace(extent=1)):
                self.stamps = (*self.stamps[:-1], at.extent)
                self.stamped = note.at, at
                self.size += 6
        self.end_utterance()

    def stand_apart(self, raw: str, why: Kind | str) -> None:
        """Words that nobody spoke, with the reason."""
        text = " ".join(raw.split())
        if why == "head":
            lexicon = for_language(self.language)
            settled = any(names_talk(head, lexicon) for head in self.heads)
            self.facts = learn(self.facts, text, lexicon, settled=settled)
            self.heads = (*self.heads, text[:MAX_HEAD].casefold())[:MAX_HEADS]
        last = self.apart[-1] if self.apart else None
        if (
            last
            and len(text) <= SHORT >= len(last.text.rpartition(" ")[2])
            and (last.why, last.at) == (why, self.length)
            and len(last.text) < MAX_HEAD
        ):
            # A line of nothing but single signs would otherwise make an entry of each, and a record without bound.
            self._join_apart(last, text)
            return
        cost = len(msgspec.json.encode(text)) + 40
        if self.size + cost > PART_BYTES:
            self._split()
        self.apart += (Apart(text, why, self.length),)  # type: ignore[arg-type]  # kinds of tokens that are reasons
        self.size += cost
        if why == "end":
            self.over = True

    def extend_apart(self, raw: str) -> None:
        """More words of what stood apart last."""
        text = " ".join(raw.split())
        last = self.apart[-1]
        if len(last.text) > PART_BYTES // 4:
            self.stand_apart(text, last.why)
        else:
            self._join_apart(last, text)

    def end_apart(self, line: str) -> None:
        """A row that stood apart (stripped) has ended: the next one may go on with it, unless a sentence ended."""
        self.row_length = 0 if line[-1:] in CLOSING else len(line)

    def _join_apart(self, last: Apart, text: str) -> None:
        """Add a text to the one that stood apart last."""
        self.apart = (*self.apart[:-1], Apart(f"{last.text} {text}", last.why, last.at))
        self.size += len(msgspec.json.encode(text))

    # --- parts ---

    def open_part(self, *, version: int, interim: str = "", closed: bool = False) -> Part | None:
        """The part that later text goes on with, or None when nothing was typed yet."""
        if self.ordinal == 0 and not (self.apart or self.number):
            return None
        return Part(
            turn_id=self._turn_id(),
            number=self.number,
            session=self.session,
            language=self.language,
            ordinal=self.ordinal,
            version=version,
            speaker=self.speaker,
            role=self.role,
            paragraphs=self.paragraphs,
            notes=self.notes,
            apart=self.apart,
            times=self.stamps,  # type: ignore[arg-type]  # ``of`` made numbers of the stamps of old states
            interim=interim,
            continues=self.continues,
            closed=closed,
            given=self.given,
        )

    def finish(self) -> None:
        """The session ended: what comes later begins a turn of its own."""
        self.over = self.ended = True
        self.joint = AFTER["end"][self.joint]
        self.armed = 0

    def _turn_id(self) -> str:
        seq, further = self.turn
        suffix = f".{further}" if further else ""
        return f"{self.session}.{self.language}.{seq}{suffix}"

    def _stamp(self, told: Iterable[tuple[int, Time | None]]) -> None:
        """Note those times, in order and each with its offset, that tell something new."""
        stamped = self.stamped
        new: list[int] = []
        for offset, time in told:
            if time is None or (stamped is not None and not is_new(time, stamped[1])):
                continue
            last_offset, last = stamped or (0, Time(0))
            one = offset - last_offset, time.ticks - last.ticks, time.extent
            new += one
            self.size += len("{}{}{}".format(*one)) + 3
            stamped = offset, time
        if new:
            self.stamps += tuple(new)
            self.stamped = stamped

    def _close(self) -> None:
        part = self.open_part(version=self.seq, closed=True)
        if part:
            self.closed.append(part)

    def _split(self) -> None:
        self._close()
        self.number += 1
        self._empty()
        self.continues = False

    def _empty(self) -> None:
        self.paragraphs, self.notes, self.apart, self.stamps = (), (), (), ()
        self.length = self.size = 0
        self.stamped = None
