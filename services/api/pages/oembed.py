"""oEmbed 1.0 (https://oembed.com): which of our addresses somebody cites, and what their site is told of it. Pure."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

import msgspec
from markupsafe import Markup

from services.api.pages.languages import direction
from services.api.pages.reading import is_anchor
from services.api.transcripts.formats.width import clusters

if TYPE_CHECKING:
    from captionflow.messages import Session
    from services.api.pages.turn_views import TurnView

WIDTH: Final = 600
HEIGHT: Final = 400
"""Pixels of a frame, where whoever asks has not less room."""
QUOTED_SIGNS: Final = 600
"""So much of a turn is quoted."""
THEMES: Final = frozenset({"dark", "light"})
_LINE_SIGNS: Final = 60
_LINE_PIXELS: Final = 24
_LAST_WORD: Final = 40
"""A cut is moved to a space that is at most so many characters before it."""
_PORTS: Final = {"http": 80, "https": 443}
_PATH = re.compile(r"/(?:s/([^/]+)(?:/follow|/screen)?|embed/([^/]+))")


class Look(NamedTuple):
    """What an address says besides the session: it is kept from address to address."""

    language: str = ""
    theme: str = ""

    @property
    def query(self) -> dict[str, str]:
        """Parameters of an address."""
        return {name: value for name, value in (("lang", self.language), ("theme", self.theme)) if value}


class Cited(NamedTuple):
    """What an address of ours shows."""

    session: str
    look: Look = Look()
    turn: str = ""
    """The anchor of a turn, or of a part of it."""


class Room(NamedTuple):
    """Pixels that there are for it."""

    width: int = WIDTH
    height: int = HEIGHT


class OEmbed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer. A ``link`` is to be shown as one: no site may frame pages of this installation."""

    type: Literal["rich", "link"]
    version: str
    title: str
    provider_name: str
    provider_url: str
    author_name: str | None = None
    html: str | None = None
    width: int | None = None
    height: int | None = None


def look(language: str | None, theme: str | None) -> Look:
    """Without what can't be meant."""
    return Look(language or "", theme if theme in THEMES else "")


def cited(url: str, base: str) -> Cited | None:
    """What this address shows; None if it is not one under ``base`` that shows a session, by http or https."""
    try:
        asked, own = urlsplit(url), urlsplit(base)
        ours = asked.scheme in _PORTS and asked.username is None and _host(asked) == _host(own)
        query = parse_qs(asked.query, max_num_fields=50)
    except ValueError:
        return None
    found = _PATH.fullmatch(asked.path.removeprefix(own.path)) if asked.path.startswith(own.path) else None
    if not ours or found is None:
        return None
    turns = (query.get("turn", [""])[0], unquote(asked.fragment))
    return Cited(
        unquote(found[1] or found[2]),
        look(query.get("lang", [""])[0], query.get("theme", [""])[0]),
        next(filter(is_anchor, turns), ""),
    )


def address(base: str, page: str, of: Cited) -> str:
    """Of a ``page`` of the session, as ``/s/{}/follow``."""
    query = of.look.query | ({"turn": of.turn} if of.turn else {})
    path = page.format(quote(of.session, safe=""))
    return f"{base}{path}{'?' if query else ''}{urlencode(query)}{'#' if of.turn else ''}{of.turn}"


def discovery(base: str, page: str, of: Cited) -> str:
    """Where a page says that this answer is to be had."""
    return f"{base}/oembed?{urlencode({'url': address(base, page, of), 'format': 'json'})}"


def of_session(session: Session, of: Cited, base: str, room: Room, *, framed: bool) -> OEmbed:
    """A frame with what is said, or a link where nobody may frame it."""
    title = session.title or session.id
    if not framed:
        return OEmbed("link", "1.0", title, "captionflow", base)
    frame = Markup('<iframe src="{}" width="{}" height="{}" title="{}" frameborder="0" loading="lazy"></iframe>')
    source = address(base, "/embed/{}", of)
    html = frame.format(source, *room, f"Captions: {title}")
    return OEmbed("rich", "1.0", title, "captionflow", base, html=str(html), width=room.width, height=room.height)


def of_turn(  # noqa: PLR0913, PLR0917 - what a citation consists of
    session: Session, language: str, turn: TurnView, of: Cited, base: str, room: Room
) -> OEmbed:
    """The words of a turn, who said them and where: they are text on the page of who cites them, and need no frame."""
    title = session.title or session.id
    paragraphs = _quoted(turn)
    quotation = Markup(
        '<figure><blockquote cite="{}" lang="{}" dir="{}">{}</blockquote><figcaption>{}</figcaption></figure>'
    )
    source = address(base, "/s/{}", of)
    link = Markup('{}<a href="{}">{}</a>').format(f"{turn.speaker}, " if turn.speaker else "", source, title)
    words = Markup("").join(Markup("<p>{}</p>").format(one) for one in paragraphs)
    html = quotation.format(source, language, direction(language), words, link)
    lines = 2 + sum(1 + len(one) // _LINE_SIGNS for one in paragraphs)
    return OEmbed(
        "rich",
        "1.0",
        title,
        "captionflow",
        base,
        author_name=turn.speaker,
        html=str(html),
        width=room.width,
        height=min(room.height, lines * _LINE_PIXELS),
    )


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    return parts.hostname, None if parts.port == _PORTS.get(parts.scheme) else parts.port


def _quoted(turn: TurnView) -> list[str]:
    left = QUOTED_SIGNS
    found: list[str] = []
    for paragraph in turn.paragraphs:
        text = " ".join(" ".join(f" {run.text} " if run.kind == "note" else run.text for run in paragraph.runs).split())
        signs = tuple(islice(clusters(text), left + 1))
        if len(signs) > left:
            return [*found, f"{_to_a_word(''.join(signs[:left]))}…"]
        found.append(text)
        left -= len(signs)
    return found


def _to_a_word(text: str) -> str:
    head, _, tail = text.rpartition(" ")
    return head if head and len(tail) <= _LAST_WORD else text
