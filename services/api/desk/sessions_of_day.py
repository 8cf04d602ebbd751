"""The sessions that a desk may have to show, read for themselves, however many there ever were."""

from datetime import datetime, timedelta
from typing import Final

from captionflow.messages import Session
from captionflow.ports import SessionFilter, SessionStore
from captionflow.session_order import together
from services.api.pages.programme import FORGOTTEN

MOST: Final = 1_000
"""Of each kind: what is live, what is of the day, what has no day, what has ended today."""
_ONE_DAY: Final = timedelta(days=1)


async def sessions_of_day(sessions: SessionStore, now: datetime, event: str | None = None) -> tuple[Session, ...]:
    """All of those that ``desk_rooms`` shows at a moment, and some others; ``now`` is local time."""
    since, until = ((now + days).date().isoformat() for days in (-_ONE_DAY, _ONE_DAY))  # a start may be in another zone
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = (
        # What begins or ends meanwhile is in one that is read later.
        SessionFilter(live=False, event=event, since=since, until=until, limit=MOST),
        SessionFilter(status="scheduled", event=event, until="", changed=now - FORGOTTEN, limit=MOST),
        SessionFilter(live=True, event=event, limit=MOST),
        SessionFilter(status="finished", event=event, changed=midnight, limit=MOST),
    )
    return together([await sessions.list(one) for one in wanted])
