"""Labels that are read in a session of any language, since files seldom say what language they are in."""

import pytest

from tests.unit.segment_material import turns_of


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
