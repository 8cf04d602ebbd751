"""Which words before a colon open a turn (services.segment.rules.label_rules)."""

import pytest

from services.segment.rules.label_rules import (
    MAX_LABEL,
    MAX_WORDS,
    Label,
    find_label,
    is_role,
    may_go_on,
    must_go_on,
    nobody,
    shape,
)
from services.segment.rules.lexicon import ENGLISH, EVERYWHERE


def label(line: str, *, marked: bool = False, trusted: bool = True, known: tuple[str, ...] = ()) -> Label | None:
    return find_label(line, 0, marked=marked, trusted=trusted, known=known.__contains__, lexicon=ENGLISH)


def speaker(line: str, *, marked: bool = False, trusted: bool = True, known: tuple[str, ...] = ()) -> str | None:
    found = label(line, marked=marked, trusted=trusted, known=known)
    return found and found.speaker


CAPITALS = [
    "LEON FELIPE",
    "RODRIGO DE LA PARRA",
    "LUDWIG van DAM",
    "DR. SMITH",
    "PROF. DR. KLAUS",
    "MR. O'BRIEN",
    "CHAIR MBEKI",
    "JEAN-PIERRE LE GALL",
    "SOPHIE McDOWELL",
    "J.P. MORGAN",
    "MARTIN LUTHER KING, JR.",
    "ÉLODIE",
    "JOHN (ICANN)",
    "JOHN SMITH [ISOC]",
    "MODERATOR",
    "SPEAKER 1",
    "SPEAKER #12",
]
MIXED = ["Terry Agnes", "Wolf-Uwe Knobel", "José Peña", "Ludwig van Dam", "J. Smith Jr.", "(Uncertain Name)"]
NOBODY = [
    "Contact",
    "CONTACT",
    "Note",
    "Attention",
    "Deprecated",
    "Services Provided By",
    "Day & Time",
    "Room",
    "10",
    "It is like this",
    "he said",
    "The question is",
    "Mr Smith says",
    "John Smith and Mary",
    "A sentence ends. Another",
    "We, the people,",
    "https",
    "(?)",
    "***",
    "One Two Three Four Five Six Seven Eight",
]


@pytest.mark.parametrize("name", CAPITALS)
def test_a_name_in_capitals_is_a_label_with_a_marker_and_without(name: str) -> None:
    assert speaker(f"{name}: Hello") == name
    assert speaker(f"{name}: Hello", trusted=False) == name
    assert speaker(f"{name}: Hello", marked=True) == name


@pytest.mark.parametrize("name", MIXED)
def test_a_name_in_mixed_case_needs_a_marker_or_the_end_of_a_sentence_before_it(name: str) -> None:
    assert speaker(f"{name}: Hello", marked=True, trusted=False) == name
    assert speaker(f"{name}: Hello", trusted=True) == name
    assert speaker(f"{name}: Hello", trusted=False) is None


@pytest.mark.parametrize("name", MIXED)
def test_a_label_that_opened_a_turn_before_is_one_again(name: str) -> None:
    assert speaker(f"{name}: Hello", trusted=False, known=(name.casefold(),)) == name


@pytest.mark.parametrize("words", NOBODY)
@pytest.mark.parametrize("marked", [True, False])
def test_announcements_notes_and_clauses_are_nobody(words: str, marked: bool) -> None:
    assert speaker(f"{words}: Hello", marked=marked) is None


@pytest.mark.parametrize("word", ["Reporting", "Translation", "Awareness", "Governance"])
def test_one_abstract_noun_is_nobody(word: str) -> None:
    assert speaker(f"{word}: Hello", marked=True) is None


@pytest.mark.parametrize("line", ["10:30 we begin", "JOHN:3", "See HTTP://a.org", "PATH:\\x", "STD::MAP", "NAME:word"])
def test_a_colon_inside_a_word_ends_no_label(line: str) -> None:
    assert speaker(line) is None


def test_behind_a_marker_the_words_may_follow_the_colon_at_once() -> None:
    assert label("NAME:word", marked=True) == Label("NAME", role=False, end=5)


@pytest.mark.parametrize("line", ["NAME:", "NAME: ", "NAME:\tword"])
def test_a_label_may_be_alone_and_before_any_white_space(line: str) -> None:
    assert label(line) == Label("NAME", role=False, end=5)


@pytest.mark.parametrize("line", ["**ANNA LEE:** Hi", "**ANNA LEE**: Hi", "__ANNA LEE:__ Hi", "__ANNA LEE__: Hi"])
def test_bold_marks_around_a_label_are_no_words(line: str) -> None:
    assert label(line) == Label("ANNA LEE", role=False, end=line.index(" Hi"))


def test_bold_marks_make_a_name_in_mixed_case_as_sure_as_a_marker() -> None:
    assert speaker("**Anna Lee:** Hi", trusted=False) == "Anna Lee"


def test_bold_marks_that_close_nowhere_make_no_label() -> None:
    assert speaker("**ANNA LEE: Hi") is None


def test_the_wide_colon_of_chinese_ends_a_label_without_a_space() -> None:
    assert label("李明：大家好") == Label("李明", role=False, end=3)
    assert speaker("李明：他说: 好") == "李明"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Q: hello", "Q"),
        ("A: hello", "A"),
        ("I: How long is it?", "I"),
        ("P: Go.", "P"),
        ("李: hello", "李"),
        ("T: +41 22 733 81 11", None),
        ("E: info@piers.example", None),
        ("C: drive", None),
        ("B: ALL IN CAPITALS", None),
    ],
)
def test_one_letter_is_a_label_before_words_that_begin_a_sentence(line: str, found: str | None) -> None:
    assert speaker(line) == found


def test_one_letter_needs_the_end_of_a_sentence_before_it() -> None:
    assert speaker("C: Hello", trusted=False) is None


@pytest.mark.parametrize("line", [": Hello", "  : Hello", "no colon at all", ""])
def test_without_words_or_colon_there_is_no_label(line: str) -> None:
    assert speaker(line, marked=True) is None


def test_white_space_in_a_label_collapses() -> None:
    assert label("  JEAN  \t PIERRE : Hi") == Label("JEAN PIERRE", role=False, end=18)


@pytest.mark.parametrize("longest", ["ABCDEFGHIJ" * 8, " ".join(["ABCDEFGHIJ"] * MAX_WORDS)])
def test_what_is_longer_than_the_longest_label_is_text(longest: str) -> None:
    assert len(longest) <= MAX_LABEL
    assert speaker(f"{longest}: Hi", marked=True) == longest
    assert speaker(f"{longest}X YZ ABCDEF: Hi", marked=True) is None
    assert speaker(f"{'X' * (MAX_LABEL + 1)}: Hi", marked=True) is None


@pytest.mark.parametrize(
    "name",
    [
        "MODERATOR",
        "THE CHAIR",
        "CHAIRMAN",
        "AUDIENCE MEMBER",
        "Audience member 2",
        "SPEAKER 1",
        "REMOTE PARTICIPANT",
        "FEMALE SPEAKER",
        "Unknown Speaker",
        "Everyone",
        "PROFESSOR",
        "CO-CHAIR",
        "INTERPRETER (FRENCH)",
    ],
)
def test_a_label_that_many_people_share_is_a_role(name: str) -> None:
    assert is_role(name, ENGLISH)
    found = label(f"{name}: Hello", marked=True)
    assert found is not None
    assert found.role


@pytest.mark.parametrize("name", ["CHAIR MBEKI", "LEON FELIPE", "DR. SMITH", "Terry Agnes", "YOUNG", "12", ""])
def test_a_name_is_no_role(name: str) -> None:
    assert not is_role(name, ENGLISH)


def test_a_role_written_as_a_phrase_has_a_shape_of_its_own() -> None:
    assert [shape(text, ENGLISH) for text in ("CHAIR", "Audience member 2", "Anna Lee", "anna Lee", "")] == [
        "capitals",
        "phrase",
        "mixed",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("RODRIGO DE LA", True),
        ("Terry", True),
        (" LEON ", True),
        ("", False),
        ("Hi, everyone.", False),
        ("ONE TWO THREE FOUR FIVE SIX", False),
        ("we are", False),
        ("A" * 41, False),
    ],
)
def test_after_a_marker_up_to_five_words_of_a_name_may_be_half_a_label(text: str, may: bool) -> None:
    assert may_go_on(text, ENGLISH) is may


@pytest.mark.parametrize(
    ("text", "must"),
    [
        ("RODRIGO DE LA", True),
        ("CHAIR MR.", True),
        ("RODRIGO PARRA", False),
        ("Rodrigo de la", False),
        ("DE", False),
        ("", False),
    ],
)
def test_without_a_marker_only_capitals_that_end_in_a_particle_or_title_are_half_a_label(text: str, must: bool) -> None:
    assert must_go_on(text, ENGLISH) is must


@pytest.mark.parametrize(
    "name",
    [
        "I. HORVAT",
        "A. I. PIERS",
        "YOU LI",
        "SO YOUNG PARK",
        "LI AN",
        "DAY KIM",
        "HIS EXCELLENCY IVO HORVAT",
        "Her Excellency Ana Lupu",
        "THEIR EXCELLENCIES",
        "HER HONOUR JUDGE TOLO",
        "WITNESS 10",
        "QUESTION",
        "ANSWER",
        "Some hon. members",
        "An hon. member",
        "Government senators",
        "Mr President",
        "Mme la ministre de la santé",
        "El señor Presidente",
    ],
)
def test_names_that_are_words_styles_of_address_and_groups_are_labels(name: str) -> None:
    assert find_label(f"{name}: Yes.", 0, marked=False, trusted=True, known=nobody, lexicon=EVERYWHERE) is not None


@pytest.mark.parametrize(
    "words",
    [
        "YOU SEE",
        "HE SAID",
        "DAY 2",
        "KEY POINTS",
        "Question",
        "Answer",
        "ACTION",
        "AGREED",
        "Decision",
        "SECTION 10",
        "AND/OR",
        "TCP/IP",
        "His point",
        "Some people",
    ],
)
def test_what_only_looks_like_such_a_label_is_words(words: str) -> None:
    assert find_label(f"{words}: Yes.", 0, marked=False, trusted=True, known=nobody, lexicon=EVERYWHERE) is None


@pytest.mark.parametrize("name", ["AL/IH", "AL / IH", "Ana & IH", "AL/Ana"])
def test_names_of_people_who_speak_together_are_a_label_when_one_of_them_spoke(name: str) -> None:
    assert speaker(f"{name}: Confirm.", known=("al", "ana")) == name
    assert speaker(f"{name}: Confirm.", trusted=False, known=("al", "ana")) is None
    assert speaker("TCP/IP: Yes.", known=("al",)) is None


def test_two_brackets_may_stand_behind_a_name_and_one_of_them_may_be_a_clock() -> None:
    assert label("Mr HORVAT (North Pier) (14:05): I rise") == Label("Mr HORVAT (North Pier)", False, 31, "(14:05)")
    assert speaker("Ana Lupu (North Pier) (Lib): I beg") == "Ana Lupu (North Pier) (Lib)"


@pytest.mark.parametrize(
    ("line", "found"),
    [("Ana Lupu (Lib):I beg", "Ana Lupu (Lib)"), ("f(x):Y", None), ("(a):B", None), ("Ana Lupu (Lib):x", None)],
)
def test_behind_a_bracket_of_a_name_words_may_follow_at_once(line: str, found: str | None) -> None:
    assert speaker(line) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Otto Brandt:  I like that.", "Otto Brandt"),
        ("Otto Brandt (OB): I like that.", "Otto Brandt (OB)"),
        ("Otto Brandt: come here", None),
        ("Otto: I like that.", None),
        ("Mia Chen: I like that.", None),
    ],
)
def test_behind_an_unfinished_line_the_label_of_who_was_announced_opens_a_turn(line: str, found: str | None) -> None:
    label = find_label(
        line, 0, marked=False, trusted=False, known=nobody, lexicon=ENGLISH, announced="otto brandt".__contains__
    )
    assert (label and label.speaker) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('Dije: "No volveré jamás".', None),
        ("Said: “I will not", None),
        ('Ivo: "Hope" is a good word.', "Ivo"),
        ('Ivo Horvat: "Hope."', "Ivo Horvat"),
    ],
)
def test_one_word_before_a_quotation_is_the_verb_of_it(line: str, found: str | None) -> None:
    assert speaker(line) == found


@pytest.mark.parametrize(
    "line", ["A" * 60 + " " + "(" * 5_000 + ":", "AL/" * 3_000 + ":", "Mr A (" * 2_000, "I. " * 3_000]
)
def test_long_lines_take_no_long_time(line: str) -> None:
    assert speaker(line) is None
