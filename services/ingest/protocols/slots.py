"""Slots: lines of the log, and the final stretches of speech that they hold. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Self

import msgspec

from captionflow.messages import MAX_LINE_CHARS
from services.ingest.protocols.heard import Heard, separator, words_of
from services.ingest.protocols.pieces import cut

MAX_PIECE_CHARS: Final = MAX_LINE_CHARS // 2
"""Of a line, so that a stretch that comes late has room beside another."""


class Item(msgspec.Struct, frozen=True):
    """A final stretch, or a bounded piece of one."""

    run: str
    channel: str
    place: float
    piece: int
    text: str
    ended: bool
    speaker: str | None = None
    until: float | None = None
    withheld: bool = False
    """It was said off the record, and its words are not in the log."""

    @property
    def key(self) -> str:
        """What tells it from others: the ``segment`` of its lines."""
        return key_of(self.run, self.channel, self.place, self.piece)

    def is_same(self, other: Self) -> bool:
        """Whether both have one key."""
        return (
            self.place == other.place
            and self.piece == other.piece
            and self.run == other.run
            and self.channel == other.channel
        )

    @property
    def line(self) -> str:
        """Its text with what separates it from the next one."""
        if not self.text:
            return ""
        return self.text + ("\n" if self.ended else separator(self.text))


class Slot(msgspec.Struct, frozen=True):
    """A line of the log, and the items that it holds; one that came late may be before another."""

    items: tuple[Item, ...]
    seq: int | None = None
    """None until the log has it."""

    @property
    def text(self) -> str:
        """The line."""
        return "".join(item.line for item in self.items)


KEY_PARTS: Final = 4
"""Of a key, between slashes: run, channel, place, piece."""


def key_of(run: str, channel: str, place: float, piece: int = 0) -> str:
    """See ``Item.key``."""
    return f"{run}/{channel}/{place:.3f}/{piece}"


def item_of(parts: Sequence[str], line: str, speaker: str | None) -> Item:
    """What a line says, by the parts of its key."""
    run, channel, place, piece = parts
    return Item(run, channel, float(place), int(piece), line.rstrip(), line.endswith("\n"), speaker)


def with_line(items: tuple[Item, ...], parts: Sequence[str], line: str) -> tuple[Item, ...]:
    """The items of a line when it has this text, by what is said under a key."""
    item = item_of(parts, line, items[0].speaker)
    index = next((index for index, one in enumerate(items) if one.is_same(item)), None)
    if index is None:
        index = next((index for index, one in enumerate(items) if one.place > item.place), len(items))
        items = (*items[:index], item, *items[index:])
    before = "".join(one.line for one in items[:index])
    after = "".join(one.line for one in items[index + 1 :])
    own = line.removeprefix(before).removesuffix(after)
    return (*items[:index], item_of(parts, own, item.speaker), *items[index + 1 :])


def pieces_of(text: str) -> list[str]:
    """The text in pieces, without the spaces between them."""
    *pieces, last = cut(text, MAX_PIECE_CHARS, " ")
    return [*(piece.rstrip() for piece in pieces), last]


def alike(one: str, other: str) -> bool:
    """Whether two texts can be the same speech: they share most words of the shorter one, or letters of two words."""
    first, second = words_of(one), words_of(other)
    if len(first) == len(second) == 1:
        first, second = list(first[0]), list(second[0])
    shared = sum((Counter(first) & Counter(second)).values())
    return 3 * shared >= 2 * min(len(first), len(second))


def overlap(item: Item, heard: Heard) -> bool:
    """Whether most of the shorter one is the same stretch of time, so that both can't be of one run."""
    if item.until is None or heard.until is None:
        return False
    common = min(item.until, heard.until) - max(item.place, heard.place)
    return common > 0 and 2 * common > min(item.until - item.place, heard.until - heard.place)
