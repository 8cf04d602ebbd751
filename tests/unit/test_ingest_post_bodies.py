"""Bodies and queries of captioning tools, as they come."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.identity import MAX_LANGUAGES
from captionflow.messages import Session
from services.ingest.protocols.post_bodies import known_language, language_in, number_of, text_of, without_times

PLAIN = "text/plain"


@pytest.mark.parametrize(
    ("body", "content_type", "text", "oddities"),
    [
        (b"Good morning.\r\nYes.\rNo.", PLAIN, "Good morning.\nYes.\nNo.", ()),
        ("Año nuevo 日本".encode(), PLAIN, "Año nuevo 日本", ()),
        ("\ufeffYes.".encode(), PLAIN, "Yes.", ()),
        ("one\u2029two\u2028three".encode(), PLAIN, "one\n\ntwo\nthree", ()),
        (b"a\x00b\x08c", PLAIN, "abc", ()),
        ("Año, más.".encode("latin-1"), "text/plain; charset=utf-8", "Año, más.", ("guessed-encoding",)),
        ("habló".encode("latin-1"), "", "habló", ("guessed-encoding",)),
        ("CAFÉ".encode("latin-1"), "", "CAFÉ", ("guessed-encoding",)),
        ("El niño come café".encode()[:-1], PLAIN, "El niño come caf", ("cut-body",)),
        ("naï".encode()[:-1], PLAIN, "na", ("cut-body",)),
        ("日本語".encode()[:-1], PLAIN, "日本", ("cut-body",)),
        ("日".encode()[:-1], PLAIN, "", ("cut-body",)),
        ("港町".encode("shift_jis"), "text/plain; charset=Shift_JIS", "港町", ()),
        (b"caf\xe9", 'text/plain;charset="iso-8859-1"', "café", ()),
        (b"caf\xe9", "text/plain; charset=iso-8859-12", "café", ("guessed-encoding",)),
        (b"caf\xe9", "text/plain; charset=windows-1259", "café", ("guessed-encoding",)),
        ("Año".encode("utf-16"), "text/plain; charset=utf-16", "Año", ()),
        ("Año\x81".encode("latin-1"), "text/plain; charset=big5", "Año\ufffd", ("guessed-encoding",)),
        ("Año".encode(), "text/plain; charset=latin-1", "Año", ()),
        (b"x=1&y=2", "application/x-www-form-urlencoded", "x=1&y=2", ()),
        (b"", "", "", ()),
    ],
)
def test_a_body_is_read_as_well_as_it_can_be(
    body: bytes, content_type: str, text: str, oddities: tuple[str, ...]
) -> None:
    assert text_of(body, content_type) == (text, oddities)


def test_where_characters_erase_they_stay() -> None:
    assert text_of(b"li\x7fne\x08\x00.\r\n", PLAIN, erasing=True).text == "li\bne\b.\n"


@given(st.binary(max_size=200), st.sampled_from(["", PLAIN, "text/plain; charset=utf-16", "text/plain;charset=big5"]))
def test_any_body_is_text(body: bytes, content_type: str) -> None:
    text, _ = text_of(body, content_type)
    assert not {"\b", "\r", "\0", "\u2029"} & set(text)
    text.encode()  # without a lone surrogate


@given(st.text(max_size=60))
def test_utf_8_is_read_as_it_is(text: str) -> None:
    assert text_of(text.encode(), PLAIN) == text_of(text.encode(), "text/html; charset=windows-1252")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("2026-11-24T09:00:01.250\nGood morning.\n", "Good morning."),
        ("2026-11-24T09:00:01.250 region:reg1#cue1\nOne.\n2026-11-24T09:00:02\nTwo.\n", "One.\nTwo."),
        ("2026-11-24T09:00:01.250Z\nOne \n2026-11-24T09:00:02,5\ntwo \n", "One two "),
        ("2026-11-24T09:00:01.250\n reach\n2026-11-24T09:00:01.350\ned us\n", " reached us"),
        ("2026-11-24T09:00:01.250\nfirst row\n09:00 is the time\n2026-11-24 is the day\n", None),
        ("2026-11-24T09:00:01.250\nOne<br>two<BR />three\n", "One\ntwo\nthree"),
        ("2026-11-24T09:00:01.250\n\n", ""),
        ("2026-11-24T09:00:01.250", ""),
        ("Good morning.\n2026-11-24T09:00:01.250\n", "Good morning.\n2026-11-24T09:00:01.250\n"),
        ("", ""),
        ("One \n", "One \n"),
    ],
)
def test_cues_lose_their_times_and_rows_that_are_none_stay(body: str, text: str | None) -> None:
    wanted = "first row\n09:00 is the time\n2026-11-24 is the day" if text is None else text
    assert without_times(body) == wanted


@pytest.mark.parametrize(
    ("given_", "number"),
    [(["17"], "17"), (["1", "007"], "7"), ([" 5 "], "5"), (["000"], "0"), ([], None), (["x"], None), (["-1"], None)],
)
def test_the_last_number_of_a_query_counts(given_: list[str], number: str | None) -> None:
    assert number_of(given_) == (number, () if number else ("no-number",))


@pytest.mark.parametrize(
    ("languages", "tags", "language", "oddities"),
    [
        (("en",), ["en-US"], "en", ()),
        (("en", "es"), ["es_MX", "en-US"], "es", ()),
        (("pt-PT", "pt-BR"), ["pt-br"], "pt-BR", ()),
        (("ja",), ["jp-JP"], "ja", ("unknown-language",)),
        (("en",), ["not a tag"], "en", ("unknown-language",)),
        (("en",), ["es-ES"], "es-ES", ("new-language",)),
        (("en",), [], "en", ()),
        (("en",), [""], "en", ()),
        ((), ["en-US"], "en-US", ("new-language",)),
        (("en",), ["ast"], "ast", ("new-language",)),
        (("en",), ["english"], "en", ("unknown-language",)),
    ],
)
def test_a_tag_means_a_language_of_the_session_by_its_primary_subtag(
    languages: tuple[str, ...], tags: list[str], language: str, oddities: tuple[str, ...]
) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert language_in(Session("talk", 1, now, now, languages=languages), tags) == (language, oddities)


def test_a_session_that_is_full_of_languages_takes_no_other() -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    full = Session("talk", 1, now, now, languages=tuple(f"en-x-{n}" for n in range(MAX_LANGUAGES)))
    assert language_in(full, ["fr"]) == ("en-x-0", ("unknown-language",))


def test_what_is_no_language_is_none() -> None:
    assert [known_language(tag) for tag in ["EN-us", "jp", "abcd", "", "zh-hans"]] == [
        "en-US",
        None,
        None,
        None,
        "zh-Hans",
    ]
