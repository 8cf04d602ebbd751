"""What captioning tools put into queries and bodies, made into posts' texts. Pure.

Nothing is refused here: what is odd is read as well as it can be, and told.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from captionflow.encoding import from_utf8
from captionflow.errors import BadMessage
from captionflow.identity import MAX_LANGUAGES, floor_language, language_tag, primary_subtag, spelled
from captionflow.messages import Session
from services.ingest.cleaning import clean, clean_erasing
from services.ingest.protocols.language_codes import ISO_639_1
from services.ingest.protocols.posts import plain_number

Oddity = Literal["guessed-encoding", "cut-body", "unknown-language", "new-language", "no-number"]
"""What was odd of a request."""

_DECLARED: Final = re.compile(
    r";\s*charset\s*=\s*\"?(utf-16(?:le|be)?|iso-8859-\d{1,2}|windows-125\d|koi8-[ru]|shift_jis|euc-jp|euc-kr|gbk"
    r"|gb2312|gb18030|big5)\b",
    re.IGNORECASE,
)
"""Encodings other than UTF-8 that a tool may say it uses."""
_CUE: Final = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d*)?Z?)(?:[ \t]+region:\S+)?[ \t]*")
"""``time[ region:…#…]`` on a line of its own."""
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LAST_CHARACTER = 4
"""Most bytes of a character in UTF-8."""
_LETTERS_OF_ISO_639_2: Final = 3


class Text(NamedTuple):
    """The text of a post, and what was odd of its body."""

    text: str
    oddities: tuple[Oddity, ...] = ()


def text_of(body: bytes, content_type: str, *, erasing: bool = False) -> Text:
    r"""The text of a body in ``\n``, without control characters; with ``erasing``, U+0008 stays, for U+007F too.

    UTF-8, or what the content type says; what is neither is Windows-1252. A body that ends inside of a character keeps
    what came.
    """
    text, oddities = _decoded(body, content_type)
    text = text.removeprefix("\ufeff").replace("\u2029", "\n\n").replace("\u2028", "\n")
    if not erasing:
        return Text(clean(text).text, oddities)
    return Text(clean_erasing(text), oddities)


def _decoded(body: bytes, content_type: str) -> Text:
    declared = _DECLARED.search(content_type)
    if declared and declared[1].lower().startswith("utf-16"):
        return Text(body.decode(declared[1], "replace"))
    try:
        return Text(body.decode())
    except UnicodeDecodeError as error:
        begin, cut = error.start, _is_cut(body, error)
    if cut:
        return Text(body[:begin].decode(), ("cut-body",))
    if declared:
        try:
            return Text(body.decode(declared[1]))
        except (UnicodeDecodeError, LookupError):  # it is none, or there is none of that number
            pass
    return Text(from_utf8(body).text, ("guessed-encoding",))


def _is_cut(body: bytes, error: UnicodeDecodeError) -> bool:
    """Whether all is UTF-8 but for the beginning of a character at the end.

    One byte alone there may be a letter in Windows-1252, which is what it is if nothing else is beyond ASCII, unless
    it would be a capital behind a small letter.
    """
    rest = body[error.start :]
    if error.end != len(body) or len(rest) >= _LAST_CHARACTER or error.reason != "unexpected end of data":
        return False
    before = body[: error.start]
    if len(rest) > 1 or not before.isascii():
        return True
    return rest.decode("cp1252").isupper() and before[-1:].islower()


def without_times(text: str) -> str:
    """The text of a body in YouTube's form, known by its first row: its cues without their times, by the tool's clock.

    A row that is no time is text. Cues that have blanks at their ends are glued as they are, others are lines. A body
    in another form stays as it is.
    """
    first, *rows = text.removesuffix("\n").split("\n")
    if not _CUE.fullmatch(first):
        return text
    cues: list[list[str]] = [[]]
    for row in rows:
        if _CUE.fullmatch(row):
            cues.append([])
        else:
            cues[-1].append(row)
    texts = [one for one in (_BREAK.sub("\n", "\n".join(rows)) for rows in cues) if one]
    glued = any(one[0].isspace() or one[-1].isspace() for one in texts)
    return ("" if glued else "\n").join(texts)


def number_of(given: Sequence[str]) -> tuple[str | None, tuple[Oddity, ...]]:
    """The number that a query gives, the last one if several; tools append theirs to an address that may have one."""
    number = plain_number(given[-1].strip()) if given else None
    return number, () if number is not None else ("no-number",)


def language_in(session: Session, given: Sequence[str]) -> tuple[str, tuple[Oddity, ...]]:
    """The session's language that the first tag of a query means, or the tag itself where it is another language.

    The first is that of the address that was pasted; tools append their own. Without a tag it is the floor's, and so
    it is with one that is none (``jp-JP``), which is told.
    """
    floor = floor_language(session)
    tag = next(iter(given), "").strip()
    if not tag:
        return floor, ()
    found = known_language(tag)
    if found is None:
        return floor, ("unknown-language",)
    known = spelled(session, found)
    if known is not None:
        return known, ()
    full = len(session.languages) >= MAX_LANGUAGES
    return (floor, ("unknown-language",)) if full else (found, ("new-language",))


def known_language(tag: str) -> str | None:
    """The tag in its usual case; None if it is no language."""
    try:
        found = language_tag(tag.strip().replace("_", "-"))
    except BadMessage:
        return None
    primary = primary_subtag(found)
    return found if primary in ISO_639_1 or len(primary) == _LETTERS_OF_ISO_639_2 else None
