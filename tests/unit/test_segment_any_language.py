"""Labels that are read in a session of any language, since files seldom say what language they are in."""

import pytest

from services.segment.rules.lexicon import EVERYWHERE, for_language
from tests.unit.segment_material import turns_of


@pytest.mark.parametrize(("tag", "same"), [("es-MX", "es"), ("ZH-Hant-HK", "zh"), ("fr", "fr")])
def test_region_script_and_case_of_a_tag_do_not_matter(tag: str, same: str) -> None:
    assert for_language(tag) is for_language(same)


@pytest.mark.parametrize("tag", ["en", "en-GB", "sw", "xx", ""])
def test_an_unknown_language_has_the_words_that_hold_everywhere(tag: str) -> None:
    assert for_language(tag) is EVERYWHERE


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("主席：早晨。\n\n王寶議員：多謝。\n", "主席"),
        ('יו"ר: שלום לכולם.\n\nד"ר כהן: תודה רבה.\n', 'יו"ר'),
        ("الرئيس: صباح الخير.\n\nالسيد أحمد: شكرا لكم.\n", "الرئيس"),
        ("Председатель: Добрый день.\n\nИванов: Спасибо.\n", "Председатель"),
        ("M. le président : Bonjour.\n\nMme la ministre : Merci.\n", "M. le président"),
        ("Frau Präsidentin: Guten Tag.\n\nHerr Maier: Danke.\n", "Frau Präsidentin"),
    ],
)
def test_letters_and_forms_of_address_tell_a_label_in_a_session_of_any_language(text: str, speaker: str) -> None:
    assert turns_of(text)[0][0] == speaker
    assert len(turns_of(text)) == 2


@pytest.mark.parametrize("words", ["Mr. and so on", "Madam we ask"])
def test_a_clause_behind_a_form_of_address_is_no_office(words: str) -> None:
    assert turns_of(f">> ANNA: Hello there.\n{words}: it is late.\n") == [
        ("ANNA", f"Hello there. {words}: it is late.")
    ]
