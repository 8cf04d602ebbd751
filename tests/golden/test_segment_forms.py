"""Small transcripts in the many forms that captioners use, each beside what a careful editor makes of it.

The forms are in ``forms/``: a name after ``####``, the transcript, and after ``#=`` the result, told line by line::

    title: …, date: …, room: …      what is learnt of the session
    @ NAME (role)                   a turn; ``-`` stands for a speaker unknown
      Words.                        a paragraph; ``…`` before it: the one above goes on behind a note
      ~ [Applause]                  a note
      ! head: Words.                what stands apart, with the reason

After a deliberate change of the rules: ``UPDATE_FORMS=1 pytest tests/golden/test_segment_forms.py``, then read what
changed and commit it with the reason.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from captionflow.messages import MAX_LINE_CHARS, MAX_RECORD_BYTES, Facts, Part
from captionflow.transcript import Turn, newest, turns
from services.ingest.cutter import cut, parse_cut
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines
from services.segment.segmenter import start, step
from tests.unit.segment_material import content, letters_of, lines

FOLDER = Path(__file__).with_name("forms")
CUTS = ["columns:32", "columns:7", "words", "chars"]


class Form(NamedTuple):
    name: str
    text: str
    told: str


def forms_of(path: Path) -> list[Form]:
    blocks = path.read_text(encoding="utf-8").split("#### ")[1:]
    named = [block.partition("\n")[::2] for block in blocks]
    return [Form(name, *rest.partition("#=\n")[::2]) for name, rest in named]


FORMS = [form for path in sorted(FOLDER.glob("*.txt")) for form in forms_of(path)]
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


def segmented(text: str, how: str = "whole", *, repeat: bool = False) -> tuple[tuple[Part, ...], Facts]:
    """As the command line does it."""
    reading = read(text.encode(), "form.txt")
    return segment_lines("s", "en", lines_of(cut(reading.passages, parse_cut(how))), repeat=repeat)


def told(parts: Iterable[Part], facts: Facts) -> str:
    facts_told = [
        f"{name}: {value}"
        for name, value in (("title", facts.title), ("date", facts.date), ("room", facts.room))
        if value is not None
    ]
    return "\n".join([*facts_told, *(line for turn in turns(parts) for line in turn_told(turn))]) + "\n"


def turn_told(turn: Turn) -> Iterator[str]:
    if turn.ordinal:
        yield f"@ {turn.speaker or '-'}{' (role)' if turn.role else ''}"
    marks = [(one.at, 0, f"  ~ {one.text}") for one in turn.notes]
    marks += [(one.at, 1, f"  ! {one.why}: {one.text}") for one in turn.apart]
    begin = 0
    for at, _, mark in sorted(marks, key=lambda one: one[:2]):
        yield from words_told(turn.text, begin, at)
        yield mark
        begin = at
    yield from words_told(turn.text, begin, len(turn.text))


def words_told(text: str, begin: int, end: int) -> Iterator[str]:
    goes_on = 0 < begin < len(text) and text[begin] != "\n"
    for paragraph in text[begin:end].strip("\n").splitlines():
        yield f"  {'… ' if goes_on else ''}{paragraph.strip()}"
        goes_on = False


def letters(text: str) -> str:
    """The text less white space, and less the marks of markers and labels in all their forms."""
    return re.sub(r"&gt;|[\s>:*_\\：]+", "", text)


@each_form
def test_every_form_gives_what_a_careful_editor_makes_of_it(form: Form) -> None:
    assert told(*segmented(form.text)) == form.told


def assert_the_same_in_every_cut(text: str) -> None:
    whole = content(*segmented(text))
    for how in CUTS:
        once = segmented(text, how)
        assert content(*once) == whole, how
        assert segmented(text, how, repeat=True) == once, how


@each_form
def test_every_form_gives_the_same_however_it_is_cut_and_repeated(form: Form) -> None:
    assert_the_same_in_every_cut(form.text)


@each_form
def test_every_word_of_a_form_is_accounted_for_in_order(form: Form) -> None:
    assert letters(letters_of(segmented(form.text)[0])) == letters(form.text)


PLAIN = ">> ANA LUPU: Good morning.\n\n>> JOSÉ Ñ: Hi (laughs).\n>> Yes.\n"
TYPED = {
    "with a byte order mark": "\ufeff" + PLAIN,
    "with the line ends of Windows": PLAIN.replace("\n", "\r\n"),
    "with the line ends of old Macs": PLAIN.replace("\n", "\r"),
    "with no-break spaces": PLAIN.replace(" ", "\u00a0"),
    "with wide spaces": PLAIN.replace(" ", "\u3000"),
    "with narrow spaces": PLAIN.replace(" ", "\u202f"),
    "with tabs": PLAIN.replace(" ", "\t"),
    "with two spaces": PLAIN.replace(": ", ":  "),
    "with zero-width spaces behind the markers": PLAIN.replace(">> ", ">>\u200b"),
    "with marks of direction": PLAIN.replace(">> ", ">> \u200e").replace(": ", "\u200e: "),
    "with accents of their own": unicodedata.normalize("NFD", PLAIN),
    "with spaces at the ends of lines": PLAIN.replace("\n", "   \n"),
    "with an indent": PLAIN.replace(">>", "     >>"),
    "without spaces behind the markers": PLAIN.replace(">> ", ">>"),
    "with inner spaces in the markers": PLAIN.replace(">>", "> >"),
    "with single arrows": PLAIN.replace(">>", ">"),
    "with three arrows": PLAIN.replace(">>", ">>>"),
    "with escaped arrows": PLAIN.replace(">>", "\\>\\>"),
    "with the arrows of HTML": PLAIN.replace(">>", "&gt;&gt;"),
    "without a line end at the end": PLAIN.strip(),
}


@pytest.mark.parametrize("typed", TYPED)
def test_invisible_and_damaged_characters_change_no_turn(typed: str) -> None:
    found = turns(segmented(TYPED[typed])[0])
    said = [(unicodedata.normalize("NFC", one.speaker or "-"), one.text.strip("\u200b\u200e")) for one in found]
    assert said == [("ANA LUPU", "Good morning."), ("JOSÉ Ñ", "Hi."), ("-", "Yes.")]
    assert [note.text for one in found for note in one.notes] == ["(laughs)"]


@pytest.mark.parametrize("row", ["1\n", "12\n", "é\n", "*\n", "---\n", "[?]\n", "A:\n", ">>\n"])
@pytest.mark.parametrize("before", ["", ">> ANA: One.\n", ">> ANA: One.\n(End)\n"])
def test_a_line_of_nothing_but_short_rows_makes_a_bounded_record(row: str, before: str) -> None:
    text = before + row * ((MAX_LINE_CHARS - len(before)) // len(row))
    state, records = step(start("s" * 64, "zh-Hans"), lines([text]))
    assert all(len(msgspec.json.encode(one)) <= MAX_RECORD_BYTES for one in (state, *records))
    assert letters(letters_of(newest(records))) == letters(text)


def test_the_forms_are_told_as_they_are_kept() -> None:
    """Two forms of one name would hide one another; with UPDATE_FORMS the kept results are written anew."""
    assert len({form.name for form in FORMS}) == len(FORMS) > 80
    if os.environ.get("UPDATE_FORMS"):
        for path in FOLDER.glob("*.txt"):
            kept = "".join(f"#### {form.name}\n{form.text}#=\n{told(*segmented(form.text))}" for form in forms_of(path))
            path.write_text(kept, encoding="utf-8")
