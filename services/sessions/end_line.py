"""The organiser's end of a session: a line in the log like any other, so that a replay ends it in the same place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from captionflow.messages import Draft, Session

if TYPE_CHECKING:
    from captionflow.ports import LineLog

SENDER = "organiser"


async def end_session(line_log: LineLog, session: Session) -> None:
    """Append a line that ends each of the session's languages."""
    for language in session.languages:
        last = await line_log.last_number(session.id, language, SENDER)
        draft = Draft(sender=SENDER, number=0 if last is None else last + 1, text="", ends=True)
        await line_log.append(session.id, language, [draft])
