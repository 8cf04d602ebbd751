"""Revisions that change, split, merge, remove and bring back turns, and the turns that are left."""

from typing import NamedTuple

Sent = tuple[str, int | None]
"""A text, and the ``seq`` of the line that it revises, if it does."""


class Story(NamedTuple):
    name: str
    sent: tuple[Sent, ...]
    left: tuple[tuple[str | None, str], ...]
    """(speaker, text) of each turn."""


def story(name: str, typed: list[str], revised: list[tuple[int, str]], *left: tuple[str | None, str]) -> Story:
    return Story(name, (*((text, None) for text in typed), *((text, seq) for seq, text in revised)), left)


_THREE = [">> ANNA: Alpha.\n", ">> BEN: Bravo.\n", ">> EVE: Charlie.\n"]

STORIES = (
    story(
        "a turn changes", _THREE, [(1, ">> ANNE: Aleph.\n")], ("ANNE", "Aleph."), ("BEN", "Bravo."), ("EVE", "Charlie.")
    ),
    story(
        "a turn splits",
        [">> ANNA: Alpha.\n", "Bravo.\n", "Charlie.\n"],
        [(2, ">> BEN: Bravo.\n")],
        ("ANNA", "Alpha."),
        ("BEN", "Bravo. Charlie."),
    ),
    story("turns merge", _THREE, [(2, "Bravo.\n"), (3, "Delta.\n")], ("ANNA", "Alpha. Bravo. Delta.")),
    story("a turn vanishes", _THREE, [(2, "")], ("ANNA", "Alpha."), ("EVE", "Charlie.")),
    story("the first turn vanishes", _THREE, [(1, "")], ("BEN", "Bravo."), ("EVE", "Charlie.")),
    story(
        "a turn comes back",
        _THREE,
        [(2, ""), (2, ">> BEN: Beta.\n")],
        ("ANNA", "Alpha."),
        ("BEN", "Beta."),
        ("EVE", "Charlie."),
    ),
    story(
        "letters are backspaced",
        [*_THREE[:1], *">> BEN: Brovo"],
        [(14, ""), (13, ""), (12, ""), (12, "avo.\n")],
        ("ANNA", "Alpha."),
        ("BEN", "Bravo."),
    ),
    story("all is erased", _THREE, [(3, ""), (2, ""), (1, "")]),
)
