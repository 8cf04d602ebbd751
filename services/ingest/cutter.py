"""Cuts a stream of captions into the lines that a captioner's software would send. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from captionflow.errors import BadMessage
from captionflow.messages import MAX_LINE_CHARS

if TYPE_CHECKING:  # each command knows what a cut is, and few read files
    from collections.abc import Iterable, Iterator

    from services.ingest.readers import Passage

_WORD = re.compile(r"\s*\S+\s*|\s+")  # the first word of a text takes the space before it too
_WORD_OR_INDENT = re.compile(r"\S+\s*|\s+")
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+")
_FORM = re.compile(r"whole|words|chars|columns:([1-9]\d{0,3})")


class Cut(msgspec.Struct, frozen=True):
    """How to cut: a paragraph, a word, a character a piece, or as many words as fit in ``columns``."""

    kind: Literal["whole", "columns", "words", "chars"]
    columns: int = 0

    def __str__(self) -> str:
        """As ``parse_cut`` reads it."""
        return f"columns:{self.columns}" if self.kind == "columns" else self.kind


def parse_cut(text: str) -> Cut:
    """Read ``whole``, ``columns:N``, ``words`` or ``chars``.

    Raises:
        BadMessage: it is none of these.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise BadMessage("A cut is whole, words, chars or columns:N with N from 1 to 9999.")
    if form[1]:
        return Cut("columns", int(form[1]))
    return Cut(text)  # type: ignore[arg-type]  # the pattern lets only the kinds pass


def cut(passages: Iterable[Passage], how: Cut) -> Iterator[Passage]:
    """The passages in smaller pieces: their texts joined are unchanged, and none is above ``MAX_LINE_CHARS``.

    ``columns``: no piece is wider than that, not counting the white space at its end; a word is only cut when it is
    wider. ``words``: a word with the white space after it. ``whole``: a physical line with its line break; one above
    ``MAX_LINE_CHARS`` is cut at a space. No piece is empty, and each has the time and the speaker of its passage.
    """
    for passage in passages:
        for piece in _pieces(passage.text, how):
            for start in range(0, len(piece), MAX_LINE_CHARS):
                yield passage._replace(text=piece[start : start + MAX_LINE_CHARS])


def _pieces(text: str, how: Cut) -> Iterator[str]:
    if how.kind == "chars":
        yield from text
    elif how.kind == "words":
        yield from _WORD.findall(text)
    else:
        columns = min(how.columns or MAX_LINE_CHARS, MAX_LINE_CHARS)
        for paragraph in _PARAGRAPH.findall(text):
            if len(paragraph) <= columns:
                yield paragraph
            else:
                yield from _filled(paragraph, columns)


def _filled(paragraph: str, columns: int) -> Iterator[str]:
    """Greedy: as many words a piece as fit."""
    piece = ""
    for word in _WORD_OR_INDENT.findall(paragraph):
        bare = len(word.rstrip())
        if piece and len(piece) + bare > columns:
            yield piece
            piece = ""
        while bare > columns:
            yield word[:columns]
            word = word[columns:]  # noqa: PLW2901 - what is left of a long word
            bare -= columns
        piece += word
    yield piece
