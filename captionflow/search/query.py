"""What a search asks for, as words: pure. Nothing that was typed is ever read as FTS5 syntax."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from captionflow.cursors import read_cursor
from captionflow.errors import BadMessage
from captionflow.folding import words
from captionflow.ports import SearchQuery

MAX_TEXT_CHARS = 1_000
MAX_LIMIT = 100

_CHUNK = re.compile(r'["“„]([^"“”„]*)["”“]|(\S+)')
"""A phrase in quotes of any kind, or what stands between spaces; a quote without its partner is just a character."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other, and for a word with joiners what they joined. All terms must be found."""

    words: tuple[str, ...]
    joined: str | None = None

    def expression(self) -> str:
        """For FTS5's MATCH. Folded words have no quotes, but are quoted, so that AND and NEAR are words too."""
        if len(self.words) == 1:
            return f'"{self.words[0]}"'
        phrase = f'words : "{" ".join(self.words)}"'
        return phrase if self.joined is None else f'({phrase} OR joined : "{self.joined}")'


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a query's text, each once; none if it has no words.

    Raises:
        BadMessage: it is too long.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise BadMessage(f"A search has at most {MAX_TEXT_CHARS} characters, this one has {len(text)}: shorten it.")
    return tuple(dict.fromkeys(_terms(text)))


class Place(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Where a page ended: the sort key of its last hit, and which search it belongs to."""

    search: str
    date: str
    starts_at: str
    session: str
    language: str
    ordinal: int
    number: int


class Request(NamedTuple):
    """A query that can be answered."""

    terms: tuple[Term, ...]
    place: Place | None
    """Where the page before ended; None for the first page."""
    hopeless: bool
    """Its text has signs only: no word can match."""


def read_query(query: SearchQuery) -> Request:
    """What a query asks for. A hit has all its words; without words, a speaker's turns are listed.

    Raises:
        BadMessage: no words and no speaker, too long, a limit or a cursor that can't be.
    """
    terms = parse(query.text)
    place = decode_cursor(query)
    if not 1 <= query.limit <= MAX_LIMIT:
        raise BadMessage(f"A page has 1 to {MAX_LIMIT} hits, not {query.limit}.")
    has_text = bool(query.text.strip())
    if not has_text and not query.speaker:
        raise BadMessage("Say what to search for: words, or a speaker.")
    return Request(terms, place, hopeless=has_text and not terms)


def _terms(text: str) -> Iterator[Term]:
    for match in _CHUNK.finditer(text):
        quoted, plain = match.groups()
        found = words(plain if quoted is None else quoted)
        if not found.pieces:
            continue
        alone = len(found.joined) == 1 and (found.joined[0].start, found.joined[0].end) == (
            found.pieces[0].start,
            found.pieces[-1].end,
        )
        yield Term(tuple(word.folded for word in found.pieces), found.joined[0].folded if alone else None)


def expression(terms: tuple[Term, ...]) -> str:
    """The terms for FTS5's MATCH."""
    return " AND ".join(term.expression() for term in terms)


def fingerprint(query: SearchQuery) -> str:
    """What all pages of one search have in common."""
    whole = msgspec.structs.replace(query, cursor=None, limit=1, hidden=())
    return hashlib.sha256(repr(whole).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def decode_cursor(query: SearchQuery) -> Place | None:
    """The place to go on from; None for the first page.

    Raises:
        BadMessage: the cursor isn't ours, or is another search's.
    """
    if query.cursor is None:
        return None
    place: Place = read_cursor(query.cursor, Place)
    if place.search != fingerprint(query) or not all(0 <= n < 2**63 for n in (place.ordinal, place.number)):
        raise BadMessage("This cursor belongs to another search: start again without a cursor.")
    return place
