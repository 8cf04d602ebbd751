"""The segmenter: lines in, turns out. A sans-IO state machine; no clock, no I/O, no randomness.

``step`` gives the same turns however the stream was cut into lines, however the lines are batched and however often
they are delivered. See docs/segmenter.md for the rules and the limits.
"""

from collections.abc import Iterator, Sequence

import msgspec

from captionflow.errors import TooLarge
from captionflow.messages import MAX_LINE_CHARS, MAX_RECORD_BYTES, Correction, Facts, Line, Part, Status, StepRecord
from captionflow.on_air import MAX_BYTES, OnAirState, admit
from services.segment.corrections import Corrected, corrected, with_correction, within_reach
from services.segment.held_lines import Found, Held, HeldLines, latest, upgraded
from services.segment.interims import Interim, renewed, settles, without
from services.segment.passages import OffTheRecord, noted
from services.segment.tokenizer import Tokenizer, TokenizerState

STATE_VERSION = 3
"""Of the encoding of a state; the highest that is read."""
MAX_STEP_CHARS = 16_000
"""Most characters of the lines that one record is made of."""

_MAX_STEP_AND_STATE_BYTES = MAX_RECORD_BYTES - 256
"""Of both as JSON. The record that has them has an offset and field names besides, and may say twice since when it is
off the record."""

_encoder = msgspec.json.Encoder()


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the segmenter stands in one session and language; with the step that led there MAX_RECORD_BYTES at most."""

    session: str
    language: str
    last_seq: int = 0
    facts: Facts = Facts(status="scheduled")
    tokenizer: TokenizerState = msgspec.field(default=TokenizerState(), name="core")
    base: TokenizerState | None = TokenizerState()
    """The tokenizer before the held lines; None if there are none, and it is ``tokenizer``."""
    held: HeldLines = msgspec.field(default=HeldLines(), name="window")
    held_before_3: tuple[Held, ...] = msgspec.field(default=(), name="held")
    """As ``held``, in states of version 1 and 2."""
    interims: tuple[Interim, ...] = ()
    shown: tuple[tuple[str, int, int], ...] = ()
    """(turn id, part, ordinal) shown of the undecided rest; retracted if it turns out otherwise."""
    on_air: OnAirState | None = None
    """Whose words count; None: everybody's."""
    off_record: OffTheRecord | None = None
    """Since when the stream is off the record; None: it is not."""
    corrected: tuple[Corrected, ...] = ()
    """Parts that an organiser corrected, as long as lines can change them."""
    v: int = 1
    """1 has stamps and times as structs, 1 and 2 held lines. All are read, and ``STATE_VERSION`` is written."""

    @property
    def before_held(self) -> TokenizerState:
        """See ``base``."""
        return self.tokenizer if self.base is None else self.base

    @property
    def over(self) -> bool:
        """Whether the end of the talk was said or told, and nothing since."""
        return self.facts.status == "finished"


def start(session: str, language: str) -> State:
    """The state before the first line."""
    return State(session, language, v=STATE_VERSION)


def step(state: State, lines: Sequence[Line]) -> tuple[State, tuple[StepRecord, ...]]:
    """Apply lines in order; those that the state has applied already change nothing.

    The records say what changed, in order, each with a higher ``last_seq``. A record and the state that it leaves have
    MAX_RECORD_BYTES at most as JSON, since the topic of turns has both in one record. Their parts show all words so
    far: what is undecided is shown as if the stream ended here, and corrected later. A hole in ``seq`` is reported in
    ``missing``, and the lines behind it are applied.

    Raises:
        TooLarge: a line has more than MAX_LINE_CHARS characters; nothing was done. Ingest refuses such lines.
    """
    records: list[StepRecord] = []
    for after, record in steps(state, lines):
        state = after
        records.append(record)
    return state, tuple(records)


def steps(state: State, lines: Sequence[Line]) -> Iterator[tuple[State, StepRecord]]:
    """``step``, record by record, each with the state that it leaves.

    Raises:
        TooLarge: see ``step``; it is raised before the first record or not at all.
    """
    fresh = _fresh(state.last_seq, lines)
    for line in fresh:
        if len(line.text) > MAX_LINE_CHARS:
            raise TooLarge(f"line {line.seq} has more than {MAX_LINE_CHARS} characters: cut it into shorter lines")
    if state.held_before_3:
        state = msgspec.structs.replace(state, held=upgraded(state.held_before_3), held_before_3=())
    fresh, reached = _counting(state, fresh)
    for batch in _batches(state, fresh):
        for after, record in _apply(state, batch):
            if not reached:
                state = after
                yield after, record
                continue
            on_air, off_record = reached[record.last_seq]
            state = msgspec.structs.replace(after, on_air=on_air, off_record=off_record)
            since = None if off_record is None else off_record.since
            yield state, msgspec.structs.replace(record, off_record=since)


_Counting = tuple[OnAirState | None, OffTheRecord | None]


def _counting(state: State, lines: list[Line]) -> tuple[list[Line], dict[int, _Counting]]:
    """The lines as they count, and who is on air and whether it is off the record after each.

    Nothing of that where everybody's words count, on the record.
    """
    simple = state.on_air is None and state.off_record is None
    if simple and all(line.on_air is None and line.off_record is None and not line.withheld for line in lines):
        return lines, {}
    on_air, off_record, counting, reached = state.on_air, state.off_record, [], {}
    for line in lines:
        off_record, counted = noted(off_record, line)
        if counted.off_record is None:
            on_air, counted = admit(on_air, counted)
        counting.append(counted)
        reached[line.seq] = on_air, off_record
    return counting, reached


def _fresh(last: int, lines: Sequence[Line]) -> list[Line]:
    """The lines that advance, in order."""
    seqs = [line.seq for line in lines]
    if seqs == list(range(last + 1, last + 1 + len(seqs))):
        return list(lines)
    fresh: list[Line] = []
    for line in lines:
        if line.seq > last:
            last = line.seq
            fresh.append(line)
    return fresh


def _batches(state: State, lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Groups of lines that can be one record: of bounded size and without a hole; revisions and interims are alone."""
    last, chars, begin = state.last_seq, 0, 0
    simple = (
        bool(lines) and lines[-1].seq - last == len(lines) and sum(len(line.text) for line in lines) < MAX_STEP_CHARS
    )
    if simple and not any(map(_is_special, lines)):
        yield list(lines)
        return
    for index, line in enumerate(lines):
        chars += len(line.text)
        special = _is_special(line)
        if index > begin and (special or chars > MAX_STEP_CHARS or line.seq != last + 1):
            yield list(lines[begin:index])
            begin, chars = index, len(line.text)
        if special:
            yield [line]
            begin, chars = index + 1, 0
        last = line.seq
    if begin < len(lines):
        yield list(lines[begin:])


def _is_special(line: Line) -> bool:
    return not line.final or line.revises is not None or line.corrects is not None


def _apply(state: State, lines: list[Line]) -> list[tuple[State, StepRecord]]:
    after, record = _special(state, lines[0]) if _is_special(lines[0]) else _plain(state, lines)
    if _fits(after, record, state.on_air):
        return [(after, record)]
    if len(lines) > 1:
        half = len(lines) // 2
        first = _apply(state, lines[:half])
        return [*first, *_apply(first[-1][0], lines[half:])]
    while after.held and not _fits(after, record, state.on_air):  # then revisions reach less far back
        window = _given_up(after, after.before_held, after.held, after.held.half())
        after = _with_window(after, window)
    return [(after, record)]


def _fits(state: State, record: StepRecord, on_air: OnAirState | None) -> bool:
    """Whether both fit into a record, with room for ``on_air`` as it may be after it."""
    room = _MAX_STEP_AND_STATE_BYTES - (0 if on_air is None else MAX_BYTES)
    return len(_encoder.encode(record)) + len(_encoder.encode(state)) <= room


def _plain(state: State, lines: list[Line]) -> tuple[State, StepRecord]:
    tokenizer = Tokenizer(state.session, state.language, state.tokenizer)
    base, held, late = state.before_held, state.held, lines
    early = latest(lines)
    if early:
        tokenizer.feed(lines[:early])
        base, held, late = tokenizer.state(), HeldLines(), lines[early:]
    held = held.add(late, tokenizer.time)
    tokenizer.feed(late)
    window = _given_up(state, base, held, held.surplus())
    return _finish(state, tokenizer, lines[0].seq, lines[-1].seq, window, without(state.interims, lines))


def _special(state: State, line: Line) -> tuple[State, StepRecord]:
    if line.corrects is not None:
        return _correction(state, line, line.corrects)
    if not line.final:
        tokenizer = Tokenizer(state.session, state.language, state.tokenizer)
        window = state.base, state.held
        return _finish(state, tokenizer, line.seq, line.seq, window, renewed(state.interims, line))
    found = None if line.revises is None else state.held.find(line.revises)
    revised = _revision(state, line, found) if found else None
    if revised:
        return revised
    if not found and settles(line, state.interims):
        line = msgspec.structs.replace(line, revises=None)
    return _plain(state, [line])


def _revision(state: State, line: Line, found: Found) -> tuple[State, StepRecord] | None:
    """The step of a revision of a held line; None if it changes more than a record can tell."""
    held = state.held.revise(found.position, line)
    undecided = state.tokenizer.assembler.seq < found.seq and found.behind <= len(state.tokenizer.buffer)
    before: Sequence[Part] = ()
    if undecided:  # nothing has been decided by its text: the usual case, and quick, when somebody backspaces
        tokenizer = Tokenizer(state.session, state.language, state.tokenizer)
        tokenizer.take_back(found.behind)
        tokenizer.feed(held.lines(found.position))
    else:
        tokenizer = Tokenizer(state.session, state.language, state.before_held)
        tokenizer.feed(held.lines())
        unrevised = Tokenizer(state.session, state.language, state.before_held)
        unrevised.feed(state.held.lines())
        before = unrevised.assembler.closed
    window = _given_up(state, state.before_held, held, held.surplus())
    interims = () if line.ends else state.interims
    after, record = _finish(state, tokenizer, line.seq, line.seq, window, interims, before)
    whole = _fits(msgspec.structs.replace(after, base=None, held=HeldLines()), record, state.on_air)
    return (after, record) if whole else None


def _correction(state: State, line: Line, wanted: Correction) -> tuple[State, StepRecord]:
    """The step of a correction. It reaches the open part, and those that a line was said in which can be revised."""
    tokenizer = Tokenizer(state.session, state.language, state.before_held)
    tokenizer.feed(state.held.lines())
    closed = [part for part in tokenizer.assembler.closed if part.version >= state.held.first_in_reach]
    known = {(part.turn_id, part.number): part for part in (*closed, *tokenizer.show(line.seq))}
    found = known.get((wanted.turn_id, wanted.number))
    after = state.corrected if found is None else with_correction(state.corrected, found, wanted)
    changed = [found] if found in closed and after != state.corrected else []
    tokenizer = Tokenizer(state.session, state.language, state.tokenizer)
    tokenizer.assembler.closed += [msgspec.structs.replace(part, version=line.seq) for part in changed]
    state = msgspec.structs.replace(state, corrected=after)
    return _finish(state, tokenizer, line.seq, line.seq, (state.base, state.held), state.interims)


def _given_up(
    state: State, base: TokenizerState, held: HeldLines, count: int
) -> tuple[TokenizerState | None, HeldLines]:
    """Base and held lines when so many of these can't be revised any more."""
    if count:
        tokenizer = Tokenizer(state.session, state.language, base)
        tokenizer.feed(held.lines(0, count))
        base, held = tokenizer.state(), held.drop(count)
    return (base, held) if held else (None, held)


def _finish(  # noqa: PLR0913, PLR0917 - the parts of a state
    state: State,
    tokenizer: Tokenizer,
    first: int,
    last: int,
    window: tuple[TokenizerState | None, HeldLines],
    interims: tuple[Interim, ...],
    before: Sequence[Part] | None = None,
) -> tuple[State, StepRecord]:
    """The state and the record after the tokenizer has done its work.

    ``before``: the parts that were decided before a revision. Those that are different now get the revision's version,
    even if an earlier line closed them.
    """
    assembler = tokenizer.assembler
    interim = " ".join(one.text for one in interims if one.text)
    view = tokenizer.show(last, interim, interims[0].first_seq if interims else 0)
    known = {(part.turn_id, part.number): part for part in before or ()}
    decided = []
    for part in assembler.closed:
        old = known.get((part.turn_id, part.number))
        if before is None:
            decided.append(part)
        elif old is None or msgspec.structs.replace(old, version=part.version) != part:
            decided.append(msgspec.structs.replace(part, version=last))
    parts = [corrected(part, state.corrected) for part in (*decided, *view)]
    there = {(part.turn_id, part.number) for part in (*assembler.closed, *view)}
    gone = [(part.turn_id, part.number, part.ordinal) for part in before or ()] + list(state.shown)
    for turn_id, number, ordinal in dict.fromkeys(gone):
        if (turn_id, number) not in there:
            parts.append(
                Part(turn_id, number, state.session, state.language, ordinal, last, closed=True, retracted=True)
            )
    status: Status = "finished" if tokenizer.over else "live"
    facts = msgspec.structs.replace(assembler.facts, status=status)
    after = State(
        session=state.session,
        language=state.language,
        last_seq=last,
        facts=facts,
        tokenizer=tokenizer.state(),
        interims=interims,
        shown=tuple((part.turn_id, part.number, part.ordinal) for part in view),
        corrected=state.corrected,
        v=STATE_VERSION,
    )
    record = StepRecord(
        session=state.session,
        language=state.language,
        first_seq=first,
        last_seq=last,
        parts=tuple(parts),
        facts=facts if facts != state.facts else None,
        missing=(state.last_seq + 1, first - 1) if first > state.last_seq + 1 else None,
    )
    return _with_window(after, window), record


def _with_window(state: State, window: tuple[TokenizerState | None, HeldLines]) -> State:
    """The state with this base and these held lines; corrections of what is before them are final."""
    state = msgspec.structs.replace(state, base=window[0], held=window[1])
    if not state.corrected:
        return state
    first = state.before_held.assembler
    return msgspec.structs.replace(state, corrected=within_reach(state.corrected, first.ordinal, first.number))
