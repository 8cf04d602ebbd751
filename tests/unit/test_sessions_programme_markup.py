"""Descriptions with HTML in them: their words, whatever the markup is like, in time that grows with the text."""

from functools import partial

import pytest

from services.sessions.programme.markup import without_markup
from tests.hostile.heartbeat import processor_seconds

CHARS = 40_000
"""Most of a description that is looked at."""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a < b, <anna@example.org> &amp; more", "a < b, <anna@example.org> &amp; more"),
        ("<p>a < b, <anna@example.org> &amp; more", "\na < b, <anna@example.org> & more"),
        ("One<br>two<br/>three<BR />four", "One\ntwo\nthree\nfour"),
        ("<h1>One</h1><div>two</div>", "\nOne\n\ntwo\n"),
        ('<a title="1 > 2" href=x>One</a> <b>two</b>', "One two"),
        ("<p title=don't>One</p>", "\nOne\n"),
        ("<b>One</b><!-- <p>two --> three --> four", "One three --> four"),
        ("<b>One</b><!-->two", "Onetwo"),
        ("<b>One</b><!-- two", "One"),
        ("<b>One</b><script>if (a < b) '<p>'</scripts></script>two<style>p {}</STYLE >three", "Onetwothree"),
        ("<b>One</b></script>two<script src=x>three", "Onetwo"),
        ("<!DOCTYPE html><?xml version='1.0'?><p>One<x-y>two</x-y><svg/>three", "\nOne<x-y>two</x-y>three"),
        ("<p>&lt;b&gt; &eacute; &#233; &#xe9; &nosuch; &", "\n<b> é é é &nosuch; &"),
        ("<p>&#999999999; &#" + "9" * 5_000 + "; &#x" + "f" * 5_000, "\n\ufffd \ufffd \ufffd"),
    ],
)
def test_what_a_browser_would_show_is_left(text: str, words: str) -> None:
    assert without_markup(text) == words


@pytest.mark.parametrize(
    "sign",
    [
        "<a ",
        "<a\n",
        "<a/",
        "<p",
        "<a b='",
        '<a b="',
        "<a =",
        "<!--",
        "</",
        "<?",
        "&#",
        "&a",
        "<script>",
        "<!-- ",
        "-->",
    ],
)
def test_eight_times_the_markup_takes_some_eight_times_as_long(sign: str) -> None:
    """Tags that never end took up to 17 s of a busy processor."""
    text = "<p>" + sign * CHARS
    few, all_ = (processor_seconds(partial(_read_often, text[:length])) for length in (CHARS // 8, CHARS))
    assert all_ <= 24 * few


def _read_often(text: str) -> None:
    for _ in range(50):
        without_markup(text)
