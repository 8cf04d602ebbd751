"""Which form of a transcript a client gets (services.http.negotiation and the table of forms)."""

import pytest

from services.api.transcripts.formats import ALL
from services.http.negotiation import accepts, has

OFFERED = ["application/json", "text/plain", "text/vtt"]


@pytest.mark.parametrize(
    ("header", "given"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("*", "application/json"),
        ("text/vtt", "text/vtt"),
        ("TEXT/VTT", "text/vtt"),
        ("text/*", "text/plain"),
        ("text/html, text/vtt;q=0.4, text/plain;q=0.5", "text/plain"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/*;q=0.3, text/vtt", "text/vtt"),
        ("text/*, text/plain;q=0", "text/vtt"),
        ("*/*, application/json;q=0.1", "text/plain"),
        ("text/vtt;charset=utf-8;q=0.9, text/plain;q=0.8", "text/vtt"),
        ("text/plain;q=nonsense, text/vtt;q=0.1", "text/vtt"),
        ("text/plain;q=7, text/vtt", "text/plain"),
        ("text/plain;q=-1, text/vtt;q=0.1", "text/vtt"),
        (", ,text/vtt,", "text/vtt"),
        ("text/html", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("nonsense", None),
        (",", None),
    ],
)
def test_the_form_that_a_client_likes_best_is_given_and_none_that_it_refuses(
    header: str | None, given: str | None
) -> None:
    assert accepts(header, OFFERED) == given


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("*", True),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b", W/"a"', True),
        ('"b"', False),
        ("a", False),
        ("", False),
    ],
)
def test_a_client_that_names_the_entity_tag_has_the_transcript(header: str | None, known: bool) -> None:
    assert has(header, '"a"') is known


def test_every_form_has_a_suffix_and_a_media_type_of_its_own() -> None:
    types = [kind for form in ALL for kind in form.accepted]
    assert len({form.suffix for form in ALL}) == len(ALL)
    assert len(set(types)) == len(types)
    assert all(form.media_type == form.content_type.split(";")[0] for form in ALL)
    assert [form.suffix for form in ALL] == ["json", "txt", "vtt", "srt"]
