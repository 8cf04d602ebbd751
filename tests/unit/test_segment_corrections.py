"""The technician corrects what readers see; what the sender then does neither undoes nor doubles it."""

import random
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captionflow.messages import Correction, Line, Note, Part, Stamp
from captionflow.stamps import stamps_of
from captionflow.transcript import newest, ordered, turns
from services.segment.corrections import MAX_BYTES, edits
from services.segment.segmenter import State, start, step
from tests.unit.segment_material import NOW, Typist, cut, line, lines, run, shown, transcripts


class Session:
    """A stream that grows line by line, and what its readers have."""

    def __init__(self, *pieces: str) -> None:
        self.sent: list[Line] = []
        self._state = start("s", "en")
        self._parts: list[Part] = []
        for piece in pieces:
            self.say(piece)

    def add(self, one: Line) -> int:
        self.sent.append(one)
        self._state, records = step(self._state, [one])
        self._parts += [part for record in records for part in record.parts]
        return one.seq

    def say(self, text: str, revises: int | None = None) -> int:
        return self.add(line(len(self.sent) + 1, text, revises=revises))

    def correct(self, old: str, new: str, *, was: str | None = None) -> int:
        """In the last part that has it."""
        part = next(part for part in reversed(self.parts) if old in (part.text if was is None else was))
        was = part.text if was is None else was
        wanted = Correction(part.turn_id, part.number, was, was.replace(old, new))
        return self.add(line(len(self.sent) + 1, corrects=wanted))

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(one for one in newest_of(self._parts) if one.ordinal)

    @property
    def text(self) -> str:
        return " | ".join(turn.text for turn in turns(self.parts))


def newest_of(parts: list[Part]) -> tuple[Part, ...]:
    """Those that stand, in order; a later one replaces one before."""
    return ordered({(part.turn_id, part.number): part for part in parts}.values())


def typed(text: str) -> Session:
    return Session(">> ANNA: ", *text)


def erase(session: Session, count: int) -> None:
    """As a tool does that posts each character: the lines of its last ones have no text any more."""
    left = [one.seq for one in session.sent if one.text and one.revises is None]
    gone = {one.revises for one in session.sent if one.revises is not None}
    for seq in [one for one in left if one not in gone][: -count - 1 : -1]:
        session.say("", seq)


def test_a_word_is_corrected_at_once_and_the_line_of_its_sender_stays() -> None:
    session = Session(">> ANNA: We thank mister Lupo ")
    seq = session.correct("Lupo", "Lupu")
    assert session.text == "We thank mister Lupu"
    assert session.parts[-1].version == seq
    session.say("for that. ")
    assert session.text == "We thank mister Lupu for that."


@pytest.mark.parametrize("piece", ["say", "s", ""])
def test_what_is_typed_on_stands_behind_the_correction(piece: str) -> None:
    session = typed("teh ministre wil speak")
    session.correct("teh ministre", "The minister")
    for sign in f" now{piece}":
        session.say(sign)
    assert session.text == f"The minister wil speak now{piece}"


def test_a_backspace_in_the_same_line_does_not_undo_it() -> None:
    session = Session(">> ANNA: teh agenda itme")
    session.correct("teh", "the")
    session.say(">> ANNA: teh agenda it", 1)
    assert session.text == "the agenda it"
    session.say(">> ANNA: teh agenda item", 1)
    assert session.text == "the agenda item"


def test_who_erases_what_was_corrected_and_types_it_again_has_it_once() -> None:
    session = typed("We go to Pariss")
    session.correct("Pariss", "Paris")
    erase(session, 6)
    assert session.text == "We go to"
    for sign in "Paris now":
        session.say(sign)
    assert session.text == "We go to Paris now"


def test_both_correct_the_same_word_and_the_sender_who_came_later_counts() -> None:
    session = Session(">> ANNA: mister Lupo said")
    session.correct("Lupo", "Lupu")
    session.say(">> ANNA: mister Lupescu said", 1)
    assert session.text == "mister Lupescu said"
    session.say(">> ANNA: mister Lupo said", 1)  # it takes that back
    assert session.text == "mister Lupu said"


def test_a_word_that_both_add_is_there_once() -> None:
    session = typed("peace in the")
    session.correct("in the", "in the world")
    assert session.text == "peace in the world"
    for sign in " world.":
        session.say(sign)
    assert session.text == "peace in the world."


def test_a_correction_of_what_has_changed_meanwhile_changes_what_is_still_there() -> None:
    session = Session(">> ANNA: teh agenda itme")
    session.say(">> ANNA: teh agenda item two", 1)
    session.correct("teh", "the", was="teh agenda itme")
    assert session.text == "the agenda item two"
    session.correct("itme", "items", was="the agenda itme")
    assert session.text == "the agenda item two"


def test_a_correction_is_corrected() -> None:
    session = typed("one tow three")
    session.correct("tow", "to")
    session.correct("to", "two")
    session.correct("one", "One")
    assert session.text == "One two three"
    session.correct("One two three", "")
    assert session.text == ""
    session.say(" four")
    assert session.text == "four"


def test_a_part_that_is_closed_is_corrected_as_long_as_a_revision_reaches_its_lines() -> None:
    session = Session(">> ANNA: Wun.\n", ">> BEN: Two.\n", ">> EVE: Three.\n")
    session.correct("Wun", "One")
    assert shown(session.parts) == [("ANNA", "One."), ("BEN", "Two."), ("EVE", "Three.")]
    session.say(">> ANNE: Wun, then.\n", 1)
    assert shown(session.parts)[0] == ("ANNE", "One, then.")
    for _ in range(300):
        session.say("and so on ")
    before = session.parts
    session.correct("Two", "2")
    assert session.text.startswith("One, then. | Two.")
    assert [one.text for one in session.parts[:2]] == [one.text for one in before[:2]]


def test_what_is_corrected_stays_so_in_the_transcript() -> None:
    session = typed("We thank mister Lupo. ")
    session.correct("Lupo", "Lupu")
    for _ in range(500):
        session.say("and so on ")
    session.say("\n>> BEN: Yes.\n")
    assert "mister Lupu." in session.text
    assert "Lupo" not in session.text


def test_a_part_that_is_none_is_not_corrected() -> None:
    session = Session(">> ANNA: One. ")
    wanted = Correction("s.en.7", 0, "One.", "Two.")
    session.add(line(2, corrects=wanted))
    assert session.text == "One."


def test_notes_and_times_keep_their_words() -> None:
    session = Session()
    for number, text in enumerate([">> ANNA: teh long ", "itme [Applause] ", "goes on"]):
        session.add(line(number + 1, text, at=NOW + timedelta(seconds=number)))
    session.correct("teh long itme", "The item")
    (part,) = session.parts
    assert part.text == "The item goes on"
    assert part.notes == (Note("[Applause]", 8),)
    assert stamps_of(part)[-1] == Stamp(9, NOW + timedelta(seconds=2))
    assert [one.offset for one in stamps_of(part)] == sorted(one.offset for one in stamps_of(part))


def test_paragraphs_may_be_corrected_and_white_space_is_tidy() -> None:
    session = Session(">> ANNA: One two.\n\nThree")
    assert [one.paragraphs for one in session.parts] == [("One two.", "Three")]
    session.correct("two", "")
    assert session.parts[0].paragraphs == ("One .", "Three")
    session.correct("One .\n", "One, \n \n two\n")
    assert session.parts[0].paragraphs == ("One,", "two", "Three")


def test_words_of_a_script_without_spaces_are_corrected_sign_by_sign() -> None:
    session = Session(">> 李明: 我们感谢大家好")
    session.correct("感谢", "感激")
    session.say(">> 李明: 我们感谢大家早", 1)
    assert session.text == "我们感激大家早"


def test_marks_belong_to_their_letters() -> None:
    assert edits("हिन्दी भाषा", "हिन्दी भाषाएँ") == ((7, 11, "भाषाएँ"),)
    assert edits("don't go", "don’t go") == ((0, 5, "don’t"),)


def test_more_corrections_than_a_state_holds_change_nothing() -> None:
    session = Session(">> ANNA: short")
    session.correct("short", "x" * MAX_BYTES)
    assert session.text == "short"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(transcripts(), st.sampled_from(["words", "7", "32"]), st.integers(0, 2**32).map(random.Random))
def test_batches_restarts_and_repeats_do_not_matter(text: str, how: str, chance: random.Random) -> None:
    typist = Typist(chance, timed=True)
    for piece in cut(text[-700:], how):
        typist.err()
        typist.type(piece)
    sent: list[Line] = []
    state, parts = start("s", "en"), []
    for one in typist.sent:
        while chance.random() < 0.1 and parts:
            part = chance.choice(newest_of(parts) or (parts[-1],))
            words = part.text.split(" ")
            words[chance.randrange(len(words))] = chance.choice(["", "right", "a\nb", "one more"])
            wanted = Correction(part.turn_id, part.number, part.text, " ".join(words))
            sent.append(msgspec.structs.replace(line(len(sent) + 1), corrects=wanted))
            state, records = step(state, sent[-1:])
            parts += [part for record in records for part in record.parts]
        sent.append(_moved(one, len(sent) + 1, sent))
        state, records = step(state, sent[-1:])
        parts += [part for record in records for part in record.parts]
    assert run(sent, chance)[0] == newest_of(parts)
    state, again = start("s", "en"), []
    for one in sent:
        state, records = step(msgspec.json.decode(msgspec.json.encode(state), type=State), [one, *sent[:3]])
        again += records
    assert newest(again) == newest_of(parts)


def _moved(one: Line, seq: int, sent: list[Line]) -> Line:
    """A line of the typist among corrections, which have numbers of their own."""
    places = [other.seq for other in sent if other.corrects is None]
    revises = None if one.revises is None else places[one.revises - 1]
    return msgspec.structs.replace(one, seq=seq, number=seq - 1, revises=revises)


def test_nothing_is_made_for_streams_that_were_never_corrected() -> None:
    _, state, _ = run(lines([">> ANNA: One.\n"]))
    assert b"corrected" not in msgspec.json.encode(state)
