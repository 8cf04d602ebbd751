"""Names without a colon that open a turn: ``<ana> words`` and ``[Ana Lupu] words``. Pure.

Tags, sounds and notes look the same, so a shape counts once it has proved itself in the stream, or with a clock.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, get_args

from captionflow.characters import CLOSING
from services.segment.rules.label_rules import Label, is_role, shape
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.lexicon.words import words
from services.segment.rules.note_rules import TIMES, bracket, leading_time

MAX_PROOF_CHARS = 2_000
"""A shape proves itself within so many characters of a stream,"""
MAX_PROOF_ROWS = 40
"""and within so many rows: so long they wait at most."""
_PROOF = 3

Shape = Literal["<", "["]
SHAPES: frozenset[str] = frozenset(get_args(Shape))
Verdict = Literal["proved", "refused"]

_NAMED = re.compile(
    rf"\s*([<\[])\s*([^<>\[\]:\n]{{2,40}}?)\s*[>\]](?:\s*([\[(]\s*{TIMES}\s*[\])])\s*|\s+(?=[^\s\[(<]))", re.IGNORECASE
)
_NICK = re.compile(r"[^\W\d_](?:[\w@.+\-'’ ]*\w)?")  # noqa: RUF001 - an apostrophe as typed
_TAGS = words(
    """
    abbr article bdi bdo big blink blockquote body br center cite code dd del dfn div dl dt em eos figure font footer
    form h1 h2 h3 h4 h5 h6 head header hr html img ins kbd lang li main mark nav noise ol pad pre ruby rt samp section
    sil small span strong style sub sup table tbody td th time title tr tt ul unk var
    """
)
"""Names of tags in HTML and subtitles, and what recognisers write between such brackets."""
_DOING = re.compile(r"\w{2,}(?:ing|tion|ment|ness)\b", re.IGNORECASE)


class Named(NamedTuple):
    """A name without a colon that a row begins with."""

    shape: Shape
    label: Label
    """Its time is a clock behind the name, in its brackets."""


def find_named(line: str, start: int, *, known: Callable[[str], bool], lexicon: Lexicon) -> Named | None:
    """What may be a name without a colon from ``start`` on, in the one or the other shape; words or a clock follow.

    In square brackets a single word is a name only if it opened a turn before, since sounds have one; so have those in
    capitals (``[DOOR SLAMS]``).
    """
    found = _NAMED.match(line, start)
    if found is None:
        return None
    name = " ".join(found[2].split())
    role = is_role(name, lexicon)
    if found[1] == "<":
        named = _NICK.fullmatch(name) is not None and name.casefold() not in _TAGS
    else:
        plain = " " in name and shape(name, lexicon) == "mixed" and not _DOING.search(name)
        named = plain or (role and any(char.isdigit() for char in name)) or known(name.casefold())
    if not named or (bracket(f"({name})", lexicon) and not role):
        return None
    return Named("<" if found[1] == "<" else "[", Label(name, role, found.end(), found[3] or ""))


def proof(
    rows: Sequence[str], named: Named, *, last: bool, known: Callable[[str], bool], lexicon: Lexicon
) -> tuple[Verdict, int] | None:
    """Whether the shape of ``named``, with which the first row begins, proves itself in these rows.

    It does with three rows behind the ends of sentences, of two people, one of whom comes again. Gives how many rows
    had to be seen, too; None if more must be. ``last``: no more rows will come.
    """
    names: list[str] = []
    chars = 0
    before = ""
    for seen, row in enumerate(rows, 1):
        if before[-1:] in CLOSING or not before:
            one = find_named(row, leading_time(row), known=known, lexicon=lexicon)
            if one and one.shape == named.shape:
                names.append(one.label.speaker.casefold())
        if len(names) >= _PROOF and 1 < len(set(names)) < len(names):
            return "proved", seen
        chars += len(row) + 1
        if chars > MAX_PROOF_CHARS or seen >= MAX_PROOF_ROWS:
            return "refused", seen
        before = row.rstrip()
    return ("refused", len(rows)) if last else None
