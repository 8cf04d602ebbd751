"""What stands between two texts of a turn: nothing, a space or the beginning of a paragraph. Pure.

``AFTER`` is the state machine, whole; ``between`` says what its state means when the next text comes.
"""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from captionflow.characters import CLINGING, CLOSING

Joint = Literal["line", "indented", "blank", "utterance", "glue", "space", "note"]
"""What came before the next text.

- line: a line break
- indented: a line break, then a line that begins with white space
- blank: a line without words, or the end of the session
- utterance: the end of an utterance, as its source told it
- glue: a text, and nothing after it
- space: a text, then white space
- note: a note in mid-line
"""

Event = Literal[
    "row",
    "indented row",
    "row end",
    "blank row",
    "utterance end",
    "text",
    "text and space",
    "white space",
    "note",
    "end",
]

_ALL: tuple[Joint, ...] = get_args(Joint)

_CHANGES: Mapping[Event, Mapping[Joint, Joint]] = {
    "row": {"glue": "line", "space": "line"},
    "indented row": {"glue": "indented", "space": "indented", "line": "indented"},
    "row end": {"glue": "line", "space": "line", "indented": "line", "note": "line"},
    "blank row": {joint: "blank" for joint in _ALL if joint != "utterance"},
    "utterance end": dict.fromkeys(_ALL, "utterance"),
    "text": dict.fromkeys(_ALL, "glue"),
    "text and space": dict.fromkeys(_ALL, "space"),
    "white space": {"glue": "space"},
    "note": {"glue": "note", "space": "note"},
    "end": dict.fromkeys(_ALL, "blank"),
}

AFTER: Mapping[Event, Mapping[Joint, Joint]] = {
    event: {joint: changes.get(joint, joint) for joint in _ALL} for event, changes in _CHANGES.items()
}
"""From event and state to the next state: what an event does not change stays as it is."""

SET_OFF: frozenset[Joint] = frozenset({"blank", "utterance"})
"""What follows begins something new, even if no full stop was typed before it."""

UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3001-\u30ff\u31f0-\u31ff\u3400-\u9fff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f\U00020000-\U0003ffff]"
)
"""Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese, and the punctuation of these."""
SHARED = frozenset("\u2018\u2019\u201c\u201d\u2026\u2014\u00b7")
"""Punctuation that they have in common with others."""
_LONG_ROW = 100
"""A line of more characters is a paragraph; captioners' own lines are shorter."""


def between(joint: Joint, raw: str, *, tail: str, row_length: int) -> str:
    """What joins the next text of a paragraph to the one before: nothing, a space, or a newline for a new paragraph.

    ``raw`` is the next text as typed, with at least one word; ``tail`` the last character before it; ``row_length`` the
    length of the line before.
    """
    spaced = raw[0].isspace()
    if joint == "space":
        return " "
    if joint == "glue":
        return " " if spaced else ""
    if joint == "note":
        return "" if raw[0] in CLINGING else " "  # none of them is white space
    closed = tail in CLOSING
    if joint in SET_OFF:
        return "\n" if joint == "utterance" or closed or not raw.lstrip()[0].islower() else " "
    if closed and (joint == "indented" or row_length > _LONG_ROW):
        return "\n"
    return "" if not spaced and _unspaced(tail, raw[0]) else " "


def _unspaced(before: str, after: str) -> bool:
    """Whether no space stands between two characters where a line was wrapped."""
    first, second = UNSPACED.match(before), UNSPACED.match(after)
    return bool((first and (second or after in SHARED)) or (second and before in SHARED))
