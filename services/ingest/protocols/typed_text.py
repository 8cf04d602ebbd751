"""The protocol of ``/v1/sessions/{session}/type``: what is typed, erased and corrected over a WebSocket. Pure.

A writer's text is one text, however it was cut into messages: U+0008 erases the character before it, whichever message
that was in, and a correction names a place by its distance from the end. What is erased or corrected goes on as
revisions of the lines that hold it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple, Self

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage
from captionflow.identity import MAX_NUMBER
from captionflow.messages import MAX_LINE_CHARS, Draft, Line, Posted, Receipt
from services.ingest.cleaning import clean, clean_erasing
from services.ingest.protocols.posts import digest_of
from services.ingest.protocols.repeats import erase, erasures
from services.ingest.protocols.typed_ago import TypedAgo, reckoned, typed_for

MAX_REACH_CHARS: Final = 2_000
"""How far back in its text a writer can erase and correct."""
MAX_TOUCHED: Final = 200
"""So many lines one message can change. Their revisions are in the log all or none."""
MAX_RESUMED: Final = 1_000
"""So many of its last lines are read to go on with a writer."""
MAX_TEXT: Final = 1_000
"""Characters of one message."""

_Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
_Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class Type(msgspec.Struct, frozen=True, tag="type", tag_field="do", forbid_unknown_fields=True):
    r"""Words, characters, line breaks (``\n``) and backspaces (U+0008), at the end of the text."""

    number: _Number
    """Rising with every message; one that came before is not applied again."""
    text: _Text
    typed_ago: TypedAgo | None = None
    """How many seconds before this is sent its first and its last character were typed; when left out, just now."""


class Revise(msgspec.Struct, frozen=True, tag="revise", tag_field="do", forbid_unknown_fields=True):
    """Put ``text`` in the place of ``old``, which begins ``back`` characters before the end of the text."""

    number: _Number
    back: Annotated[int, msgspec.Meta(ge=0, le=MAX_REACH_CHARS)]
    """Counted in Unicode code points."""
    old: _Text
    """What is there; the correction is refused if it is not. Empty: ``text`` is put in between."""
    text: _Text
    typed_ago: TypedAgo | None = None
    """As of ``Type``."""


class End(msgspec.Struct, frozen=True, tag="end", tag_field="do", forbid_unknown_fields=True):
    """The session is over. Whatever is typed later opens it again."""

    number: _Number


Message = Type | Revise | End


class Ready(msgspec.Struct, frozen=True, tag="ready", tag_field="is"):
    """The first answer: where this writer stands. Send again what has a higher number."""

    session: str
    language: str
    number: int | None
    """Of the last message that is in the log; None if there is none."""
    text: str
    """The end of what the writer has typed: so much can be erased and corrected."""


class Ack(msgspec.Struct, frozen=True, tag="ack", tag_field="is"):
    """All messages up to this number are in the log, or were refused."""

    number: int


class Refused(msgspec.Struct, frozen=True, tag="refused", tag_field="is"):
    """A message changed nothing. The next ones are applied."""

    number: int
    code: Literal["erased-too-far", "not-there", "too-large"]
    detail: str
    text: str
    """The end of the text as it is here."""


Answer = Ready | Ack | Refused

_DETAILS: Final[dict[str, str]] = {
    "erased-too-far": "It goes farther back than can be reached: correct the text in the transcript instead.",
    "not-there": "The text that is to be replaced is not there: look at what is, and send the correction again.",
    "too-large": f"It changes more than {MAX_TOUCHED} lines, or makes one too long: send less at once.",
}

_decode: Callable[[str | bytes], Message] = msgspec.json.Decoder(Message).decode


def parse(data: str | bytes) -> Message:
    """A message of a writer.

    Raises:
        BadMessage: it is none.
    """
    try:
        message = _decode(data)
    except (*UNDECODABLE, UnicodeEncodeError) as error:
        raise BadMessage(f"A message is not valid: {error}.") from error
    if (ago := _ago(message)) is not None:
        typed_for(ago, f"Message {message.number}")
    return message


def _ago(message: Message) -> TypedAgo | None:
    return None if isinstance(message, End) else message.typed_ago


class Typed(msgspec.Struct, frozen=True):
    """What is known of one writer in one stream."""

    lines: tuple[tuple[int, str], ...] = ()
    """``seq`` and text of the last lines, as far as they can be reached."""
    number: int | None = None
    """Of the last message that is in the log."""
    next_number: int = 0
    """Of the writer's next draft."""

    @classmethod
    def resumed(cls, lines: Sequence[Line]) -> Self:
        """Where the writer stands whose last lines these are.

        Nothing is erased across what was said off the record: how long that was is not known any more.
        """
        texts: dict[int, str] = {}
        number: int | None = None
        for line in lines:
            if line.withheld or line.shortened:
                texts.clear()
            elif line.revises is None:
                texts[line.seq] = line.text
            elif line.revises in texts:
                texts[line.revises] = line.text
            if line.posted and line.posted.number:
                number = int(line.posted.number)
        return cls(_reached(texts.items()), number, lines[-1].number + 1 if lines else 0)

    @property
    def text(self) -> str:
        """The end of the text."""
        return "".join(text for _, text in self.lines)

    def read(self, messages: Sequence[Message]) -> "Reading":
        """As many of the messages, one at least, as can be in the log all or none.

        One that says how long ago it was typed is read alone: others may have been on the record when it was not.
        """
        page = _Page(self)
        for count, message in enumerate(messages):
            if count and not page.has_room(message):
                return Reading(self, page, count)
            page.take(message)
        return Reading(self, page, len(messages))


class _Page:
    """The text while messages are applied."""

    def __init__(self, typed: Typed) -> None:
        self.before = typed.lines
        self.texts = [text for _, text in typed.lines]
        self.new = ""
        self.ends = False
        self.ago: TypedAgo | None = None
        self.number = typed.number
        self.refused: list[Refused] = []

    def has_room(self, message: Message) -> bool:
        """Whether another message is sure to fit."""
        if self.ends or self.ago is not None or _ago(message) is not None:
            return False
        coming = len(message.text) if not isinstance(message, End) else 0
        return len(self.new) + coming <= MAX_LINE_CHARS and 2 * len(self.touched) <= MAX_TOUCHED

    @property
    def touched(self) -> list[int]:
        """The indices of the lines that are different now."""
        return [index for index, (_, text) in enumerate(self.before) if text != self.texts[index]]

    def take(self, message: Message) -> None:
        """Apply a message, all of it or nothing. One that came before is not applied again."""
        if self.number is not None and message.number <= self.number:
            return
        self.number, self.ago = message.number, _ago(message)
        texts, new = list(self.texts), self.new
        problem = self._apply(message)
        longest = max(map(len, (self.new, *self.texts)), default=0)
        if not problem and (longest > MAX_LINE_CHARS or len(self.touched) > MAX_TOUCHED):
            problem = "too-large"
        if problem:
            self.texts, self.new = texts, new
            text = "".join(texts) + new
            self.refused.append(Refused(message.number, problem, _DETAILS[problem], text))

    def _apply(self, message: Message) -> Literal["erased-too-far", "not-there", "too-large"] | None:
        if isinstance(message, Revise):
            return self._revise(message)
        if isinstance(message, End):
            self.ends = True
            return None
        erased, own = erasures(clean_erasing(message.text))
        pieces = [*self.texts, self.new]
        if erase(pieces, erased):
            return "erased-too-far"
        *self.texts, self.new = pieces
        self.new += own
        return None

    def _revise(self, message: Revise) -> Literal["erased-too-far", "not-there"] | None:
        pieces = [*self.texts, self.new]
        whole = "".join(pieces)
        begin = len(whole) - message.back
        if begin < 0:
            return "erased-too-far"
        end = begin + len(message.old)
        if whole[begin:end] != message.old:
            return "not-there"
        text, start = clean(message.text).text, 0
        for index, piece in enumerate(pieces):
            low, high = max(begin - start, 0), min(end - start, len(piece))
            start += len(piece)
            holds_begin = begin < start or (begin == start and index == len(pieces) - 1)
            if low <= high and (low < high or holds_begin):
                pieces[index] = piece[:low] + (text if holds_begin else "") + piece[high:]
                text = "" if holds_begin else text
        *self.texts, self.new = pieces
        return None


class Reading(NamedTuple):
    """What messages made of a writer's text."""

    before: Typed
    page: _Page
    taken: int
    """So many of the messages were read."""

    @property
    def number(self) -> int | None:
        """What is to be acknowledged when the drafts are in the log."""
        return self.page.number

    @property
    def refused(self) -> Sequence[Refused]:
        """The messages that changed nothing."""
        return self.page.refused

    def drafts(self, sender: str, at: datetime) -> tuple[Draft, ...]:
        """What the log has to be told; none if nothing changed. ``at``: the first of the messages came."""
        page, typed = self.page, self.before
        found = [
            Draft(sender, typed.next_number + place, page.texts[index], at=at, revises=typed.lines[index][0])
            for place, index in enumerate(page.touched)
        ]
        if page.new or page.ends:
            found.append(Draft(sender, typed.next_number + len(found), page.new, at=at, ends=page.ends))
        if found:
            last = found[-1]
            posted = Posted(len(last.text), digest_of(last.text), str(page.number), "typed")
            found[-1] = msgspec.structs.replace(last, posted=posted)
        if page.ago is not None:
            span = typed_for(page.ago, f"Message {page.number}")
            found = [reckoned(msgspec.structs.replace(one, at=page.ago[0], typed_for=span), at) for one in found]
        return tuple(found)

    def after(self, receipts: Sequence[Receipt]) -> Typed:
        """What is known of the writer when the log has the drafts."""
        page = self.page
        lines = [(seq, text) for (seq, _), text in zip(self.before.lines, page.texts, strict=True)]
        if page.new or page.ends:
            lines.append((receipts[-1].seq, page.new))
        return Typed(_reached(lines), page.number, self.before.next_number + len(receipts))


def _reached(lines: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The last of the lines, as many as are within reach; those that are erased are left out."""
    kept: list[tuple[int, str]] = []
    room = MAX_REACH_CHARS
    for seq, text in reversed([line for line in lines if line[1]]):
        room -= len(text)
        if room < 0:
            break
        kept.append((seq, text))
    return tuple(reversed(kept))
