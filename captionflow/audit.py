"""The audit trail: who did what, without what somebody said and without any key. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from captionflow.messages import VERSION, Message

MAX_ENTRIES: Final = 1_000
"""How many can be looked at; older ones are in the store, or in the topic."""


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


class AuditTrail(Protocol):
    """Who did what."""

    async def add(self, entry: AuditEntry) -> None:
        """Keep it for good."""

    async def latest(self, limit: int) -> Sequence[AuditEntry]:
        """The last entries, newest first, ``MAX_ENTRIES`` at most. What was added may take a moment."""
