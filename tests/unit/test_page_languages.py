"""What languages call themselves on pages."""

import pytest

from services.api.pages.languages import direction, own_name


@pytest.mark.parametrize(
    ("tag", "name", "written"),
    [
        ("fr", "français", "ltr"),
        ("pt-BR", "português (Brasil)", "ltr"),
        ("zh-Hans", "中文 (简体)", "ltr"),
        ("ar", "العربية", "rtl"),
        ("he", "עברית", "rtl"),
    ],
)
def test_a_language_has_its_own_name_and_direction(tag: str, name: str, written: str) -> None:
    assert (own_name(tag), direction(tag)) == (name, written)


@pytest.mark.parametrize("tag", ["xx", "klingon", "qaa", "x-y", "a", "../etc", "", "und", "mul"])
def test_a_language_that_nobody_knows_has_no_direction(tag: str) -> None:
    assert direction(tag) == "auto"


@pytest.mark.parametrize("tag", ["xx", "klingon", "qaa", "x-y", "a", "../etc", ""])
def test_a_language_that_nobody_knows_is_called_by_its_tag(tag: str) -> None:
    assert own_name(tag) == tag
