"""The audit trail: who did what, without what somebody said and without any key. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from captionflow.messages import VERSION, Message

MAX_ENTRIES: Final = 1_000
"""How many a page has at most."""


class AuditEntry(Message, frozen=True, omit_defaults=False):
    """One thing that somebody did."""

    at: datetime
    action: str
    """``session_announced``, ``session_started``, ``session_finished``, ``session_reopened``, ``session_closed``,
    ``session_opened``, ``session_changed``, ``programme_imported``, ``speakers_named``, ``words_corrected``,
    ``source_put_on_air``, ``key_created``, ``key_rotated``, ``key_revoked``; more may come."""
    by: str | None
    """The name of the key; None where no key was needed, and on the command line."""
    subject: str
    """The id of a session, or the name of a key."""
    event: str = ""
    """Of the session, or of the key: who organises it may see the entry."""
    detail: str = ""
    """What of it, in a word or two, for example the fields that were changed."""
    v: int = VERSION


class AuditPage(NamedTuple):
    """A piece of the trail, newest first."""

    entries: Sequence[tuple[int, AuditEntry]]
    """Each with its place."""
    next: int | None
    """The place before which the next page ends; None if nothing is kept before this one."""


class AuditTrail(Protocol):
    """Who did what."""

    async def add(self, entry: AuditEntry) -> None:
        """Keep it for good."""

    async def page(self, limit: int, before: int | None = None) -> AuditPage:
        """The last entries before a place that a page gave, or before now; fewer where some can't be read.

        What was added may take a moment until it is there; what was once on a page is on that page again.
        """
