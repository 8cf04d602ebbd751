"""What may be asked of a new key, and what follows from it. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from msgspec import Meta, Struct, ValidationError, convert

from captionflow.access import Grant, Role
from captionflow.errors import BadMessage, Conflict
from captionflow.identity import LANGUAGE_TAG, MAX_LANGUAGE_CHARS, SESSION_ID
from captionflow.keys import NAME, SETTINGS_KEY, Key, Keyring, digest_of

if TYPE_CHECKING:
    from datetime import datetime


class KeyDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/keys``. Without bounds the key is for all events, sessions and languages."""

    name: Annotated[str, Meta(pattern=f"^{NAME}$", description="What it is called in lists and in the audit trail.")]
    role: Role
    event: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    session: Annotated[str, Meta(pattern=f"^{SESSION_ID}$")] | None = None
    language: Annotated[str, Meta(pattern=f"^{LANGUAGE_TAG}$", max_length=MAX_LANGUAGE_CHARS)] | None = None


def read_draft(**given: str | None) -> KeyDraft:
    """A draft from words.

    Raises:
        BadMessage: one of them can't be used.
    """
    try:
        return convert(given, KeyDraft)
    except ValidationError as error:
        raise BadMessage(f"The key can't be made like that: {error}.") from error


class Drawn(NamedTuple):
    """What of a key is random, and when that was drawn."""

    id: str
    secret: str
    at: datetime


def bounds(draft: KeyDraft) -> Grant:
    """What the key would grant.

    Raises:
        BadMessage: its bounds are not those of its role.
    """
    if draft.role == "admin" and (draft.event or draft.session or draft.language):
        raise BadMessage("An admin's key has no bounds: leave event, session and language out, or take another role.")
    if draft.role == "organiser" and (draft.session or draft.language):
        raise BadMessage("An organiser's key is for an event, or for all: leave session and language out.")
    if draft.event and draft.session:
        raise BadMessage("A key is for an event or for a session: leave one of them out.")
    return Grant(draft.role, draft.name, draft.event, draft.session, draft.language)


def new_key(draft: KeyDraft, ring: Keyring, drawn: Drawn, by: str | None) -> Key:
    """What is kept of a new key.

    Raises:
        BadMessage: see ``bounds``.
        Conflict: the name is in use, or nobody could get in any more who may make keys.
    """
    granted = bounds(draft)
    if ring.named(draft.name) or draft.name == SETTINGS_KEY.casefold():
        raise Conflict(f"There is a key {draft.name!r}: rotate that one, or take another name.")
    if draft.role != "admin" and not ring.has_admin:
        raise Conflict("The first key has to be an admin's, since from then on nobody gets in without one.")
    return Key(
        id=drawn.id,
        name=draft.name,
        role=draft.role,
        digest=digest_of(drawn.secret),
        created_at=drawn.at,
        created_by=by,
        event=granted.event,
        session=granted.session,
        language=granted.language,
    )


def check_revocable(key: Key, ring: Keyring) -> None:
    """Refuse to revoke the last key of an admin.

    Raises:
        Conflict: it is that.
    """
    if ring.admins() == (key,):
        raise Conflict("It is the last key of an admin: make another one first, or rotate it.")
