"""Sessions in the table of the session stores, in memory; and, beside its SQL, what a filter means."""

import sqlite3

from captionflow.adapters.sqlite.schema import migrate
from captionflow.adapters.sqlite.session_rows import list_sessions, put_session
from captionflow.folding import fold_name
from captionflow.messages import Session
from captionflow.ports import SessionFilter
from captionflow.session_order import day_of, room_slug


class ListedSessions:
    """Ends with its last user."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection)

    def __del__(self) -> None:
        self.connection.close()

    def put(self, session: Session) -> None:
        """Take it in, in place of what it was before."""
        put_session(self.connection, session, frozenset())

    def page(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        return list_sessions(self.connection, wanted)


def matches(session: Session, wanted: SessionFilter) -> bool:
    """Whether it is among those that are wanted, wherever the page begins and ends."""
    return (
        (wanted.status is None or session.status == wanted.status)
        and (wanted.live is None or (session.status == "live") == wanted.live)
        and (wanted.closed is None or session.closed == wanted.closed)
        and (wanted.since is None or day_of(session) >= wanted.since)
        and (wanted.until is None or day_of(session) <= wanted.until)
        and (wanted.changed is None or session.updated_at >= wanted.changed)
        and (wanted.event is None or fold_name(session.event) == fold_name(wanted.event))
        and (wanted.room is None or fold_name(session.room) == fold_name(wanted.room))
        and (wanted.slug is None or room_slug(session.room) == wanted.slug)
    )
