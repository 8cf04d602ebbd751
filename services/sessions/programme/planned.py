"""What a programme says about a session, whatever form it came in. Pure."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from captionflow.errors import BadMessage
from captionflow.identity import is_day, is_year, language_tag, slug
from services.sessions.programme.markup import without_markup

MAX_SESSIONS = 5_000
"""Most sessions of one programme."""
MAX_NAME_CHARS = 300
MAX_ABOUT_CHARS = 4_000
MAX_UID_CHARS = 500
_SHORT_UID_CHARS = 20
"""A name that is no longer than this can be read as a part of a session's id; of others it has a digest."""

_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""Besides ``\\n``. A vertical tab is how Word ends a line within a paragraph."""
_DURATION = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})|(\d{1,4})")
_HOURS_A_DAY = 24


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A session as a programme plans it."""

    uid: str = ""
    """What the programme calls it, whatever else changes; empty if it has no such name."""
    title: str
    starts_at: datetime
    """UTC."""
    day: str
    """ISO 8601 day where it takes place."""
    ends_at: datetime | None = None
    room: str = ""
    event: str = ""
    languages: tuple[str, ...] = ()
    about: str = ""


class Skipped(msgspec.Struct, frozen=True):
    """What in a programme is no session that could be announced."""

    where: str
    """A title, or a row."""
    why: str


class Programme(NamedTuple):
    """All sessions in the programme's order, what was skipped, and a short name of its event for ids."""

    sessions: tuple[Planned, ...]
    skipped: tuple[Skipped, ...] = ()
    acronym: str = ""


class Builder:
    """Puts a programme together, session by session; one that can't be read is skipped and the others stay."""

    def __init__(self, event: str = "", acronym: str = "", zone: ZoneInfo | None = None) -> None:
        self.event = one_line(event)
        self.acronym = acronym
        self.zone = zone
        self.sessions: list[Planned] = []
        self.skipped: list[Skipped] = []

    def add(self, **fields: Any) -> None:
        """Add a session with the fields of ``Planned`` as the programme has them.

        ``starts_at`` and ``ends_at`` may be texts in ISO 8601; ``duration`` stands in for an end.
        """
        where = one_line(str(fields.get("title") or fields.get("uid") or "")) or f"session {self.count + 1}"
        self._bounded()
        try:
            self.sessions.append(self._planned(where, **fields))
        except BadMessage as error:
            self.skip(where, str(error))

    def skip(self, where: str, why: str) -> None:
        """Note what is no session."""
        self._bounded()
        self.skipped.append(Skipped(one_line(where), why))

    @property
    def count(self) -> int:
        """How many entries were seen."""
        return len(self.sessions) + len(self.skipped)

    def _bounded(self) -> None:
        if self.count >= MAX_SESSIONS:
            raise BadMessage(f"The programme has more than {MAX_SESSIONS} sessions: import it in parts.")

    def programme(self) -> Programme:
        """All of it."""
        return Programme(tuple(self.sessions), tuple(self.skipped), self.acronym)

    def _planned(  # noqa: PLR0913 - what a programme may say
        self,
        where: str,
        *,
        starts_at: str | datetime | None,
        title: str | None = "",
        uid: object = "",
        ends_at: str | datetime | None = None,
        duration: str | None = None,
        room: str | None = "",
        event: str | None = "",
        languages: str | None = "",
        about: str | None = "",
        day: str = "",
    ) -> Planned:
        if not title or not one_line(title):
            raise BadMessage("it has no title.")
        if not starts_at:
            raise BadMessage("it has no time.")
        local = moment(starts_at, self.zone)
        end = moment(ends_at, self.zone) if ends_at else None
        if end is None and duration:
            end = local + length(duration)
        if end is not None and end < local:
            raise BadMessage("it ends before it starts.")
        return Planned(
            uid=str(uid or "").strip()[:MAX_UID_CHARS],
            title=where if where == title else one_line(title),
            starts_at=local.astimezone(UTC),
            ends_at=None if end is None else end.astimezone(UTC),
            day=day if is_day(day) else local.date().isoformat(),
            room=one_line(room or ""),
            event=one_line(event or "") or self.event,
            languages=tags(languages or ""),
            about=lines(about or ""),
        )


def session_id_of(planned: Planned, acronym: str) -> str:
    """The id of its session: the same for one name, whatever else the programme changes; empty if it has no name."""
    if not planned.uid:
        return ""
    name = planned.uid if len(planned.uid) <= _SHORT_UID_CHARS else hashlib.sha256(planned.uid.encode()).hexdigest()[:8]
    return slug(acronym or planned.event, name)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        BadMessage: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadMessage(f"There is no time zone {name[:80]!r}: give one such as Europe/Berlin or UTC.") from error


def moment(given: str | datetime, zone: ZoneInfo | None) -> datetime:
    """A time with its zone; one without is in ``zone``.

    Raises:
        BadMessage: it is no time, or nobody knows its zone.
    """
    try:
        found = given if isinstance(given, datetime) else datetime.fromisoformat(given.strip())
    except ValueError as error:
        raise BadMessage("its time can't be read: write 2015-11-12T09:00 or the like.") from error
    if not is_year(found.year):
        raise BadMessage("its year is a mistake.")
    if found.tzinfo is not None:
        return found
    if zone is None:
        raise BadMessage("its time has no zone: say which, such as Europe/Berlin.")
    return found.replace(tzinfo=zone)


def length(duration: str) -> timedelta:
    """``1:30`` (hours and minutes), ``1:02:30`` (days before them) or ``90`` (minutes).

    Raises:
        BadMessage: it is none of these.
    """
    match = _DURATION.fullmatch(duration.strip())
    if match is None:
        raise BadMessage("its length can't be read: write 1:30, or 90 for minutes.")
    days, hours, minutes, alone = (int(group or 0) for group in match.groups())
    return timedelta(hours=days * _HOURS_A_DAY + hours, minutes=minutes + alone)


def tags(text: str) -> tuple[str, ...]:
    """The language tags in a text such as ``en``, ``pt_BR`` or ``es, en``; what is none is left out."""
    found = []
    for word in re.split(r"[,;/\s]+", text[:MAX_NAME_CHARS]):
        try:
            found.append(language_tag(word.replace("_", "-")))
        except BadMessage:
            continue
    return tuple(dict.fromkeys(found))


def one_line(text: str) -> str:
    """A name as one line without control characters, cut to what a session's may have."""
    words = " ".join(_UNWANTED.sub("", text[: 4 * MAX_NAME_CHARS]).split())
    return words if len(words) <= MAX_NAME_CHARS else f"{words[: MAX_NAME_CHARS - 1].rstrip()}…"


def lines(text: str) -> str:
    """A description as plain text with its lines, cut to what a session's may have."""
    words = _UNWANTED.sub("", without_markup(text[: 10 * MAX_ABOUT_CHARS]))
    words = re.sub(r"[^\S\n]+", " ", _LINE_END.sub("\n", words))
    words = re.sub(r" ?\n ?", "\n", words)
    words = re.sub(r"\n{3,}", "\n\n", words).strip()
    return words if len(words) <= MAX_ABOUT_CHARS else f"{words[: MAX_ABOUT_CHARS - 1].rstrip()}…"
