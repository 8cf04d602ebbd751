"""What the home page shows: what is live, the day, and the nearest of other days. Bounded, however many there were."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from captionflow.messages import Session  # noqa: TC001 - msgspec reads the annotations
from captionflow.ports import SessionFilter
from captionflow.session_order import day_of
from services.api.context import Context, visible_together
from services.api.pages.programme import Programme, programme
from services.http.access import granted, seen_by
from services.http.provided import provided

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_LIVE: Final = 100
MOST_OF_DAY: Final = 300
NEAREST: Final = 15
"""Coming ones, earlier ones, and those without a day."""
DAYS: Final = 5
"""Other days to go to, in each direction."""

_ONE_DAY: Final = timedelta(days=1)


class Home(msgspec.Struct, frozen=True):
    """Sessions, and days to go to, the nearest first."""

    programme: Programme
    day: date | None
    """The day that was asked for; then only its sessions are shown, beside those that are live."""
    of_day: tuple[Session, ...]
    before: tuple[date, ...]
    after: tuple[date, ...]

    @property
    def empty(self) -> bool:
        """Nobody has announced anything yet."""
        shown = self.programme
        return not (shown.now or shown.today or shown.coming or shown.earlier or self.before or self.after)


async def home_of(request: Request, day: date | None, now: datetime) -> Home:
    """The home page at this moment, or of a day."""
    today = now.date()
    shown = day or today
    on = shown.isoformat()
    wanted = [SessionFilter(live=False, since=on, until=on, reverse=True, limit=MOST_OF_DAY)]
    if day is None:
        wanted += [
            SessionFilter(live=False, since=_after(today), reverse=True, limit=NEAREST),
            SessionFilter(live=False, until=_before(today), since="0", limit=NEAREST),
            SessionFilter(live=False, until="", limit=NEAREST),
        ]
    sessions = await visible_together(request, *wanted, SessionFilter(live=True, limit=MOST_LIVE))
    return Home(
        programme(sessions, now),
        day,
        tuple(one for one in sessions if one.status != "live" and day_of(one) == on),
        before=await _days(request, shown, reverse=False),
        after=await _days(request, shown, reverse=True),
    )


async def _days(request: Request, start: date, *, reverse: bool) -> tuple[date, ...]:
    """The next days with sessions in one direction."""
    sessions = provided(request, Context).ports.sessions
    found: list[date] = []
    at = start
    while len(found) < DAYS:
        since, until = (_after(at), None) if reverse else ("0", _before(at))
        wanted = SessionFilter(live=False, since=since, until=until, limit=1, reverse=reverse)
        page = await sessions.list(seen_by(granted(request), wanted))
        try:
            at = date.fromisoformat(day_of(page[0]))
        except (IndexError, ValueError):  # there is none, or one whose text says another thing
            break
        found.append(at)
    return tuple(found)


def _after(day: date) -> str:
    return (day + _ONE_DAY).isoformat()


def _before(day: date) -> str:
    return (day - _ONE_DAY).isoformat()
