"""What ends a session in each language, and what only sounds like it (note_rules and the lexicon)."""

import pytest

from services.segment.rules.lexicon import for_language
from services.segment.rules.note_rules import apart_line
from tests.unit.segment_material import read_text

ENDS = [
    ("es", "Se levanta la sesión a las 13.05 horas"),
    ("es", "(Se levanta la sesión)"),
    ("fr", "La séance est levée à 18 h 05"),
    ("fr", "(Fin de la séance)"),
    ("de", "Schluss der Sitzung: 18.05 Uhr"),
    ("de", "(Schluss: 18.05 Uhr)"),
    ("de", "(Schluß: 18.05 Uhr)"),
    ("pt", "Encerra-se a sessão às 18 horas e 5 minutos"),
    ("pt", "Encerra-se a sessão às 18h05"),
    ("pt", "(Encerra-se a sessão)"),
    ("ru", "Заседание закрыто в 18.05"),
    ("ru", "(Конец заседания)"),
    ("ar", "رفعت الجلسة الساعة 18:05"),
    ("ar", "(رفعت الجلسة)"),
    ("zh", "会议于18时05分结束"),
    ("zh", "(会议结束)"),
]
NO_ENDS = [
    ("es", "Se levanta la sesión."),
    ("es", "la sesión de ayer"),
    ("fr", "La séance est levée"),
    ("de", "Schluss der Sitzung"),
    ("de", "Ende der Sitzung"),
    ("pt", "Encerra-se a sessão"),
    ("ru", "Заседание закрыто"),
    ("ar", "رفعت الجلسة"),
    ("zh", "会议结束"),
]
SAID_ENDS = [
    ("es", "Se levanta la sesión."),
    ("fr", "La séance est levée."),
    ("de", "Die Sitzung ist geschlossen."),
    ("pt", "Está encerrada a sessão."),
    ("ru", "Заседание закрыто."),
    ("ar", "رفعت الجلسة."),
    ("zh", "会议结束。"),
]
SHOWN = [
    ("es", "[Fin de la grabación del vídeo]"),
    ("fr", "[Fin de la transcription de la vidéo]"),
    ("de", "(Ende der Aufnahme, Video)"),
    ("pt", "[Fim da gravação do vídeo]"),
    ("ru", "[Конец записи, видео]"),
    ("ar", "[نهاية التسجيل، الجزء الأول]"),
    ("zh", "[录音结束 第一部分]"),
]


@pytest.mark.parametrize(("language", "text"), ENDS)
def test_an_end_with_its_time_or_in_brackets_is_one(language: str, text: str) -> None:
    assert apart_line(text, for_language(language)) == "end"


@pytest.mark.parametrize(("language", "text"), NO_ENDS)
def test_an_end_that_a_chair_may_have_said_is_words(language: str, text: str) -> None:
    assert apart_line(text, for_language(language)) is None


@pytest.mark.parametrize(("language", "text"), SAID_ENDS)
def test_the_formula_that_ends_a_meeting_ends_it_and_stays_words(language: str, text: str) -> None:
    parts, facts = read_text(f">> ANNA: Yes.\n\n{text}\n", language=language)
    assert (parts[-1].text, parts[-1].apart, facts.status) == (f"Yes.\n{text}", (), "finished")


@pytest.mark.parametrize(("language", "text"), SHOWN)
def test_the_end_of_something_shown_is_a_note(language: str, text: str) -> None:
    assert apart_line(text, for_language(language)) is None
