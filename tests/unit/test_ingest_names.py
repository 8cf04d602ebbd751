import pytest

from services.ingest.readers.names import is_person, is_role, sort_of


@pytest.mark.parametrize(
    "name",
    [
        "Ana Lupu",
        "ANA LUPU",
        "Dr. Ana Lupu",
        "Lupu, Ana (Guest)",
        "Ana de la Cruz",
        "O'Dell",
        "Ana L.",
        "Ivo Horvat Jr.",
        "Petra Nilsen - Chief Executive Officer",
        "Ana Lupu | Harbour Co",
        "You Li",
        "May Chen",
        "张三",
        'ד"ר כהן',
        "मीरा शर्मा",
        "Мария Петрова",
    ],
)
def test_words_with_capitals_or_of_a_script_without_them_are_a_name(name: str) -> None:
    assert sort_of(name) == "name"


@pytest.mark.parametrize("name", ["Speaker 1", "SPEAKER_00", "spk_0", "Participant #3", "Respondent 12"])
def test_a_word_with_a_number_is_numbered(name: str) -> None:
    assert sort_of(name) == "numbered"


@pytest.mark.parametrize("name", ["mirko", "ana.lupu@pier.example", "iphone von ana", "+1 (555) 010-9999", "ana k."])
def test_a_nick_is_anything_short(name: str) -> None:
    assert sort_of(name) == "nick"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "()",
        "/",
        "\u2022 |",
        "...",
        "Chapter 1",
        "Session 3",
        "Monday",
        "Duration",
        "4 May 2019",
        "We begin now.",
        "Is it late?",
        "so we went on to the end of the pier",
        "applause",
        "x" * 61,
    ],
)
def test_what_is_nobody(words: str) -> None:
    assert sort_of(words) is None


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("Ana", True),
        ("Operator", True),
        ("Speaker 1", True),
        ("Communication Officer", True),
        ("A", False),
        ("Shipping", False),
        ("Shipping Lanes Documentation", False),
        ("mirko", False),
        ("Decision", False),
    ],
)
def test_alone_without_a_clock_only_a_person_or_a_role_is_a_name(words: str, person: bool) -> None:
    assert is_person(words) is person


def test_a_role_needs_no_name() -> None:
    assert is_role("Interviewer")
    assert is_role("Speaker 2")
    assert not is_role("Ana Lupu")
