"""The sessions of a room that its screens may show, read for themselves, however many it ever had."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from captionflow.errors import BadMessage, NotFound
from captionflow.identity import session_id
from captionflow.ports import SessionFilter
from captionflow.session_order import place, together
from services.api.context import Context, visible
from services.api.pages.programme import FORGOTTEN, is_missed
from services.http.access import granted, seen_by, sees
from services.http.provided import provided

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from captionflow.messages import Session

MOST: Final = 20
"""Of each kind that is read, and of each piece of what is announced."""
_ONE_DAY: Final = timedelta(days=1)
_ENOUGH: Final = 2
"""One may be on the screen already."""


async def open_in_room(request: Request, slug: str, now: datetime, shown: str = "") -> tuple[Session, ...]:
    """What is on in the room of this slug, and the nearest of what may begin; ``now`` is local time.

    Besides the session with the id ``shown``, unless it is finished or not to be seen.
    """
    coming = [
        *await _one(request, shown),
        *await _dated(request, slug, now),
        *await visible(
            request,
            SessionFilter(slug=slug, status="scheduled", until="", changed=now - FORGOTTEN, latest=True, limit=MOST),
        ),
    ]
    # What is live is read last: what begins meanwhile is seen.
    return together([coming, await visible(request, SessionFilter(slug=slug, status="live", limit=MOST))])


async def last_in_room(request: Request, slug: str) -> tuple[Session, ...]:
    """What was changed last of what is finished there."""
    return await visible(request, SessionFilter(slug=slug, status="finished", latest=True, limit=MOST))


async def _one(request: Request, session: str) -> tuple[Session, ...]:
    try:
        found = await provided(request, Context).ports.sessions.get(session_id(session))
    except (NotFound, BadMessage):
        return ()
    return (found,) if found.status != "finished" and sees(granted(request), found) else ()


async def _dated(request: Request, slug: str, now: datetime) -> list[Session]:
    """The next that were announced with a day. Those that never began are passed over, piece by piece."""
    grant, sessions = granted(request), provided(request, Context).ports.sessions
    since = (now - _ONE_DAY).date().isoformat()  # its start may be in another zone
    wanted = seen_by(grant, SessionFilter(slug=slug, status="scheduled", since=since, reverse=True, limit=MOST))
    found: list[Session] = []
    while True:
        piece = await sessions.list(wanted)
        found += [one for one in piece if sees(grant, one) and not is_missed(one, now)]
        if len(found) >= _ENOUGH or len(piece) < MOST:
            return found
        wanted = msgspec.structs.replace(wanted, after=place(piece[-1]))
