"""Shapes in which files of cues tell who speaks, beside what an editor makes of them; and what looks like one.

``file_forms/cues.txt`` has the words of the cues, with ``--`` between two, each in a second of its own; the results are
written and renewed as those of ``test_segment_forms.py``.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from services.ingest.readers import read
from tests.golden.test_segment_forms import Form, assert_the_same_in_every_cut, forms_of, segmented, told

KEPT = Path(__file__).with_name("file_forms") / "cues.txt"
FORMS = forms_of(KEPT)
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


def srt(form: Form) -> str:
    cues = form.text.removesuffix("\n").split("\n--\n")
    return "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{cue}\n\n" for n, cue in enumerate(cues, 1))


@each_form
def test_every_form_gives_what_a_careful_editor_makes_of_it(form: Form) -> None:
    assert told(*segmented(srt(form))) == form.told


@each_form
def test_every_form_gives_the_same_however_it_is_cut_and_repeated(form: Form) -> None:
    assert_the_same_in_every_cut(srt(form))


@each_form
def test_every_cue_keeps_its_start_and_its_end(form: Form) -> None:
    reading = read(srt(form).encode(), "form.srt")
    starts = dict.fromkeys(passage.at for passage in reading.passages)
    assert list(starts) == [timedelta(seconds=n) for n in range(1, 2 + form.text.count("\n--\n"))]
    assert all(passage.at and passage.until == passage.at + timedelta(seconds=0.9) for passage in reading.passages)


@each_form
def test_what_is_read_as_who_speaks_is_told(form: Form) -> None:
    reading = read(srt(form).encode(), "form.srt")
    assert bool(reading.oddities) == any(passage.speaker is not None for passage in reading.passages)
    assert form.name.startswith("Not: ") == (reading.oddities == ())


def test_the_forms_are_told_as_they_are_kept() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)
    if os.environ.get("UPDATE_FORMS"):
        kept = "".join(f"#### {form.name}\n{form.text}#=\n{told(*segmented(srt(form)))}" for form in FORMS)
        KEPT.write_text(kept, encoding="utf-8")
