"""What the words of each language are, and what they must leave alone (services.segment.rules.lexicon)."""

from dataclasses import MISSING, fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from captionflow.messages import Facts
from services.segment.rules.head_rules import classify, is_key, learn
from services.segment.rules.label_rules import Label, find_label
from services.segment.rules.lexicon import ENGLISH, LANGUAGES, Lexicon, for_language
from services.segment.rules.note_rules import apart_line, bare_sound, bracket, lone_note
from tests.unit.language_material import (
    BARE_SOUNDS,
    DATES,
    GREETINGS,
    LONE_SAID,
    NAMES,
    NO_LABELS,
    NOTES,
    ROLES,
    SAID,
    TRANSCRIPTS,
)
from tests.unit.segment_material import content, letters, letters_of, read_text

WORD_SETS = [
    field.name for field in fields(Lexicon) if field.type == frozenset[str] and not field.name.startswith("end_")
]
EVERY = {"en": ENGLISH, **LANGUAGES}


def find(language: str, speaker: str) -> Label | None:
    return find_label(
        f"{speaker}: Yes", 0, marked=False, trusted=True, known=lambda _: False, lexicon=for_language(language)
    )


@pytest.mark.parametrize(("language", "text"), ROLES)
def test_a_role_of_the_language_is_a_label_that_many_share(language: str, text: str) -> None:
    found = find(language, text)
    assert found is not None
    assert (found.speaker, found.role) == (text, True)


@pytest.mark.parametrize(("language", "text"), NAMES)
def test_a_name_of_the_language_is_a_label_of_one_person(language: str, text: str) -> None:
    found = find(language, text)
    assert found is not None
    assert (found.speaker, found.role) == (text, False)


@pytest.mark.parametrize(("language", "text"), NO_LABELS)
def test_words_of_a_sentence_and_of_a_list_are_no_label(language: str, text: str) -> None:
    assert find(language, text) is None


@pytest.mark.parametrize(("language", "text"), NOTES)
def test_a_sound_in_brackets_is_a_note(language: str, text: str) -> None:
    assert bracket(text, for_language(language)) == "note"


@pytest.mark.parametrize(("language", "text"), SAID)
def test_parentheses_that_only_begin_like_a_sound_are_words(language: str, text: str) -> None:
    assert bracket(text, for_language(language)) is None


@pytest.mark.parametrize(("language", "text"), LONE_SAID)
def test_parentheses_alone_on_a_line_that_a_speaker_says_are_words(language: str, text: str) -> None:
    assert not lone_note(text, for_language(language))


@pytest.mark.parametrize(("language", "text"), BARE_SOUNDS)
def test_a_sound_in_capitals_alone_on_a_line_is_a_note_in_its_language_alone(language: str, text: str) -> None:
    assert bare_sound(text, for_language(language))
    assert not bare_sound(text, ENGLISH)


@pytest.mark.parametrize(("language", "text", "day"), DATES)
def test_a_date_is_read(language: str, text: str, day: str) -> None:
    assert learn(Facts(), text, for_language(language)).date == day


@pytest.mark.parametrize(("language", "text"), GREETINGS)
def test_a_greeting_is_likely_speech(language: str, text: str) -> None:
    assert classify(text, for_language(language)) == "greeting"


def test_english_words_hold_in_every_language() -> None:
    for language in LANGUAGES:
        found = find(language, "MODERATOR")
        assert found is not None
        assert found.role
        assert bracket("(laughs)", for_language(language)) == "note"
        assert apart_line("Session ended", for_language(language)) == "end"


def test_words_of_a_language_hold_in_its_sessions_alone() -> None:
    text = "ANNA LEE: Good.\n\n(Beifall bei der SPD) is what the file said about it all.\n"
    notes = {tag: [note for part in read_text(text, language=tag)[0] for note in part.notes] for tag in ("en", "de")}
    assert (len(notes["en"]), len(notes["de"])) == (0, 1)


@pytest.mark.parametrize("lexicon", EVERY.values(), ids=EVERY)
def test_words_are_single_and_casefolded_and_nobody_is_a_role_and_no_speaker(lexicon: Lexicon) -> None:
    for name in WORD_SETS:
        for word in getattr(lexicon, name):
            assert word == word.casefold(), name
    assert lexicon.given_names | lexicon.name_words <= lexicon.starters | lexicon.not_speakers
    assert lexicon.capital_roles <= lexicon.not_speakers


@pytest.mark.parametrize("lexicon", LANGUAGES.values(), ids=LANGUAGES)
def test_no_role_is_a_word_that_is_nobody(lexicon: Lexicon) -> None:
    assert lexicon.roles.isdisjoint(lexicon.not_speakers | lexicon.starters)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_role_that_opens_the_session_is_no_field_of_its_head(language: str) -> None:
    lexicon = for_language(language)
    rooms = {key.casefold() for key in lexicon.room_keys}
    assert [
        role for role in sorted(LANGUAGES[language].roles - rooms) if is_key(f"{role}: hola a todos", lexicon)
    ] == []


@pytest.mark.parametrize("lexicon", EVERY.values(), ids=EVERY)
def test_pieces_stand_once_and_sorted(lexicon: Lexicon) -> None:
    assert len(lexicon.months) == 12
    for field in fields(Lexicon):
        pieces = getattr(lexicon, field.name)
        if isinstance(pieces, tuple) and field.name != "months":
            assert len(set(pieces)) == len(pieces), field.name
            if lexicon is not ENGLISH:
                assert list(pieces) == sorted(pieces), field.name


@pytest.mark.parametrize("lexicon", EVERY.values(), ids=EVERY)
def test_a_language_says_all_that_every_language_has(lexicon: Lexicon) -> None:
    may_be_empty = {"particles", "titles"}
    for field in fields(Lexicon):
        if field.default is MISSING and field.name not in may_be_empty:
            assert getattr(lexicon, field.name), field.name
    assert lexicon.notes or lexicon.noises


calm = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LANGUAGE = st.sampled_from(sorted(TRANSCRIPTS))
TEXT = st.lists(
    st.sampled_from([line for text in TRANSCRIPTS.values() for line in text.splitlines(keepends=True)] + ["\n"]),
    min_size=1,
    max_size=12,
).map("".join)


@calm
@given(LANGUAGE, TEXT)
def test_no_word_of_any_language_is_lost(language: str, text: str) -> None:
    assert letters_of(read_text(text, language=language)[0]) == letters(text)


@calm
@given(LANGUAGE, TEXT, st.one_of(st.sampled_from(["words", "chars"]), st.integers(1, 80).map(str)))
def test_every_cut_and_every_repetition_gives_the_same_turns(language: str, text: str, how: str) -> None:
    whole = content(*read_text(text, language=language))
    assert content(*read_text(text, how, language=language)) == whole
    assert content(*read_text(text, how, repeat=True, language=language)) == whole


@pytest.mark.parametrize(
    ("language", "speakers"),
    [
        ("es", ["LA PRESIDENTA", "EL SR. ORTEGA"]),
        ("fr", ["M. le président", "Mme Marie Dupré"]),
        ("de", ["DER VORSITZENDE", "Dr. Anna Groß"]),
        ("pt", ["O SR. PRESIDENTE", "A SRA. ANA DE SÁ"]),
        ("ru", ["ПРЕДСЕДАТЕЛЬ", "Мария Петрова"]),
        ("ar", ["الرئيس", "أحمد علي"]),
        ("zh", ["主持人", "李明"]),
        ("it", ["IL PRESIDENTE", "On. Anna Rossi"]),
        ("nl", ["De voorzitter", "De heer Jansen"]),
        ("ja", ["司会", "山田太郎"]),
        ("ko", ["의장", "김철수 의원"]),
    ],
)
def test_a_transcript_in_the_language_has_its_speakers(language: str, speakers: list[str]) -> None:
    parts, _ = read_text(TRANSCRIPTS[language], language=language)
    assert [part.speaker for part in parts] == speakers
    assert [part.role for part in parts] == [True, False]
    assert sum(len(part.notes) for part in parts) == 1


@pytest.mark.parametrize("lexicon", EVERY.values(), ids=EVERY)
def test_disclaimers_are_in_small_letters_since_lines_are_searched_so(lexicon: Lexicon) -> None:
    assert [piece for piece in lexicon.disclaimers if piece != piece.lower()] == []
