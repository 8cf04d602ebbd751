"""Which sessions are off the record now, since when and by whose hand."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

import msgspec

from captionflow.errors import CaptionflowError
from captionflow.messages import Session
from services.api.context import Context

_LATELY = 200
"""Entries of the audit trail in which it is looked for who did it."""


class OffRecordSession(msgspec.Struct, frozen=True):
    """A session that is off the record in some of its languages."""

    since: datetime
    """The first of them."""
    languages: tuple[str, ...]
    by: str | None = None
    """The name of the key; None where it needed none, or that is not known."""


async def off_record_sessions(context: Context, sessions: Iterable[Session]) -> dict[str, OffRecordSession]:
    """Those of these sessions that are live and off the record, by their ids."""
    found: dict[str, OffRecordSession] = {}
    for one in sessions:
        if one.status != "live":
            continue
        since = await context.hub.off_record_in(one)
        if since:
            found[one.id] = OffRecordSession(min(since.values()), tuple(since))
    return found


async def with_names(context: Context, off_record: dict[str, OffRecordSession]) -> dict[str, OffRecordSession]:
    """The same with who did it, as far as the audit trail can be read."""
    if not off_record:
        return {}
    by: dict[str, str | None] = {}
    with suppress(CaptionflowError):
        for _, entry in (await context.ports.audit.page(_LATELY)).entries:
            if entry.action == "off_record_begun":
                by.setdefault(entry.subject, entry.by)
    return {name: msgspec.structs.replace(one, by=by.get(name)) for name, one in off_record.items()}
