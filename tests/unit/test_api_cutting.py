"""Where cues and their lines end, who is named in them, and how wide they are (services.api.transcripts.formats)."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.characters import NO_SPACE
from captionflow.messages import Part
from captionflow.turns import Turns
from services.api.transcripts.formats.breaks import from_word, pieces
from services.api.transcripts.formats.cues import cues
from services.api.transcripts.formats.names import openings
from services.api.transcripts.formats.options import Options
from services.api.transcripts.formats.width import clusters, width
from services.api.transcripts.limits import PRESETS, Limits, limits_for

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


FROM_WORD = [
    ("hello world and", 2, "world and"),
    (f"{FAMILY}{FAMILY} b", 4, f"{FAMILY} b"),
    ("我们今天，好的。", 1, "今天，好的。"),
    ("วันนี้เราจะพูดคุย", 3, "เราจะพูดคุย"),
    ("aaaa", 2, "aa"),
    ("e\u0301e\u0301", 1, "e\u0301"),
]
"""(text, place, its end from the first word behind the place on); words.js says the same."""


def shown(text: str, speaker: str | None = None, *, language: str = "en", **limits: int) -> list[tuple[str, ...]]:
    """The lines of each cue of one turn."""
    turn = Part("s.en.1", 0, "s", "en", 1, 1, speaker=speaker, paragraphs=tuple(text.split("\n")))
    return [cue.lines for cue in cues(Turns((turn,), 1), language, Limits(**limits), names=True).cues]


# --- where cues end ---


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        # at the end of a sentence rather than where the space is used up
        (
            "The river rose in the night and nobody slept. In the morning the bridge was gone, and we went home.",
            ["The river rose in the night and nobody slept.", "In the morning the bridge was gone, and we went home."],
        ),
        # at a comma, if the sentence is longer than a cue
        (
            "When the harbour was closed in the spring of that year, nobody knew how long it would take to open it.",
            [
                "When the harbour was closed in the spring of that year,",
                "nobody knew how long it would take to open it.",
            ],
        ),
        # short sentences share a cue
        ("Yes. No. Perhaps. We will see.", ["Yes. No. Perhaps. We will see."]),
        # a title and an initial end no sentence
        (
            "We thank everybody who came to the meeting of the harbour board and Dr. Lindqvist for her talk of today",
            [
                "We thank everybody who came to the meeting",
                "of the harbour board and Dr. Lindqvist for her talk of today",
            ],
        ),
    ],
)
def test_a_cue_ends_where_speech_pauses(text: str, ends: list[str]) -> None:
    found = [" ".join(lines) for lines in shown(text)]
    assert found == ends


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "pt", "it", "nl", "ru"])
def test_no_cue_ends_behind_an_article_or_a_preposition(language: str) -> None:
    words = {
        "en": "boats of the harbour with a bridge ",
        "de": "Boote in dem Hafen mit einer Brücke ",
        "fr": "bateaux dans le port avec un pont ",
        "es": "barcos en el puerto con un puente ",
        "pt": "barcos no porto com uma ponte ",
        "it": "barche nel porto con un ponte ",
        "nl": "boten in de haven met een brug ",
        "ru": "лодки в порту и на мосту ",
    }[language]
    nouns = {word for word in words.split() if len(word) > 3 and word not in {"with", "einer", "avec", "nel"}}
    for lines in shown(words * 20, language=language):
        assert lines[-1].split()[-1] in nouns, lines


def test_no_sentence_begins_with_the_last_two_words_of_a_cue() -> None:
    text = "We met at the old bridge in the dark. The rain began and it did not end before the morning came. " * 9
    for lines in shown(text):
        words = " ".join(lines)
        assert not re.search(r"[.] \S+( \S+)?$", words) or words.endswith("."), words


def test_lines_of_a_cue_are_balanced_and_read_well() -> None:
    assert shown("In the morning the bridge was gone, and we went home.") == [
        ("In the morning the bridge was gone,", "and we went home.")
    ]


def test_a_bracket_stays_together_where_it_can() -> None:
    found = shown("We had a word with him (he was in the harbour) on Monday and the week after it was all over again")
    assert any("(he was in the harbour)" in " ".join(lines) for lines in found)


def test_an_endless_bracket_holds_nothing_together() -> None:
    assert len(shown("We went on (and on " + "and so we said " * 40 + ")")) > 5


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.integers(16, 60), st.integers(1, 3))
def test_no_word_is_lost_and_no_line_is_wider_whatever_is_said(text: str, wide: int, most: int) -> None:
    text = " ".join(text.split())
    found = shown(text, columns=wide, lines=most)
    joined = " ".join(line for lines in found for line in lines).replace(f"{NO_SPACE} ", "")
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", text)
    assert all(len(lines) <= most for lines in found)
    assert all(width(line) <= wide for lines in found for line in lines if NO_SPACE not in text)


# --- width ---


@pytest.mark.parametrize(
    ("text", "wide"),
    [
        ("plain", 5),
        ("été", 3),
        ("e\u0301te\u0301", 3),
        ("交通", 4),
        (FAMILY, 2),
        ("❤\ufe0f", 2),
        ("ทุกคน", 4),
        ("\u0301", 0),
    ],
)
def test_width_is_what_a_screen_shows(text: str, wide: int) -> None:
    assert width(text) == wide


def test_a_family_is_one_sign() -> None:
    assert list(clusters(f"a{FAMILY}e\u0301")) == ["a", FAMILY, "e\u0301"]
    assert list(clusters("ab")) == ["a", "b"]


CHINESE = (
    "我们今天讨论城市交通问题，大家都可以发言，请先举手，然后等待主席叫到您的名字。"
    "会议结束后，记录会放在网站上，供大家查阅。"
)
JAPANESE = (
    "昨日の会議では港の橋について話しました。雨が降っていたので、誰も外へ出ることができませんでした。とても残念です。"
)
THAI = "วันนี้เราจะพูดคุยเรื่องการจราจรในเมืองทุกคนสามารถแสดงความคิดเห็นได้กรุณายกมือก่อนแล้วรอให้ประธานเรียกชื่อของคุณ"


@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI, FAMILY * 60, "e\u0301" * 200, "w" * 300])
def test_a_script_without_spaces_fits_too(text: str) -> None:
    found = shown(text * 3, "李明")
    assert all(width(line) <= 42 for lines in found for line in lines)
    whole = "".join(line for lines in found for line in lines).replace(NO_SPACE, "")
    assert whole.replace(" ", "") == f"李明:{text * 3}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (THAI, ["ทุกคน", "ประธาน", "จราจร", "กรุณา", "สามารถ", "ความคิดเห็น"]),
        (CHINESE, ["我们", "今天", "讨论", "主席", "名字", "网站", "结束"]),
        (JAPANESE, ["昨日", "会議", "残念"]),
    ],
)
@pytest.mark.parametrize("wide", [16, 20, 26, 33, 42])
def test_words_of_a_script_without_spaces_are_not_cut(text: str, words: list[str], wide: int) -> None:
    found = [line.removesuffix(NO_SPACE) for lines in shown(text, columns=wide) for line in lines]
    for word in words:
        assert any(word in line for line in found), (word, found)


def test_no_sign_is_cut() -> None:
    for lines in shown(FAMILY * 50):
        assert all(line.removesuffix(NO_SPACE).replace(FAMILY, "") == "" for line in lines)


@pytest.mark.parametrize("text", ["w" * 100, CHINESE, THAI])
def test_a_line_says_that_no_space_was_left_out(text: str) -> None:
    assert all(line.endswith(NO_SPACE) for line in [line for lines in shown(text) for line in lines][:-1])


@pytest.mark.parametrize(
    "text", ["A" * 200_000, "a " * 100_000, "(" * 50_000, "(a " * 40_000, "交" * 60_000, "🎤" * 30_000]
)
def test_work_is_in_proportion_to_the_text(text: str) -> None:
    """A minute at most, however slow the machine: an hour if it were not."""
    assert shown(text)


def test_pieces_are_the_whole_text() -> None:
    text = "Well, 今天 we met (again) at http://example.com/a/very/long/address/of/many/words/that/never/ends."
    found = pieces(text, "en", 42)
    assert "".join(piece.text + " " * piece.spaced for piece in found) == text
    assert [piece.offset for piece in found] == [text.index(piece.text) for piece in found]


@pytest.mark.parametrize(("text", "at", "rest"), FROM_WORD)
def test_the_end_of_a_text_begins_with_a_word(text: str, at: int, rest: str) -> None:
    assert from_word(text, at) == rest


# --- names ---


@pytest.mark.parametrize(
    ("speakers", "typed", "shown_as"),
    [
        (["Orla", "Basel", "Orla"], True, ["Orla:", "Basel:", "Orla:"]),
        (["Orla", "Orla"], False, ["Orla:", ">> Orla:"]),
        ([None, None, "Orla", None], False, ["", ">>", "Orla:", ">>"]),
        (["A\nB"], False, ["A B:"]),
        # where some turns are marked, mixed case is a name only behind a marker
        (["Orla", None, "ORLA"], True, [">> Orla:", ">>", "ORLA:"]),
        ([None, "Orla", "Orla"], True, ["", ">> Orla:", ">> Orla:"]),
        ([], True, []),
    ],
)
def test_who_speaks_is_seen(speakers: list[str | None], typed: bool, shown_as: list[str]) -> None:
    assert openings(speakers, typed=typed) == shown_as


def test_a_name_is_no_cue_of_its_own_and_counts_as_width() -> None:
    found = shown(
        "The harbour will be closed on Monday and nobody may enter it without a pass.", "K. Papadopoulou-Lind"
    )
    assert found[0][0].startswith("K. Papadopoulou-Lind: The")
    assert all(len(line) <= 42 for lines in found for line in lines)


def test_a_name_that_fills_a_cue_is_shown_all_the_same() -> None:
    name = "Her Excellency the Minister of Harbours and Bridges of the Northern Province of Example Land"
    found = shown("Yes.", name, columns=20, lines=1)
    assert " ".join(line for lines in found for line in lines) == f"{name}: Yes."


def test_where_nobody_noted_the_times_every_cue_can_be_read() -> None:
    """With the name, which takes time to read and none to say, and for signs that are wide."""
    speakers = ["Konstantina Papadopoulou-Lindqvist", None, "李明"] * 20
    parts = [
        Part(f"s.en.{n}", 0, "s", "en", n, 1, speaker=speaker, paragraphs=(text,))
        for n, (speaker, text) in enumerate(zip(speakers, ["Yes.", "No.", CHINESE] * 20, strict=True), 1)
    ]
    for limits in (Limits(), PRESETS["dcmp"], PRESETS["bbc"]):
        found = tuple(cues(Turns(tuple(parts), 1), "en", limits, names=True).cues)
        for cue, following in itertools.pairwise(found):
            seconds = cue.end - cue.start
            assert seconds >= limits.min_seconds - 0.001
            assert sum(map(width, cue.lines)) / seconds <= limits.cps + 0.001
            assert following.start - cue.end >= limits.gap_seconds - 0.001


# --- limits ---


def test_a_preset_gives_its_limits_and_what_is_given_goes_before_it() -> None:
    assert limits_for("en") == Limits()
    assert limits_for("en", "bbc") == PRESETS["bbc"]
    assert limits_for("ja-JP", "netflix").columns == 26
    assert limits_for("ja", "netflix", columns=30, lines=1, cps=12.0) == Limits(columns=30, lines=1, cps=12.0)
    assert limits_for("ja", "dcmp").columns == 32


def test_different_choices_have_different_keys() -> None:
    chosen = [Options(), Options(names=False), Options(Limits(columns=30)), Options(Limits(cps=10.0))]
    assert len({one.key for one in chosen}) == len(chosen)
    assert not Options().key
