"""What an organiser may say about a session, and what follows from it. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from captionflow.identity import (
    FIRST_YEAR,
    LANGUAGE_TAG,
    LAST_YEAR,
    MAX_LANGUAGE_CHARS,
    MAX_LANGUAGES,
    SESSION_ID,
    is_day,
    is_year,
    slug,
)
from captionflow.messages import Session, Status
from services.http.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Controls, line separators, and the bidi overrides that change how what follows is read. ``about`` may have lines.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LINES = frozenset("\t\n\r")

Name = Annotated[str, Meta(max_length=300, description="One line of text, never markup.")]
About = Annotated[str, Meta(max_length=4_000, description="Text, never markup; it may have lines.")]
Language = Annotated[str, Meta(pattern=f"^{LANGUAGE_TAG}$", max_length=MAX_LANGUAGE_CHARS)]
Languages = Annotated[tuple[Language, ...], Meta(min_length=1, max_length=MAX_LANGUAGES)]
Moment = Annotated[datetime, Meta(tz=True)]
Minutes = Annotated[int, Meta(ge=0, le=7 * 24 * 60, description="0: never.")]

Label = Annotated[str, Meta(min_length=1, max_length=200)]
MAX_SPEAKERS = 100

_AFTER: dict[Status, frozenset[Status]] = {
    "scheduled": frozenset({"live", "finished"}),
    "live": frozenset({"finished"}),
    "finished": frozenset({"live"}),
}


class SessionDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/sessions``. Without an ``id``, one is made of date, room and title."""

    id: Annotated[str, Meta(pattern=f"^{SESSION_ID}$")] | UnsetType = UNSET
    title: Name | UnsetType = UNSET
    event: Name | UnsetType = UNSET
    room: Name | UnsetType = UNSET
    date: str | UnsetType | None = UNSET
    languages: Languages | UnsetType = UNSET
    starts_at: Moment | UnsetType | None = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    about: About | UnsetType = UNSET
    demo: bool | UnsetType = UNSET
    ends_after_minutes: Minutes | UnsetType | None = UNSET
    closed: bool | UnsetType = UNSET
    """Only who has a key for it may read it."""


class SessionPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``PATCH /v1/sessions/{id}`` (RFC 7396): fields that are left out stay, null clears a field."""

    title: Name | UnsetType | None = UNSET
    event: Name | UnsetType | None = UNSET
    room: Name | UnsetType | None = UNSET
    date: str | UnsetType | None = UNSET
    languages: Languages | UnsetType = UNSET
    starts_at: Moment | UnsetType | None = UNSET
    ends_at: Moment | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    about: About | UnsetType | None = UNSET
    ends_after_minutes: Minutes | UnsetType | None = UNSET
    """It ends after so long without words; null: as the installation is set."""
    speakers: dict[Label, Label | None] | UnsetType = UNSET
    """Names of a recogniser's speakers, for all that they say in the session; null takes one back."""
    closed: bool | UnsetType = UNSET
    """Only who has a key for it may read it."""
    version: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    """The version that the change is meant for; 409 if there is a newer one."""


_EMPTY: dict[str, Any] = {
    "title": "",
    "event": "",
    "room": "",
    "about": "",
    "date": None,
    "starts_at": None,
    "ends_at": None,
    "ends_after_minutes": None,
}


def new_session(draft: SessionDraft, now: datetime) -> Session:
    """The session that a draft announces."""
    fields = _given(draft)
    fields["id"] = fields.get("id") or slug(fields.get("date"), fields.get("room"), fields.get("title"))
    if not fields["id"]:
        raise ProblemError("invalid", "Give the session a title, or an id.")
    return _checked(Session(version=1, created_at=now, updated_at=now, **fields))


def says_the_same(draft: SessionDraft, stored: Session) -> bool:
    """Whether everything in the draft is stored already: it is the same announcement again."""
    return all(getattr(stored, name) == value for name, value in _given(draft).items() if name != "status")


def patched(session: Session, patch: SessionPatch, now: datetime) -> Session:
    """The session after the change; ``session`` itself if it changes nothing."""
    fields = {
        name: _EMPTY.get(name) if value is None else value for name, value in _given(patch).items() if name != "version"
    }
    if "speakers" in fields:
        fields["speakers"] = _merged(session.speakers, fields["speakers"] or {})
    status = fields.get("status", session.status)
    if status != session.status and status not in _AFTER[session.status]:
        raise ProblemError("conflict", f"A session that is {session.status} can't become {status}.")
    if all(getattr(session, name) == value for name, value in fields.items()):
        return session
    return _checked(msgspec.structs.replace(session, updated_at=now, **fields))


def _merged(known: Mapping[str, str], given: Mapping[str, str | None]) -> dict[str, str]:
    for text in (*given, *(name for name in given.values() if name is not None)):
        check_characters("speakers", text)
    found = {label: name for label, name in {**known, **given}.items() if name is not None}
    if len(found) > MAX_SPEAKERS:
        raise ProblemError("invalid", f"speakers: {MAX_SPEAKERS} are the most that can have names in a session.")
    return found


def _given(struct: SessionDraft | SessionPatch) -> dict[str, Any]:
    fields = {name: value for name, value in msgspec.structs.asdict(struct).items() if value is not UNSET}
    for name, value in fields.items():
        if isinstance(value, datetime):
            fields[name] = _utc(name, value)
        if isinstance(value, str):
            check_characters(name, value, lines=name == "about")
    if fields.get("date") is not None and not is_day(fields["date"]):
        raise ProblemError(
            "invalid", f"date: it is not a day like 2015-11-12 of the years {FIRST_YEAR} to {LAST_YEAR}."
        )
    if "languages" in fields:
        check_characters("languages", "".join(fields["languages"]))  # the pattern lets a line break at the end pass
        first = {tag.casefold(): tag for tag in reversed(fields["languages"])}
        fields["languages"] = tuple(tag for tag in dict.fromkeys(fields["languages"]) if first[tag.casefold()] == tag)
    return fields


def check_characters(name: str, value: str, *, lines: bool = False) -> None:
    """Refuse text that has control characters; white space of ``lines`` is none."""
    for found in _UNWANTED.findall(value):
        if not lines or found not in _LINES:
            raise ProblemError("invalid", f"{name}: it has the control character U+{ord(found):04X}: leave that out.")


def _utc(name: str, value: datetime) -> datetime:
    if not is_year(value.year):
        raise ProblemError("invalid", f"{name}: the year {value.year} is not among {FIRST_YEAR} to {LAST_YEAR}.")
    return value.astimezone(UTC)


def _checked(session: Session) -> Session:
    if session.starts_at and session.ends_at and session.ends_at < session.starts_at:
        raise ProblemError("invalid", "ends_at is before starts_at.")
    return session
