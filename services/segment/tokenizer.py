"""Cuts the stream of text into rows and tokens, as far as the rules can decide it. Pure.

Between steps there is a ``TokenizerState``, a value; during one a ``Tokenizer``.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from itertools import accumulate

import msgspec

from captionflow.messages import Line, Part
from captionflow.stamps import is_dated
from services.segment.assembler import MAX_HEAD, QUOTED_LINE, Assembler
from services.segment.assembler_state import AssemblerState
from services.segment.buffer_spans import LineSpans, Time, TimeSpans, time_of
from services.segment.rules.clock_rules import next_clock
from services.segment.rules.head_detector import Around, Decision, begins_head, find_head, is_about
from services.segment.rules.head_rules import is_boilerplate, is_heading, is_note, names_edition
from services.segment.rules.label_rules import is_role
from services.segment.rules.lexicon import for_language
from services.segment.rules.name_shapes import MAX_PROOF_ROWS, SHAPES, find_named, proof
from services.segment.rules.note_rules import apart_line, page_number, says_end
from services.segment.rules.rows import Row, cut_rows
from services.segment.rules.turn_rules import Token, is_plain, join_rows, read_line


class TokenizerState(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """Everything that later lines can depend on. On the wire it is an array, as ``AssemblerFields`` is."""

    assembler: AssemblerState = AssemblerState()
    buffer: str = ""
    """The end of the stream that the rules have not decided yet: a row, at most a few."""
    spans: tuple[int, ...] = ()
    """Which line each stretch of the buffer came from: ``LineSpans.pack``."""
    times: tuple[int | tuple[int, datetime], ...] = ()
    """When it was said: ``TimeSpans.pack``. In version 1 of the state, pairs of an offset and a time."""
    starts: bool = True
    """The buffer begins with a physical line."""
    given: str | None = None
    """The speaker that the source named last."""


class Tokenizer:
    """Cuts lines into rows and tokens, and feeds them to an assembler."""

    def __init__(self, session: str, language: str, state: TokenizerState) -> None:
        self.assembler = Assembler.of(session, language, state.assembler)
        self._buffer = state.buffer
        self._spans = LineSpans.unpack(state.spans)
        self._times = TimeSpans.unpack(state.times)
        self._starts = state.starts
        self._given = state.given
        self._lexicon = for_language(language)
        self.over = self.assembler.over
        """Whether the session is over, as it was shown last."""

    def state(self) -> TokenizerState:
        """The value of this moment."""
        return TokenizerState(
            self.assembler.state(),
            self._buffer,
            self._spans.pack(),
            self._times.pack(),
            self._starts,
            self._given,
        )

    @property
    def time(self) -> Time | None:
        """The last time that the text told."""
        return self._times.last

    def feed(self, lines: Sequence[Line]) -> None:
        """Apply final lines in order. One that still ``revises`` came too late: its text is kept apart."""
        run: list[Line] = []
        for line in lines:
            if line.off_record is not None:
                self._feed_run(run)
                run = []
                self._pass(line)
                continue
            opens = line.speaker is not None and line.speaker != self._given
            if opens or line.revises is not None or (line.until is not None and self.assembler.in_head):
                self._feed_run(run)
                run = []
                if line.revises is not None:
                    self._remark(line.text, line.seq)
                    continue
                self._speak(line, opens=opens)
            if line.ends_utterance and self.assembler.in_head:
                self._feed_run(run)
                run = []
                if line.text.split() or self._buffer.split():  # it was heard, so it is no head
                    self.assembler.in_head = False
                    self.assembler.seq = max(self.assembler.seq, line.seq)  # the head may have been shown with it
            run.append(line)
            if line.ends or line.ends_utterance:
                self._feed_run(run)
                run = []
                self._flush(line.seq)
                self.assembler.seq = max(self.assembler.seq, line.seq)
                if line.ends_utterance:
                    self.assembler.end_utterance()
                if line.ends:
                    self.assembler.finish()
        self._feed_run(run)

    def take_back(self, count: int) -> None:
        """Undo the feeding of the last lines, which had so many characters: none of them has decided anything yet."""
        size = len(self._buffer) - count
        self._buffer = self._buffer[:size]
        self._spans.cut(size)
        self._times.cut(size)

    def show(self, seq: int, interim: str = "", interim_seq: int = 0) -> list[Part]:
        """The parts that the undecided rest touches, as if the stream ended here; ``seq`` is the last line."""
        view: Tokenizer = copy(self)
        view.assembler, view._spans, view._times = self.assembler.copy(), self._spans.copy(), self._times.kept()
        view._flush(seq)
        shown = view.assembler
        self.over = self.assembler.over and shown.over
        if interim and shown.ordinal == 0:
            shown.begin_row("", seq, starts=False)
            shown.open(None, interim_seq)
        part = shown.open_part(version=seq, interim=interim, closed=shown.ended)
        return [*shown.closed, part] if part else shown.closed

    def _remark(self, text: str, seq: int) -> None:
        self.assembler.begin_row("", seq, starts=False)
        for row in cut_rows(f"{text}\n", starts=True)[0]:
            if row.text.split():
                self.assembler.stand_apart(row.text, "mark" if self.assembler.ordinal else "head")

    def _pass(self, line: Line) -> None:
        """The note of a passage: see ``passages.noted``. Beside times without a date it has none."""
        self._flush(line.seq)
        assembler = self.assembler
        assembler.seq = max(assembler.seq, line.seq)
        dated = is_dated(self.time.ticks) if self.time else assembler.clock is None
        assembler.pass_over(line.text, line.seq, time_of(line) if dated else None)
        if line.ends:
            assembler.finish()

    def _speak(self, line: Line, *, opens: bool) -> None:
        """Somebody speaks from this line on: the source names who (``opens``), or it is a cue: they have no head."""
        self._flush(line.seq, opener=True)
        self.assembler.seq = max(self.assembler.seq, line.seq)
        self.assembler.in_head = False
        if not opens:
            return
        self._given = line.speaker
        label = " ".join((line.speaker or "").split())[:80]
        if label:
            named = any(char.isalnum() for char in label)
            self.assembler.begin_row("", line.seq, starts=False)
            role = is_role(label, self._lexicon)
            self.assembler.open(label if named else None, line.seq, role=role, given=named)

    def _feed_run(self, lines: Sequence[Line]) -> None:
        if not lines:
            return
        texts = [line.text for line in lines]
        offsets = list(accumulate(map(len, texts), initial=len(self._buffer)))
        if any(line.at is not None for line in lines):
            for offset, line in zip(offsets, lines, strict=False):
                time = time_of(line)
                if time is not None:
                    self._times.add(offset, time)
        if "" in texts:
            offsets = [offset for offset, text in zip(offsets, texts, strict=False) if text]
            lines = [line for line in lines if line.text]
        else:
            offsets.pop()
        self._spans.add(offsets, [line.seq for line in lines])
        self._buffer = "".join((self._buffer, *texts))
        rows, rest = cut_rows(self._buffer, starts=self._starts)
        done = self._advance(rows, last=False)
        if done < len(rows):
            rest = rows[done].begin
            self._starts = rows[done].starts
        elif rows:
            self._starts = rows[-1].ended
        self._drop(rest)

    def _drop(self, count: int) -> None:
        """Forget the first characters of the buffer: they are decided."""
        if not count:
            return
        self._buffer = self._buffer[count:]
        self._times.drop(count)
        if self._buffer:
            self._spans.drop(count)
        else:
            self._spans.clear()

    def _flush(self, seq: int, *, opener: bool = False) -> None:
        """Decide everything, as if a line break came with the line ``seq``; ``opener``: it has a speaker."""
        rows, rest = cut_rows(self._buffer, starts=self._starts)
        size = len(self._buffer)
        if rest < size:
            starts = rows[-1].ended if rows else self._starts
            rows.append(Row(self._buffer[rest:], rest, size - 1, starts, ended=True))
        self._advance(rows, last=True, floor=seq, opener=opener)
        self._starts = True
        self._drop(size)

    def _advance(self, rows: list[Row], *, last: bool, floor: int = 0, opener: bool = False) -> int:
        """Decide rows in order while there is evidence; gives how many are decided."""
        assembler = self.assembler
        index = 0
        speaks = 0
        waited, ready = 0, floor
        while index < len(rows):
            if index >= speaks and self._at_head(rows[index]):
                decision = self._decide(rows, index, last=last, opener=opener)
                if decision is None:
                    break
                seq = max(floor, self._spans.seq_at(decision.decided))
                for row in rows[index : index + decision.heads]:
                    self._head_row(row, seq)
                index += decision.heads
                assembler.seq = max(assembler.seq, seq)
                if decision.speaks:
                    speaks = index + 1
                    assembler.in_head = False
                continue
            seen = self._proof(rows, index, last=last)
            if seen is None:
                break
            if seen and index + seen > waited:
                waited, ready = index + seen, self._spans.seq_at(rows[index + seen - 1].decided)
            whole = join_rows(rows, index, last=last, known=assembler.knows, lexicon=self._lexicon)
            if whole is None:
                break
            row, decided, following = whole
            self._row(row, max(floor, self._spans.seq_at(decided), ready if index < waited else 0))
            index = following
        return index

    def _proof(self, rows: Sequence[Row], index: int, *, last: bool) -> int | None:
        """How many rows had to be seen to know whether names without a colon are labels; None when more must be."""
        assembler, row = self.assembler, rows[index]
        if row.text.lstrip()[:1] not in SHAPES or not row.starts or assembler.armed or not assembler.trusted:
            return 0
        named = find_named(row.text, 0, known=assembler.knows, lexicon=self._lexicon)
        if named is None or named.shape in assembler.shapes or named.label.time:
            return 0
        texts = [one.text for one in rows[index : index + MAX_PROOF_ROWS]]
        decided = proof(texts, named, last=last, known=assembler.knows, lexicon=self._lexicon)
        if decided is None:
            return None
        if decided[0] == "proved":
            assembler.shapes += named.shape
        return decided[1]

    def _head_row(self, row: Row, seq: int) -> None:
        self.assembler.begin_row(row.text, seq, starts=row.starts)
        line = row.text.strip()
        if line:
            self.assembler.page = page_number(line, self._lexicon) or self.assembler.page
            why = apart_line(line, self._lexicon) or ("mark" if is_note(line, self._lexicon) else "head")
            if why == "mark":
                self.assembler.clock = next_clock(line, self.assembler.clock)
            self.assembler.stand_apart(line, "end" if self.assembler.over else why)
        self.assembler.end_apart(line)

    def _at_head(self, row: Row) -> bool:
        """Whether a row may be of a head: the first one, the next session's behind an end, or one that came late."""
        assembler = self.assembler
        if not assembler.in_head and row.starts and row.text.strip():
            if assembler.over:
                assembler.in_head = begins_head(row.text, self._lexicon)
            elif assembler.joint == "blank" and assembler.number == 0 and assembler.nobody_named:
                assembler.in_head = names_edition(row.text.strip(), self._lexicon)
        return assembler.in_head

    def _decide(self, rows: list[Row], index: int, *, last: bool, opener: bool) -> Decision | None:
        around = Around(
            titled=bool(self.assembler.heads),
            last=last,
            known=self.assembler.knows,
            lexicon=self._lexicon,
            opener=opener,
            wrapped=self.assembler.row_length >= QUOTED_LINE,
        )
        return find_head(rows, index, around)

    def _row(self, row: Row, seq: int) -> None:
        assembler = self.assembler
        text = row.text
        assembler.begin_row(text, seq, starts=row.starts)
        line = text.strip()
        if not line:
            if row.starts and row.ended:
                assembler.blank_row()
            return
        if self._unspoken(row, line):
            return
        if (is_plain(text) or (row.starts and self._says_page(line))) and not assembler.armed:
            self._text(text, row.begin)
            assembler.end_row(len(text), ended=row.ended)
            return
        wrapped = row.starts
        floor = assembler.interrupted or (assembler.floor if assembler.ordinal else None)
        spoken = False
        for token in read_line(
            text,
            starts=row.starts,
            marked=assembler.armed > 0,
            trusted=assembler.trusted,
            known=assembler.knows,
            lexicon=self._lexicon,
            arrows=assembler.arrows,
            announced=assembler.announced,
            shapes=assembler.shapes,
        ):
            self._token(token, row.begin + token.offset, wrapped=wrapped)
            wrapped = wrapped and token.kind == "marker"
            spoken = spoken or token.kind == "interjection"
        if spoken:
            assembler.interrupted = floor
        assembler.end_row(len(text), ended=row.ended)

    def _unspoken(self, row: Row, line: str) -> bool:
        """Set apart a row that nobody spoke by what came before it: a running head, the end, a heading."""
        assembler = self.assembler
        text = row.text
        if len(text) <= 2 * MAX_HEAD and assembler.repeats_head(line):
            assembler.stand_apart(text, "furniture")
        elif assembler.over and is_about(text, self._lexicon):
            assembler.stand_apart(text, "end")
        elif row.starts and assembler.trusted and is_heading(line):
            assembler.stand_apart(text, "mark")
        else:
            return row.starts and self._boilerplate(line)
        return True

    def _says_page(self, line: str) -> bool:
        """Whether the number of a page alone on a line is what somebody says; else it is known for the next one."""
        page = page_number(line, self._lexicon)
        if page is None:
            return False
        if not self.assembler.may_turn(page):
            return True
        self.assembler.page = page
        return False

    def _boilerplate(self, line: str) -> bool:
        """Set apart a firm's disclaimer or credit, and the rows that it goes on in."""
        assembler = self.assembler
        last = assembler.apart[-1] if assembler.apart else None
        if assembler.trusted and is_boilerplate(line, self._lexicon):
            assembler.stand_apart(line, "furniture")
        elif (
            last is not None
            and last.at == assembler.length
            and last.why == "furniture"
            and assembler.row_length >= QUOTED_LINE
            and line[0].islower()
            and is_boilerplate(last.text, self._lexicon)
        ):
            assembler.extend_apart(line)
        else:
            return False
        assembler.end_apart(line)
        return True

    def _text(self, text: str, begin: int) -> None:
        first = begin + len(text) - len(text.lstrip())
        self.assembler.text(
            text, self._spans.seq_at(first), self._times.at(first), self._times.within(begin, begin + len(text))
        )

    def _token(self, token: Token, begin: int, *, wrapped: bool) -> None:
        assembler = self.assembler
        text = token.text
        if token.kind == "text":
            if wrapped:
                assembler.unwrap(text)
            self._text(text, begin)
            assembler.over = assembler.over or says_end(text.strip(), self._lexicon)
        elif token.kind == "marker":
            assembler.mark(text, self._spans.seq_at(begin))
        elif token.kind in {"label", "interjection"}:
            opener = assembler.armed or self._spans.seq_at(begin)
            assembler.arrows = assembler.arrows or assembler.armed > 0
            if not assembler.open(text, opener, role=token.role):
                assembler.armed = 0
                assembler.text(f" {text}: ", opener, None)
        elif token.kind == "note":
            if assembler.ordinal == 0 and self._times.at(begin) is not None:
                assembler.open(None, self._spans.seq_at(begin))  # a cue: what is on the screen is no head
            assembler.note(text, self._times.at(begin + len(text) - len(text.lstrip())))
        else:
            if token.kind == "mark" and (text[0] not in "(（" or assembler.trusted):  # noqa: RUF001 - a bracket of Chinese
                assembler.clock = next_clock(text, assembler.clock)
            assembler.stand_apart(text, token.kind)
