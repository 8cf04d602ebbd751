"""Rows that a passage off the record cuts in two: what their senders told of them, and what of it may be written. Pure.

A row grows: a tool sends it longer and longer as revisions of its line, a recogniser as results that are not final. Of
one that goes on after a passage the log gets what was added since, as a line of its own behind the passage. That can
only be told by who remembers what it said in the passage. No disk does, so that is the process which numbered it, as
long as it runs; elsewhere, and where the words of the passage come again differently, the row is withheld.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from captionflow.folding import Word, words
from captionflow.messages import Draft, Line, Stream

MAX_ROWS: Final = 2_000
"""So many are remembered, the latest."""
KEPT_FOR: Final = timedelta(minutes=10)
"""A row that was not told for so long has ended."""
_CLOSING: Final = ".,;:!?…)]}”\u2019»"
"""What belongs to the word before it."""

Key = int | tuple[str, str | None]
"""A line by its ``seq``; an utterance that is not final by its sender and name."""


class Row(msgspec.Struct, frozen=True):
    """What is remembered of one."""

    seq: int
    """Of the line that told this."""
    told_at: datetime
    text: str | None
    """As it was told when it was withheld last, empty before that; None: another process was told."""
    off: bool = False
    """It was withheld."""
    whole: bool = False
    """It is withheld to its end."""
    ended: bool = False
    """Its name may be used for another one."""
    told: str = ""
    """Of an utterance: as it was told last on the record, since it was withheld."""
    kept: tuple[str | None, ...] = ()
    """Of an utterance: its words, folded and in their places, when it was withheld. None: told in a passage. The others
    were told on the record, and no line has them."""
    line: int | None = None
    """``seq`` of the line that has what was added after the passage."""


class SpanningRows:
    """The rows that one process knows, of all streams."""

    def __init__(self) -> None:
        self._rows: OrderedDict[tuple[Stream, Key], Row] = OrderedDict()

    def of(self, stream: Stream) -> "Telling":
        """To be asked and told while lines of a stream are numbered."""
        return Telling(self, stream)

    def get(self, stream: Stream, key: Key) -> Row | None:
        """What is known of it."""
        return self._rows.get((stream, key))

    def put(self, stream: Stream, key: Key, row: Row) -> None:
        """Remember it, unless what is known is newer."""
        known = self._rows.pop((stream, key), row)
        self._rows[stream, key] = known if known.seq > row.seq else row
        if len(self._rows) > MAX_ROWS:
            self._rows.popitem(last=False)

    def written(self, stream: Stream, line: Line) -> None:
        """The log has this line. Who numbered it remembers what it said; nobody else knows."""
        if line.withheld or line.shortened:
            known = self.get(stream, key := _key(line, line.seq))
            whole = not line.final or (line.revises is None and line.segment is not None)
            whole = whole or (known is not None and known.whole)
            self.put(stream, key, Row(line.seq, line.received_at, None, off=True, whole=whole))

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()


class Telling:
    """The rows of one stream while lines are numbered. Nothing is remembered before ``remember``."""

    def __init__(self, known: SpanningRows, stream: Stream) -> None:
        self._known = known
        self._stream = stream
        self._told: dict[Key, Row] = {}

    def rest(self, draft: Draft, now: datetime) -> Draft | None:
        """What may be written of a draft that is withheld because of its row: what was added after the passage.

        None: nothing, or it can't be told.
        """
        row = self._get(_key(draft, -1), now)
        if row is None and draft.final:
            row = self._get((draft.sender, draft.segment), now)
        if row is None or not row.off or row.whole or row.text is None:
            return None
        end = beyond(row.text, draft.text)
        if end is None:
            return None
        text = f"{told_before(row.kept, draft.text[:end])}{draft.text[end:]}"
        if row.line is None and not words(text).pieces:
            return None
        return msgspec.structs.replace(draft, text=text if words(text).pieces else "", revises=row.line)

    def begun(self, draft: Draft, now: datetime) -> Draft | None:
        """What may be written of a draft that is of a passage: what was told before it of an utterance that ends in it.

        None: nothing.
        """
        row = self._get((draft.sender, draft.segment), now)
        if row is None or row.whole or row.text is None or not draft.final or draft.revises is not None:
            return None
        text = told_before(_kept(row), draft.text)
        return msgspec.structs.replace(draft, text=text) if text else None

    def goes_on(self, draft: Draft, now: datetime) -> bool:
        """Whether it is of an utterance that was withheld and has not ended, however long that was silent meanwhile."""
        row = self._get((draft.sender, draft.segment), now) if draft.revises is None else None
        return row is not None and row.off

    def tell(self, draft: Draft, line: Line, *, passage: bool = False) -> None:
        """A draft was numbered as this line; ``passage``: it is of one."""
        utterance = draft.sender, draft.segment
        of_utterance = self._get(utterance, line.received_at)
        key = _key(draft, line.seq)
        row = of_utterance if draft.final and draft.revises is None else self._get(key, line.received_at)
        if line.withheld:
            self._told[key] = self._withheld(draft, line, row)
        elif line.shortened and passage:
            self._told[key] = Row(line.seq, line.received_at, draft.text, off=True)
        elif line.shortened and row is not None:
            rest = line.seq if draft.final and line.revises is None else row.line
            self._told[key] = msgspec.structs.replace(
                row, seq=line.seq, told_at=line.received_at, line=rest, told=draft.text
            )
        elif not draft.final:
            self._told[key] = Row(line.seq, line.received_at, "", told=draft.text)
        if draft.final and of_utterance is not None:
            self._told[utterance] = Row(line.seq, line.received_at, None, ended=True)

    def remember(self) -> None:
        """The log has the lines."""
        for key, row in self._told.items():
            self._known.put(self._stream, key, row)
        self._told.clear()

    @staticmethod
    def _withheld(draft: Draft, line: Line, row: Row | None) -> Row:
        """What is known of a row that was told in a passage.

        A recogniser is behind what is said. So of an utterance that it began to tell in a passage nothing is written.
        """
        began_in = row is None and (draft.revises is None or not draft.final)
        whole = row.whole if row is not None else began_in and (draft.segment is not None or not draft.final)
        kept = _kept(row) if row is not None and not draft.final else ()
        return Row(line.seq, line.received_at, draft.text, off=True, whole=whole, kept=kept)

    def _get(self, key: Key, now: datetime) -> Row | None:
        row = self._told.get(key) or self._known.get(self._stream, key)
        return None if row is None or row.ended or now - row.told_at > KEPT_FOR else row


def _key(draft: Draft, seq: int) -> Key:
    """Of the row that a draft tells of; of a new one the ``seq`` of its line."""
    if not draft.final:
        return draft.sender, draft.segment
    return seq if draft.revises is None else draft.revises


def beyond(told: str, text: str) -> int | None:
    """Where in a text that begins with the words that were told, those begin that were not; None if it does not.

    A word that has grown was told.
    """
    known, found = words(told).pieces, words(text).pieces
    if not known or len(found) < len(known) or _same(known, found) < len(known) - 1:
        return None
    last = found[len(known) - 1]
    return _closed(last, text) if last.folded.startswith(known[-1].folded) else None


def told_before(kept: Sequence[str | None], text: str) -> str:
    """What of a text was told on the record before: its words that are the same in the same places of ``Row.kept``."""
    found, before = words(text).pieces, -1
    pieces: list[str] = []
    for place, (word, folded) in enumerate(zip(found, kept, strict=False)):
        if word.folded == folded:
            last = found[place - 1]
            begin = 0 if place == 0 else last.end if before == place - 1 else _closed(last, text)
            pieces.append(text[begin : word.end])
            before = place
    return "".join(pieces)


def _kept(row: Row) -> tuple[str | None, ...]:
    """``Row.kept`` of an utterance of which this was known, when it is withheld."""
    begin = len(words(row.text or "").pieces)
    told = words(row.told).pieces[begin:]
    if not told:
        return row.kept
    earlier = (*row.kept, *[None] * begin)[:begin]
    return (*earlier, *(word.folded for word in told))


def _closed(word: Word, text: str) -> int:
    """Where in its text a word ends, with the signs that belong to it."""
    end = word.end
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return end


def _same(known: Sequence[Word], found: Sequence[Word]) -> int:
    """So many words at the beginning are the same."""
    pairs = enumerate(zip(known, found, strict=False))
    return next((count for count, (one, other) in pairs if one.folded != other.folded), min(len(known), len(found)))
