"""The organiser's end of a session: a line in the log like any other, so that a replay ends it in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from captionflow.messages import Stream
from services.sessions.own_lines import append_own

if TYPE_CHECKING:
    from captionflow.messages import Session
    from captionflow.ports import LineLog

SENDER = "organiser"


async def end_session(line_log: LineLog, session: Session) -> None:
    """Append a line that ends each of the session's languages."""
    for language in session.languages:
        await append_own(line_log, Stream(session.id, language), SENDER, ends=True)
