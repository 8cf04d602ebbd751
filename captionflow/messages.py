"""The messages of the pipeline: what a line is, what a turn is, and what travels between the services.

All are frozen msgspec structs. The records (``LineRecord``, ``StepRecord``, ``Session``, ``OffRecordWords``,
``SourceReport``) carry a version ``v``; a reader refuses one above what it knows. Times are timezone-aware UTC, or
seconds where no date is known (``Moment``). Offsets into text count Unicode code points. JSON Schema and AsyncAPI in
docs/messages/ are generated from this file.
"""

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

VERSION = 1
MAX_RECORD_BYTES = 64 * 1024
"""No record and no segmenter state weighs more than this when encoded as JSON, whatever comes in."""

MAX_LINE_CHARS = 2_000
"""Longest text of one line. Ingest refuses longer ones; readers of files cut them."""

Status = Literal["scheduled", "live", "finished"]

Moment = datetime | float
"""A time: UTC, or seconds from the zero of the source's own clock where it has no date, as in a subtitle file."""


class Message(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=False):
    """Base: immutable, defaults left out on the wire, unknown fields of newer minor writers ignored."""


class Stream(NamedTuple):
    """One language of one session: what is numbered, segmented, stored and read on its own. Equal to its tuple."""

    session: str
    language: str


# --- captions.lines: the log -------------------------------------------------------------------------------------


class Posted(Message, frozen=True):
    """Which post of a captioning tool a line is from. With it any ingest goes on where another one ended."""

    size: int
    """So many characters the post had, and"""
    digest: str
    """what tells its text from others: the line may say less, or another line break."""
    number: str | None = None
    """The tool's own number, where its protocol has one: digits without leading zeros, or a long one in short."""
    manner: Literal["stream", "lines", "rolling", "typed"] = "lines"
    """How the tool's posts are joined, as far as was known then."""


class OnAir(Message, frozen=True):
    """Whose words count in a stream, and whose wait. See ``captionflow.on_air``."""

    source: str
    """The sender whose words count; empty: everybody's count, and nobody's wait."""
    spares: tuple[str, ...] = ()
    """The senders whose words wait."""
    after_seconds: float = 10.0
    """A spare takes over when it has gone on for so long while the source said nothing."""


class Correction(Message, frozen=True):
    """An organiser corrects the words of a part while its session runs. Its senders' lines stay as they are."""

    turn_id: str
    number: int
    """Of the part."""
    was: str
    """``Part.text`` as the organiser saw it."""
    now: str
    """As it is to be. What changed since then is kept; see ``services/segment/corrections.py``."""


class Draft(Message, frozen=True):
    r"""A line as its sender gave it, with control characters removed, before the log has numbered it.

    ``text`` is a verbatim stretch of the caption stream: the texts of a session's lines, joined with nothing between,
    are what was typed. A line break is a ``\n`` inside ``text``; a line without one goes on in the next line. That is
    what makes the transcript independent of how the stream was cut.
    """

    sender: str
    """Who sent it; with ``number`` it makes the line unique: the same pair again is a retry."""
    number: int
    """The sender's own sequence number, 0 or more, rising by one."""
    text: str
    at: Moment | None = None
    """When it was said or typed, if the source knows."""
    until: Moment | None = None
    """When that ended, if the source knows: of the kind of ``at`` and not before it. A line with both is a cue."""
    speaker: str | None = None
    """The speaker, where the source knows (a recogniser's diarisation, a WebVTT voice). A change opens a turn.
    Empty: what was named before holds no longer."""
    segment: str | None = None
    """A recogniser's id for an utterance; interim lines of one (sender, segment) replace each other."""
    final: bool = True
    """False: an interim result. It is shown live, never archived, and gives way to the next line of its segment."""
    revises: int | None = None
    """``seq`` of an earlier line that this text replaces. An empty text deletes it."""
    ends: bool = False
    """The session ends after this line. A line that comes later opens it again."""
    ends_utterance: bool = False
    """An utterance ends with this line, and its paragraph: ``speech_final``, ``end_of_turn``; not each final result."""
    posted: Posted | None = None
    """Which post of a captioning tool it is from. A line without it goes on with the one before it of its sender; one
    that ``revises`` may leave it as it was."""
    on_air: OnAir | None = None
    """Whose words count from this line on. Only organisers' lines have it, and no text."""
    off_record: bool | None = None
    """True: what is said from here on is off the record; False: no longer. Only organisers' lines have it, and no text.
    See ``captionflow.off_record``."""
    corrects: Correction | None = None
    """What an organiser corrects. Only organisers' lines have it, and no text."""
    typed_for: float | None = None
    """So many seconds from ``at`` on it was typed; ``at`` is reckoned then: its sender said how long ago that was."""


class Line(Draft, frozen=True, kw_only=True):
    """A line in the log: a draft with its position."""

    seq: int
    """Position in its stream: 1, 2, 3 … without holes; given by the line log."""
    received_at: datetime
    withheld: bool = False
    """It was said off the record: what it said, and who said it, was not written."""
    shortened: bool = False
    """Its row was told in a passage off the record, too: it has what was told before or behind it and nothing of it."""


class LineRecord(Message, frozen=True, omit_defaults=False):
    """One record of ``captions.lines`` (key: session id, raw bytes): consecutive lines of one session and language."""

    session: str
    language: str
    lines: tuple[Line, ...]
    v: int = VERSION

    @property
    def stream(self) -> Stream:
        """Its session and language."""
        return Stream(self.session, self.language)


class Receipt(Message, frozen=True):
    """The log's answer for one accepted draft. The same draft again gets the same receipt."""

    number: int
    """The sender's number."""
    seq: int
    received_at: datetime
    withheld: bool = False
    """It was said off the record: viewers see it now, and nothing of what it says is kept."""
    shortened: bool = False
    """A part of it was said off the record: what is kept is the rest."""


# --- captions.turns: what one step of the segmenter said ------------------------------------------------------------


class Note(Message, frozen=True):
    """A sound or a captioner's note inside a turn, brackets included, e.g. ``[Applause]``."""

    text: str
    at: int
    """Its offset in the part's text (see ``Part.text``)."""


class Apart(Message, frozen=True):
    """Words of the stream that nobody spoke: kept, accounted for, and never part of a paragraph."""

    text: str
    why: Literal["head", "furniture", "mark", "end"]
    """head: title, date, disclaimer … before the talk; furniture: page numbers, running heads; mark: agenda and clock
    marks, rules; end: ``(Concluded at 1434).`` and the like."""
    at: int


class Stamp(Message, frozen=True):
    """From this offset of the text on, words were said at this time or later."""

    offset: int
    at: Moment
    until: Moment | None = None
    """When the words up to the next stamp had been said, if the source knows."""


class Part(Message, frozen=True):
    """A bounded piece of a speaker turn: the unit of storage, index and delivery.

    Self-contained; an upsert by (turn_id, number), the highest version wins.

    A turn has parts 0, 1, 2 …; all but the last are closed. The words before the first turn (the head) are a part of
    their own with ordinal 0, no paragraphs, and everything in ``apart``.
    """

    turn_id: str
    """``<session>.<language>.<seq>`` of the line that opened it; ``.<n>`` for the n-th further turn in that line."""
    number: int
    session: str
    language: str
    ordinal: int
    """Position of the turn in its stream: 1, 2, 3 …; 0 is the head."""
    version: int
    """``seq`` of the last line that changed this part."""
    speaker: str | None = None
    """The label as captioned; None if it is not known."""
    role: bool = False
    """The label is a role that many people share (MODERATOR), not a person."""
    paragraphs: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    apart: tuple[Apart, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    """Of parts written before 2026-11; later ones have ``times``. ``stamps.stamps_of`` reads both."""
    times: tuple[int, ...] = ()
    """When its words were said, three numbers a stamp, as ``stamps.pack`` writes them: characters since the stamp
    before, milliseconds since then, and milliseconds until its end plus one (0: not known)."""
    interim: str = ""
    """A recogniser's results that are not final; shown live, never stored in transcripts or searched."""
    continues: bool = False
    """The first paragraph goes on with the last one of the part before (it was split because of its length): join with
    one space."""
    closed: bool = False
    retracted: bool = False
    """A revision removed what opened this turn: treat the part as if it had never existed."""
    given: bool = False
    """The label is what the source calls the speaker (``Draft.speaker``), and stands nowhere in the text:
    ``Session.speakers`` may have a name for it. Parts written before 2026-12 do not tell."""

    @property
    def text(self) -> str:
        """The paragraphs joined with one newline; every offset counts in this."""
        return "\n".join(self.paragraphs)


class Facts(Message, frozen=True):
    """What the text itself says about its session. It fills what the organiser left open, and overrides nothing."""

    title: str | None = None
    date: str | None = None
    """ISO 8601 day, ``2015-11-12``, if the head gave one."""
    room: str | None = None
    edition: Literal["raw", "rough", "draft", "finished"] | None = None
    """RAW FILE, ROUGH EDITED COPY, DRAFT TRANSCRIPT, FINISHED FILE: how far the text was edited."""
    about: str = ""
    """The disclaimer and whatever else the head says, at most 4 kB."""
    status: Status = "live"


class StepRecord(Message, frozen=True, omit_defaults=False):
    """One record of ``captions.turns`` (key: ``<session>.<language>``, raw bytes): what one step changed.

    On the topic it has two more fields, for the segmenter: the state after the step, and the offset that it reached.
    Consumers ignore a record whose ``last_seq`` is not above the highest seen for its session and language.
    """

    session: str
    language: str
    first_seq: int
    last_seq: int
    parts: tuple[Part, ...] = ()
    facts: Facts | None = None
    """Present when they changed."""
    missing: tuple[int, int] | None = None
    """A hole in ``seq`` before this step: the first and the last that are missing."""
    v: int = VERSION
    received_at: datetime | None = None
    """When the last of its senders' lines was accepted; None if all are organisers'. Delays are measured from
    here, and silences."""
    off_record: datetime | None = None
    """Since when it is off the record after this step; None: it is not."""

    @property
    def stream(self) -> Stream:
        """Its session and language."""
        return Stream(self.session, self.language)


def turns_key(session: str, language: str) -> bytes:
    """The key of a step in captions.turns, for example ``opening.en``. A session's id has no full stop."""
    return f"{session}.{language}".encode()


# --- captions.sessions ----------------------------------------------------------------------------------------------


class Session(Message, frozen=True, omit_defaults=False):
    """One talk in one room. ``version`` rises with every change; the highest wins."""

    id: str
    """``[a-z0-9][a-z0-9_-]{0,79}``: safe as a path segment, a topic key and a file name."""
    version: int
    created_at: datetime
    updated_at: datetime
    title: str = ""
    event: str = ""
    room: str = ""
    date: str | None = None
    """ISO 8601 day."""
    languages: tuple[str, ...] = ("en",)
    """BCP 47 tags, the floor's language first."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: Status = "scheduled"
    edition: str | None = None
    about: str = ""
    speakers: dict[str, str] = {}
    """Names that were given to a recogniser's speakers: ``{"speaker 0": "Ana Lupu"}``. Parts keep the label; who
    reads sees the name."""
    demo: bool = False
    ends_after_minutes: int | None = None
    """It ends when no words have come for so long; 0: never. None: as the installation is set."""
    closed: bool = False
    """Only who has a key for it may read it."""
    v: int = VERSION


# --- captions.off-record -------------------------------------------------------------------------------------------


class OffRecordWords(Message, frozen=True, omit_defaults=False):
    """What a withheld line says, on its way to those who read now. It is kept nowhere, and may be lost."""

    session: str
    language: str
    seq: int
    """Of the line."""
    sender: str
    text: str
    segment: str | None = None
    final: bool = True
    revises: int | None = None
    """As in ``Draft``."""
    v: int = VERSION

    @property
    def stream(self) -> Stream:
        """Its session and language."""
        return Stream(self.session, self.language)


# --- captions.sources -----------------------------------------------------------------------------------------------


class SourceWarning(Message, frozen=True, omit_defaults=False):
    """Something about a source that had to be guessed or that a person should look at."""

    code: str
    """Stable, for programs: ``restarted``, ``guessed-encoding`` …"""
    detail: str
    """What to know, in plain words. Never caption text."""
    count: int
    first_at: datetime
    last_at: datetime


class HandOver(Message, frozen=True, omit_defaults=False):
    """A captioner gives the floor to another one."""

    to: str
    """The sender's name."""
    at: datetime
    """From then on the other one captions."""


class SourceReport(Message, frozen=True, omit_defaults=False):
    """What one ingest knows of one source now. Of two by the same process, the one with the later ``at`` counts.

    Not the truth, and not kept for long: it is for the people who watch over the rooms.
    """

    session: str
    language: str
    source: str
    """The sender's name (``Draft.sender``)."""
    door: str
    """How it came in: ``json``, ``zoom``, ``youtube`` …"""
    process: str
    """Which ingest says this: drawn at its start."""
    at: datetime
    since: datetime
    last_word_at: datetime | None = None
    """None if it has only been seen."""
    words: int = 0
    words_a_minute: int = 0
    """Over the last minute; less of it if the source is younger."""
    delay_seconds: float | None = None
    """From when its last words were said, or arrived where that is not known, until the log had them."""
    warnings: tuple[SourceWarning, ...] = ()
    """The latest last."""
    hands_over: HandOver | None = None
    """What was said last of it; one whose time is long over says nothing."""
    v: int = VERSION

    @property
    def stream(self) -> Stream:
        """Its session and language."""
        return Stream(self.session, self.language)
