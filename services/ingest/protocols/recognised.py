"""What a recogniser's reports say, taken together: lines, their corrections, and what is not final yet. Pure.

A stretch of speech is known by where it begins, and told anew as often as the recogniser likes. Until it is final it
is an interim line. Then it is a line; the same again changes nothing, another text for it revises the line. Reports
overtake each other, and places begin again when a recogniser is started anew: with another name for its run if it has
one; else that is guessed, from a place that lies far back or has quite other words now.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, Self

import msgspec

from captionflow.messages import MAX_LINE_CHARS, Draft, Line, Receipt
from services.ingest.cleaning import clean, clean_label
from services.ingest.protocols.heard import Heard, Report
from services.ingest.protocols.posts import digest_of
from services.ingest.protocols.slots import (
    KEY_PARTS,
    MAX_PIECE_CHARS,
    Item,
    Slot,
    alike,
    item_of,
    key_of,
    overlap,
    pieces_of,
    with_line,
)

MAX_SLOTS: Final = 64
"""So many of the last lines can still change, also while one report is read."""
MAX_ITEMS: Final = 16
"""So many stretches a line has at most; one more that comes late is a line of its own."""
MAX_SHOWN: Final = 16
"""So many interims are shown at most, each in a channel of its own: the one renewed longest ago gives way."""
MAX_OVERTAKING: Final = 4
"""So many reports have overtaken one at most; a place farther back is a restart."""
_NEAR: Final = 15.0
"""And so far before all known ones the first place of a run can come late."""
_FARTHEST: Final = 1e12

Guess = Literal["restarted", "overtaken"]
"""See ``WARNINGS`` of the doors."""


class Recognised(msgspec.Struct, frozen=True):
    """What is known of one recogniser in one stream."""

    run: str = "1"
    slots: tuple[Slot, ...] = ()
    shown: tuple[tuple[str, str], ...] = ()
    """The interim lines that are shown: their ``segment`` and text."""
    next_number: int = 0

    @classmethod
    def resumed(cls, lines: Sequence[Line]) -> Self:
        """Where the recogniser stands whose last lines these are."""
        slots: dict[int, tuple[Item, ...]] = {}
        shown: dict[str, str] = {}
        run = "1"
        for line in lines:
            parts = (line.segment or "").split("/")
            if len(parts) != KEY_PARTS:
                continue
            run = parts[0]
            shown.pop(line.segment or "", None)
            if not line.final:
                shown |= {line.segment or "": line.text} if line.text else {}
            elif line.withheld and line.revises is not None:
                continue
            elif line.revises is None:
                item = item_of(parts, line.text, line.speaker)
                slots[line.seq] = (msgspec.structs.replace(item, withheld=line.withheld or line.shortened),)
            elif line.revises in slots:
                slots[line.revises] = with_line(slots[line.revises], parts, line.text)
        kept = [Slot(items, seq) for seq, items in slots.items()][-MAX_SLOTS:]
        return cls(run, tuple(kept), tuple(shown.items()), lines[-1].number + 1 if lines else 0)

    def read(self, report: Report) -> "Reading":
        """What a report changes."""
        page = _Page(self)
        if report.begins is not None:
            page.begin(report.begins)
        for heard in report.heard:
            page.take(heard)
        if report.ended:
            page.end()
        return Reading(self, page)


class _Page:
    """The slots while a report is read."""

    def __init__(self, known: Recognised) -> None:
        self.run = known.run
        self.slots = list(known.slots)
        self.shown = dict(known.shown)
        self.keys: dict[int, str] = {}
        """The key under which a slot was changed, by its index."""
        self.interims: list[tuple[str, str, str | None]] = []
        self.guesses: list[Guess] = []

    def begin(self, name: str) -> None:
        """The recogniser says that a run begins."""
        run = _run_of(name) if name else self._next_run()
        if run != self.run:
            self._start(run)

    def end(self) -> None:
        """What was heard last ends an utterance."""
        if self.slots and (items := self.slots[-1].items) and not items[-1].ended and items[-1].text:
            last = msgspec.structs.replace(items[-1], ended=True)
            self._put(len(self.slots) - 1, (*items[:-1], last), last.key)

    def take(self, heard: Heard) -> None:
        """Read one stretch."""
        rows = (" ".join(row.split()) for row in clean(heard.text).text.split("\n"))
        text = "\n".join(row for row in rows if row)
        heard = msgspec.structs.replace(heard, place=_place(heard.place), channel=heard.channel.replace("/", "_")[:100])
        if heard.run is not None:
            run = _run_of(heard.run)
            if not self._knows(run):
                self._start(run)
        elif self._is_restart(heard, text):
            self.guesses.append("restarted")
            self._start(self._next_run())
            run = self.run
        else:
            run = self.run
        if heard.final:
            self._final(heard, run, text)
        else:
            self._interim(heard, run, text)

    @property
    def _open(self) -> list[Slot]:
        """The slots that can still change."""
        return self.slots[-MAX_SLOTS:]

    def _knows(self, run: str) -> bool:
        return run == self.run or any(item.run == run for slot in self._open for item in slot.items)

    def _start(self, run: str) -> None:
        """A run begins: what the one before it had not finished is no longer shown."""
        for key in list(self.shown):
            self._hide(key)
        self.run = run

    def _next_run(self) -> str:
        return str(int(self.run) + 1) if self.run.isdecimal() else "1"

    def _items(self, run: str, channel: str) -> list[Item]:
        return [item for slot in self._open for item in slot.items if item.run == run and item.channel == channel]

    def _is_restart(self, heard: Heard, text: str) -> bool:
        """Whether this can't be of the same run as what came before it."""
        items = self._items(self.run, heard.channel)
        known = [item for item in items if not item.piece]
        same = [item for item in known if item.place == heard.place]
        if same:
            whole = " ".join(item.text for item in items if item.place == heard.place)
            if same[-1].withheld:  # nobody knows its words any more
                return False
            if heard.once:
                return not text.startswith(whole)
            latest = max(item.place for item in known) == heard.place > min(item.place for item in known)
            return bool(text) and not latest and not alike(whole, text)
        above = [item for item in known if item.place > heard.place]
        below = any(item.place < heard.place for item in known)
        if not above:
            return False
        lowest = min(item.place for item in above)
        late = len(above) <= MAX_OVERTAKING and (below or lowest - heard.place <= _NEAR)
        return not late or any(overlap(item, heard) for item in known)

    def _interim(self, heard: Heard, run: str, text: str) -> None:
        if any(item.place >= heard.place for item in self._items(run, heard.channel)):
            return  # it was overtaken by what is final
        key = key_of(run, heard.channel, heard.place)
        text = text[-MAX_PIECE_CHARS:]
        if self.shown.get(key, "") == text:
            return
        self._hide_others(heard.channel, key)
        if text:
            self.shown.pop(key, None)
            self.shown[key] = text
            if len(self.shown) > MAX_SHOWN:
                self._hide(next(iter(self.shown)))
            self.interims.append((key, text, _speaker(heard)))
        else:
            self._hide(key)

    def _hide_others(self, channel: str, key: str, until: float = _FARTHEST) -> None:
        """One interim a channel is enough: a stretch that begins elsewhere now is told anew."""
        for other in list(self.shown):
            _, its_channel, place, _ = other.split("/")
            if other != key and its_channel == channel and float(place) <= until:
                self._hide(other)

    def _hide(self, key: str) -> None:
        if self.shown.pop(key, ""):
            self.interims.append((key, "", None))

    def _final(self, heard: Heard, run: str, text: str) -> None:
        pieces = pieces_of(text)
        first = key_of(run, heard.channel, heard.place)
        known = [item for item in self._items(run, heard.channel) if item.place == heard.place]
        if not text and not known:
            self._hide(first)
            return
        told = [item.piece for item in known]
        # Of a very long stretch the first pieces are out of reach, and stay.
        for piece in range(min(told, default=0), max(len(pieces), 1 + max(told, default=-1))):
            last = piece == len(pieces) - 1
            item = Item(
                run,
                heard.channel,
                heard.place,
                piece,
                pieces[piece] if piece < len(pieces) else "",
                heard.ended and last,
                _speaker(heard),
                heard.until if last else None,
            )
            self._set(item)
        self._hide_others(heard.channel, first, heard.place)
        if self.slots[-1].seq is None and self.slots[-1].items[0].place == heard.place:
            self.shown.pop(first, None)  # the new line takes its place
        else:
            self._hide(first)

    def _set(self, item: Item) -> None:
        """Have an item say this."""
        slots = self._open
        begin = len(self.slots) - len(slots)
        for index, slot in enumerate(slots, begin):
            for at, old in enumerate(slot.items):
                if old.is_same(item):
                    ended = item.ended or (old.ended and bool(item.text))
                    new = msgspec.structs.replace(old, text=item.text, ended=ended, until=item.until or old.until)
                    self._put(index, (*slot.items[:at], new, *slot.items[at + 1 :]), item.key)
                    return
        later = next((index for index, slot in enumerate(slots, begin) if self._is_later(slot, item)), None)
        if later is None:
            self.slots.append(Slot((item,)))
            return
        self.guesses.append("overtaken")
        slot = self.slots[later]
        full = len(slot.items) >= MAX_ITEMS or len(slot.text) + len(item.line) > MAX_LINE_CHARS
        if full or slot.items[0].speaker != item.speaker:
            self.slots.append(Slot((item,)))
            return
        at = next(at for at, one in enumerate(slot.items) if one.run == item.run and one.place > item.place)
        self._put(later, (*slot.items[:at], item, *slot.items[at:]), item.key)

    @staticmethod
    def _is_later(slot: Slot, item: Item) -> bool:
        return any(one.run == item.run and one.place > item.place for one in slot.items)

    def _put(self, index: int, items: tuple[Item, ...], key: str) -> None:
        slot = Slot(items, self.slots[index].seq)
        if slot.text != self.slots[index].text:
            self.keys[index] = key
        self.slots[index] = slot


class Reading(NamedTuple):
    """What a report made of what is known."""

    before: Recognised
    page: _Page

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """What was guessed."""
        return tuple(dict.fromkeys(self.page.guesses))

    def drafts(self, sender: str, at: datetime) -> tuple[Draft, ...]:
        """What the log has to be told: revisions and new lines, then what is not final."""
        page = self.page
        found: list[Draft] = []
        number = self.before.next_number
        for index, slot in enumerate(page.slots):
            if slot.seq is None or index in page.keys:
                key = page.keys[index] if slot.seq is not None else slot.items[-1].key
                found.append(
                    Draft(
                        sender,
                        number + len(found),
                        slot.text,
                        at=at,
                        speaker=slot.items[0].speaker if slot.seq is None else None,
                        segment=key,
                        revises=slot.seq,
                        ends_utterance=slot.items[-1].ended,
                    )
                )
        for key, text, speaker in page.interims:
            found.append(Draft(sender, number + len(found), text, at=at, speaker=speaker, segment=key, final=False))
        return tuple(found)

    def after(self, receipts: Sequence[Receipt]) -> Recognised:
        """What is known when the log has the drafts."""
        page = self.page
        slots: list[Slot] = []
        told = iter(receipts)
        for index, slot in enumerate(page.slots):
            receipt = next(told) if slot.seq is None or index in page.keys else None
            new = slot.seq is None and receipt is not None
            slots.append(msgspec.structs.replace(slot, seq=receipt.seq) if new and receipt else slot)
        shown = tuple(page.shown.items())
        return Recognised(page.run, tuple(slots[-MAX_SLOTS:]), shown, self.before.next_number + len(receipts))


def _run_of(name: str) -> str:
    """A run's name in short; no count of ours looks like it."""
    return f"r{digest_of(name)[:12]}"


def _place(place: float) -> float:
    """As exact as keys tell it, and a number in any case."""
    return round(min(max(place, -_FARTHEST), _FARTHEST), 3) + 0.0 if math.isfinite(place) else 0.0  # no -0.0


def _speaker(heard: Heard) -> str | None:
    return None if heard.speaker is None else clean_label(heard.speaker).text[:200]
