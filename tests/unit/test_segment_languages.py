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
from tests.unit.segment_material import content, letters, letters_of, read_text

ROLES = [
    ("es", "LA PRESIDENTA"),
    ("es", "El señor Presidente"),
    ("es", "EL SEÑOR SECRETARIO"),
    ("es", "MODERADORA"),
    ("fr", "M. le président"),
    ("fr", "LE PRÉSIDENT"),
    ("fr", "Mme la Présidente"),
    ("fr", "La rapporteure"),
    ("de", "DER VORSITZENDE"),
    ("de", "Die Präsidentin"),
    ("de", "Vizepräsident"),
    ("de", "Zuruf"),
    ("pt", "O SR. PRESIDENTE"),
    ("pt", "A Presidente"),
    ("pt", "MODERADORA"),
    ("ru", "ПРЕДСЕДАТЕЛЬ"),
    ("ru", "Председательствующий"),
    ("ru", "Ведущая"),
    ("ru", "ИЗ ЗАЛА"),
    ("ar", "الرئيس"),
    ("ar", "المتحدث"),
    ("ar", "السيد الرئيس"),
    ("ar", "مداخلة من القاعة"),
    ("zh", "主席"),
    ("zh", "主持人"),
    ("zh", "女主持人"),
    ("he", 'יו"ר'),
    ("he", "היו״ר"),
    ("he", "קריאה מהאולם"),
    ("it", "IL PRESIDENTE"),
    ("it", "La moderatrice"),
    ("it", "Il Relatore"),
    ("it", "Voce dal pubblico"),
    ("nl", "DE VOORZITTER"),
    ("nl", "De voorzitter"),
    ("nl", "Mevrouw de voorzitter"),
    ("nl", "Staatssecretaris"),
    ("nl", "Vragensteller 2"),
    ("ja", "司会"),
    ("ja", "議長"),
    ("ja", "質問者"),
    ("ja", "会場"),
    ("ko", "의장"),
    ("ko", "사회자"),
    ("ko", "위원장"),
    ("ko", "방청석"),
    ("ko", "남성 질문자"),
]
NAMES = [
    ("es", "EL SR. ORTEGA"),
    ("es", "María Segundo"),
    ("es", "Sánchez"),
    ("fr", "Mme Marie Dupré"),
    ("fr", "JEAN D'ARC"),
    ("de", "Dr. Angela Weil"),
    ("de", "Präsident Dr. Norbert Lammert"),
    ("de", "Hans Aus dem Moore"),
    ("pt", "Artur Mas"),
    ("pt", "O SR. JOÃO SILVA"),
    ("ru", "ИВАНОВ И.И."),
    ("ru", "Мария Петрова"),
    ("ru", "Пётр"),
    ("ar", "أحمد علي"),
    ("ar", "السيد أحمد"),
    ("zh", "王寶議員"),
    ("zh", "李明"),
    ("he", "דוד לוי"),
    ("he", 'ד"ר כהן'),
    ("he", "רות בן דוד"),
    ("it", "Sig.ra Bianchi"),
    ("it", "On. Rossi"),
    ("it", "La signora Rossi"),
    ("it", "MARIO DE LUCA"),
    ("it", "Prof.ssa Anna Verdi"),
    ("it", "Il senatore Neri"),
    ("nl", "De heer Jansen"),
    ("nl", "Mevrouw De Vries"),
    ("nl", "JAN VAN DER BERG"),
    ("nl", "Minister Bakker"),
    ("nl", "Pieter 't Hart"),
    ("nl", "Dhr. Smit"),
    ("ja", "山田太郎"),
    ("ja", "佐藤さん"),
    ("ja", "ジョン・スミス"),
    ("ja", "さくら"),
    ("ja", "田中委員"),
    ("ko", "김철수"),
    ("ko", "이영희 의원"),
    ("ko", "박지은"),
    ("ko", "홍길동 위원장"),
]
NO_LABELS = [
    ("es", "Pregunta"),
    ("es", "Entonces"),
    ("es", "POR ESO"),
    ("es", "Además"),
    ("es", "Tema"),
    ("es", "Muchas Gracias"),
    ("fr", "Question"),
    ("fr", "Alors"),
    ("fr", "C'EST VRAI"),
    ("fr", "Merci"),
    ("fr", "Donc"),
    ("de", "Frage"),
    ("de", "Also"),
    ("de", "Die Frage"),
    ("de", "DAS IST SO"),
    ("de", "Zweitens"),
    ("pt", "Pergunta"),
    ("pt", "Então"),
    ("pt", "Obrigado"),
    ("pt", "ISSO É BOM"),
    ("ru", "Вопрос"),
    ("ru", "Итак"),
    ("ru", "ЭТО ВОПРОС"),
    ("ru", "Спасибо"),
    ("ru", "Например"),
    ("ar", "سؤال"),
    ("ar", "هذا هو السؤال"),
    ("ar", "أولا"),
    ("ar", "شكرا"),
    ("zh", "问题"),
    ("zh", "王寶議員動議的修正案如下"),
    ("zh", "例如"),
    ("zh", "我们"),
    ("he", "שאלה"),
    ("he", "אבל השאלה היא"),
    ("he", "לסיכום"),
    ("it", "Domanda"),
    ("it", "Quindi"),
    ("it", "PERCHÉ NO"),
    ("it", "Per esempio"),
    ("it", "Grazie"),
    ("it", "La domanda è"),
    ("nl", "Vraag"),
    ("nl", "Dus"),
    ("nl", "Bijvoorbeeld"),
    ("nl", "DAT IS ZO"),
    ("nl", "Dank u"),
    ("nl", "De vraag is"),
    ("ja", "質問"),
    ("ja", "結論は"),
    ("ja", "例えば"),
    ("ja", "問題点は次のとおり"),
    ("ja", "私たちが考えること"),
    ("ja", "地域を守るための方法"),
    ("ja", "しかし"),
    ("ko", "질문"),
    ("ko", "그래서"),
    ("ko", "문제는"),
    ("ko", "우리의 목표는"),
    ("ko", "이유는 다음과 같습니다"),
    ("ko", "예를 들면"),
    ("ko", "제가 말하고 싶은 것은"),
]
NOTES = [
    ("es", "(Aplausos.)"),
    ("es", "(Fuertes aplausos)"),
    ("es", "(Risas)"),
    ("es", "(APLAUSOS)"),
    ("es", "(Música)"),
    ("fr", "(Applaudissements)"),
    ("fr", "(Applaudissements sur les bancs)"),
    ("fr", "(Rires)"),
    ("de", "(Beifall)"),
    ("de", "(Beifall bei der SPD)"),
    ("de", "(Heiterkeit)"),
    ("de", "(Zuruf von der SPD)"),
    ("pt", "(Risos)"),
    ("pt", "(Palmas)"),
    ("pt", "(Muito bem! Palmas.)"),
    ("ru", "(Смех)"),
    ("ru", "(Аплодисменты)"),
    ("ru", "(бурные аплодисменты)"),
    ("ru", "(нрзб.)"),
    ("ar", "(تصفيق)"),
    ("ar", "(ضحك)"),
    ("ar", "[تصفيق]"),
    ("zh", "(掌声)"),
    ("zh", "(热烈掌声)"),
    ("zh", "[掌声]"),
    ("zh", "(笑声)"),
    ("it", "(Applausi)"),
    ("it", "(Vivi applausi dai banchi)"),
    ("it", "(Risate)"),
    ("it", "(Fuori microfono)"),
    ("nl", "(Applaus)"),
    ("nl", "(Gelach)"),
    ("nl", "(geroffel op de bankjes)"),
    ("nl", "(Onverstaanbaar)"),
    ("ja", "（拍手）"),
    ("ja", "（笑い）"),
    ("ja", "（大きな拍手）"),
    ("ja", "（聞き取れず）"),
    ("ja", "（「異議なし」と呼ぶ者あり）"),
    ("ja", "(笑)"),
    ("ko", "(박수)"),
    ("ko", "(장내 웃음)"),
    ("ko", "(웃음)"),
    ("ko", "（박수）"),
    ("ko", "(알아들을 수 없음)"),
]
SAID = [
    ("es", "(aplausos no son votos)"),
    ("fr", "(rires, c'est tout)"),
    ("de", "(Lachen ist gesund)"),
    ("pt", "(risos não são votos)"),
    ("ru", "(смех это хорошо)"),
    ("ar", "(ضحك هو كل شيء)"),
    ("es", "(música de todo tipo)"),
    ("es", "(la sesión de ayer)"),
    ("fr", "(musique de chambre)"),
    ("de", "(zurufe ist zu viel)"),
    ("de", "(musikalisch)"),
    ("pt", "(música do mundo)"),
    ("ru", "(музыка нашего времени)"),
    ("ar", "(في العام الماضي)"),
    ("zh", "(音乐会)"),
    ("it", "(risate non ne vedo)"),
    ("it", "(proteste e scioperi ovunque)"),
    ("nl", "(muziek van toen)"),
    ("nl", "(stilte voor de storm)"),
    ("ja", "（音楽会）"),
    ("ja", "（拍手は最後に）"),
    ("ja", "（笑いの文化）"),
    ("ko", "(박수는 나중에)"),
    ("ko", "(음악회)"),
    ("ko", "(작년 기준)"),
]
DATES = [
    ("es", "12 de noviembre de 2015", "2015-11-12"),
    ("es", "1.º de mayo de 2015", "2015-05-01"),
    ("es", "Jueves, 12 de noviembre de 2015", "2015-11-12"),
    ("fr", "12 novembre 2015", "2015-11-12"),
    ("fr", "1er mai 2015", "2015-05-01"),
    ("fr", "le 3 août 2016", "2016-08-03"),
    ("de", "12. November 2015", "2015-11-12"),
    ("de", "3. März 2016", "2016-03-03"),
    ("de", "Donnerstag, 12. November 2015", "2015-11-12"),
    ("pt", "12 de novembro de 2015", "2015-11-12"),
    ("pt", "1º de maio de 2015", "2015-05-01"),
    ("pt", "3 de março de 2016", "2016-03-03"),
    ("ru", "12 ноября 2015 г.", "2015-11-12"),
    ("ru", "3 мая 2016", "2016-05-03"),
    ("ar", "12 نوفمبر 2015", "2015-11-12"),
    ("ar", "12 تشرين الثاني/نوفمبر 2015", "2015-11-12"),
    ("ar", "12 تشرين الثاني 2015", "2015-11-12"),
    ("zh", "2015年11月12日", "2015-11-12"),
    ("zh", "2015年11月12日 星期四", "2015-11-12"),
    ("it", "12 novembre 2015", "2015-11-12"),
    ("it", "1° maggio 2015", "2015-05-01"),
    ("it", "Giovedì 12 novembre 2015", "2015-11-12"),
    ("nl", "12 november 2015", "2015-11-12"),
    ("nl", "donderdag 3 maart 2016", "2016-03-03"),
    ("ja", "2015年11月12日", "2015-11-12"),
    ("ja", "2015年11月12日（木曜日）", "2015-11-12"),
    ("ko", "2015년 11월 12일", "2015-11-12"),
    ("ko", "2015년 11월 12일 목요일", "2015-11-12"),
]
GREETINGS = [
    ("es", "Buenos días a todos"),
    ("fr", "Bonjour à toutes et à tous"),
    ("de", "Guten Morgen zusammen"),
    ("pt", "Bom dia a todos"),
    ("ru", "Добрый день"),
    ("ar", "صباح الخير"),
    ("zh", "大家好"),
    ("it", "Buongiorno a tutti"),
    ("nl", "Goedemorgen allemaal"),
    ("ja", "皆さん、こんにちは"),
    ("ko", "안녕하십니까"),
]
BARE_SOUNDS = [
    ("es", "APLAUSOS"),
    ("fr", "RIRES"),
    ("de", "BEIFALL."),
    ("pt", "PALMAS"),
    ("ru", "СМЕХ"),
    ("it", "APPLAUSI"),
    ("nl", "GELACH"),
]
LONE_SAID = [
    ("es", "(Gracias a todos)"),
    ("fr", "(Merci à vous)"),
    ("de", "(Danke schön)"),
    ("pt", "(Muito obrigado)"),
    ("ru", "(Спасибо большое)"),
    ("ar", "(شكرا لكم)"),
    ("zh", "(谢谢 大家)"),
    ("it", "(Grazie a tutti)"),
    ("nl", "(Dank u wel)"),
    ("ja", "(私 です)"),
    ("ko", "(여러분 감사합니다)"),
]
TRANSCRIPTS = {
    "en": "CHAIR: Good morning. (Applause) Thank you.\nANNA LEE: I agree.\n",
    "es": "LA PRESIDENTA: Buenos días. (Aplausos.) Muchas gracias.\nEL SR. ORTEGA: Entonces: sí.\nEso es todo.\n",
    "fr": "M. le président : Bonjour. (Applaudissements)\nMme Marie Dupré : Merci, monsieur le président.\n",
    "de": "DER VORSITZENDE: Guten Morgen.\n(Beifall bei der SPD)\nDr. Anna Groß: Die Frage: warum?\n",
    "pt": "O SR. PRESIDENTE: Bom dia. (Palmas.)\nA SRA. ANA DE SÁ: Então: vamos.\nMuito obrigada.\n",
    "ru": "ПРЕДСЕДАТЕЛЬ: Доброе утро.\n(Аплодисменты)\nМария Петрова: Вопрос: сколько?\n",
    "ar": "الرئيس: صباح الخير. (تصفيق)\nأحمد علي: سؤال: لماذا؟\nشكرا.\n",
    "zh": "主持人：大家好。\n王寶議員動議的修正案如下：\n延長碼頭。(掌声)\n李明：谢谢。\n",  # the Chinese colon
    "it": "IL PRESIDENTE: Buongiorno. (Applausi)\nOn. Anna Rossi: La domanda è: perché?\nQuindi: andiamo.\n",
    "nl": "De voorzitter: Goedemorgen. (Applaus)\nDe heer Jansen: De vraag is: waarom?\nDus: verder.\n",
    "ja": "司会：皆さん、こんにちは。（拍手）\n山田太郎：問題点は次のとおり：\n時間です。\n結論：以上です。\n",
    "ko": "의장: 안녕하십니까. (박수)\n김철수 의원: 이유는 다음과 같습니다: 시간.\n결론: 이상입니다.\n",
}
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
