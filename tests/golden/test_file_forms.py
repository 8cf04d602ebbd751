"""Forms in which only files tell who speaks and when, beside what an editor makes of them; and what looks like one.

``file_forms/told.txt`` is written as the forms of ``test_segment_forms.py`` are, and is renewed in the same way.
``file_forms/left_alone.txt`` has texts that a reader must not touch.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from services.ingest.readers import Passage, read
from tests.golden.test_segment_forms import Form, assert_the_same_in_every_cut, forms_of, segmented, told
from tests.unit.segment_material import letters_of

FOLDER = Path(__file__).with_name("file_forms")
FORMS = forms_of(FOLDER / "told.txt")
LEFT_ALONE = forms_of(FOLDER / "left_alone.txt")
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text if char.isalnum())


@each_form
def test_every_form_gives_what_a_careful_editor_makes_of_it(form: Form) -> None:
    assert told(*segmented(form.text)) == form.told


@each_form
def test_every_form_gives_the_same_however_it_is_cut_and_repeated(form: Form) -> None:
    assert_the_same_in_every_cut(form.text)


@each_form
def test_what_is_left_out_of_a_form_is_told(form: Form) -> None:
    """A repeated name of one turn is left out, and so are two times with an arrow, which are kept as times."""
    kept, typed = letters(letters_of(segmented(form.text)[0])), letters(form.text)
    assert not kept - typed
    if typed - kept:
        assert read(form.text.encode(), "form.txt").oddities


@pytest.mark.parametrize("form", LEFT_ALONE, ids=lambda form: form.name)
def test_what_only_looks_like_a_form_is_left_as_it_is(form: Form) -> None:
    reading = read(form.text.encode(), "form.txt")
    assert reading.passages == (Passage(form.text),)
    assert reading.oddities == ()


def test_the_file_forms_are_told_as_they_are_kept() -> None:
    assert len({form.name for form in (*FORMS, *LEFT_ALONE)}) == len(FORMS) + len(LEFT_ALONE)
    if os.environ.get("UPDATE_FORMS"):
        kept = "".join(f"#### {form.name}\n{form.text}#=\n{told(*segmented(form.text))}" for form in FORMS)
        (FOLDER / "told.txt").write_text(kept, encoding="utf-8")
